"""Connect: where a biller is reached, and in which protocol."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from switch.domain.directory import Endpoint
from switch.domain.directory_rules import require_biller, require_endpoint
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class ConnectBiller:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]
    protocols: Collection[str]
    """Those that an adapter speaks."""

    async def __call__(self, endpoint: Endpoint, *, by: str) -> None:
        require_endpoint(endpoint, self.protocols)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_biller(await rows.participant(endpoint.biller))
            await rows.put_endpoint(endpoint)
        await self.refresh()
