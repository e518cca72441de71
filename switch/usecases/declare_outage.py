"""Declare: a biller, or staff for it, says when it will not answer; and takes it back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from switch.domain.biller_errors import OutageUnknown
from switch.domain.directory_rules import require_biller
from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.outages import Outage, OutageId, require_outage
from switch.domain.participants import Name
from switch.domain.webhooks import Listening, outage_told
from switch.ports import Clock
from switch.store import webhooks
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class DeclareOutage:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]
    listening: Callable[[], Listening]

    async def __call__(self, biller: ParticipantCode, begins_at: datetime, ends_at: datetime, reason: Name, *, by: str) -> Outage:
        """The same again is the one that was declared before."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_biller(await rows.participant(biller))
            declared = await rows.outages_of(biller)
            for other in declared:
                if (other.begins_at, other.ends_at, other.reason) == (begins_at, ends_at, reason):
                    return other
            outage = Outage(OutageId(bucketed_id(0, rows.at)), biller, begins_at, ends_at, reason)
            require_outage(outage, declared, rows.at)
            await rows.put_outage(outage)
            if told := outage_told(outage, self.listening(), rows.at):
                await webhooks.append(connection, told)
        await self.refresh()
        return outage


@dataclass(frozen=True, slots=True)
class WithdrawOutage:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]
    listening: Callable[[], Listening]

    async def __call__(self, biller: ParticipantCode, outage_id: OutageId, *, by: str) -> Outage:
        """Before it begins or while it lasts: the biller answers again. Raises OutageUnknown for what is over, withdrawn or another's."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            for outage in await rows.outages_of(biller):
                if outage.outage_id == outage_id and not outage.is_over(rows.at):
                    withdrawn = replace(outage, withdrawn_at=rows.at)
                    break
            else:
                raise OutageUnknown()
            await rows.put_outage(withdrawn)
            if told := outage_told(withdrawn, self.listening(), rows.at):
                await webhooks.append(connection, told)
        await self.refresh()
        return withdrawn
