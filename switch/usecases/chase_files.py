"""Chase: whoever has not said anything of a file for a day is reminded, and staff see it."""

from dataclasses import dataclass

import structlog

from switch.ports import Clock
from switch.store import file_receipts
from switch.store.database import Database

_log = structlog.get_logger("switch.files")


@dataclass(frozen=True, slots=True)
class ChaseFiles:
    clock: Clock
    database: Database

    async def __call__(self) -> None:
        """Safe to repeat, anywhere: each reminder is written down once."""
        async with self.database.transaction() as connection:
            chased = await file_receipts.chase(connection, self.clock.now())
        for file_id, number in chased:
            _log.warning("file.not_acknowledged", file=file_id, reminder=number)
