"""Move: two people close the open window before its cut-off, or put its cut-off off, this once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from switch.domain.calendar import BUSINESS_ZONE, local_date
from switch.domain.errors import WindowUnknown
from switch.domain.proposals import Change, Effect, Foreseen, Proposal
from switch.domain.settlement import Window, WindowState
from switch.domain.settlement_errors import CutOffRefused, WindowNotOpen
from switch.ports import Clock
from switch.store import nets, windows
from switch.store.database import Connection, Database
from switch.usecases.close_window import CloseWindow

UNTIL = "until"
"""In a proposal's content: the new cut-off, RFC 3339."""
SOONEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CloseWindowNow:
    database: Database
    close_window: CloseWindow

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:  # noqa: ARG002 - nothing but the window
        """What it has come to so far. Raises WindowUnknown, WindowNotOpen."""
        async with self.database.transaction() as connection:
            window = await _open(connection, subject)
            balances = await nets.balances(connection, window.window_id)
        effects = (Effect(account, minor, window.currency) for account, minor in balances.items())
        return Foreseen(tuple(effects), (Change("closes", _local(window.closes_at), "when it is approved"),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: a window that has closed meanwhile stays so."""
        async with self.database.transaction() as connection:
            window = await windows.find(connection, proposal.subject)
        if window is None or window.state is not WindowState.OPEN:
            return
        try:
            await self.close_window(window.currency, by=proposal.people, only=window.window_id)
        except WindowNotOpen:
            return


@dataclass(frozen=True, slots=True)
class PutOffWindow:
    clock: Clock
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Raises WindowUnknown, WindowNotOpen, CutOffRefused."""
        async with self.database.transaction() as connection:
            window = await _open(connection, subject)
        until = self._until(window, content)
        return Foreseen(changes=(Change("closes", _local(window.closes_at), _local(until)),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times. A window that has closed meanwhile stays so; a moment that has gone by closes it."""
        until = datetime.fromisoformat(proposal.content[UNTIL])
        async with self.database.transaction() as connection:
            window = await windows.find(connection, proposal.subject)
            if window is not None and proposal.carried_out_at is None:
                await windows.close_at(connection, window.window_id, until)

    def _until(self, window: Window, content: Mapping[str, str]) -> datetime:
        """On its business date, in Damascus time, and not before the next minute."""
        try:
            until: datetime | None = datetime.fromisoformat(content.get(UNTIL, ""))
        except ValueError:
            until = None
        soonest = self.clock.now() + timedelta(seconds=SOONEST_SECONDS)
        if until is None or until.tzinfo is None or until < soonest or local_date(until) != max(window.business_date, local_date(soonest)):
            raise CutOffRefused(window=window.window_id, day=f"{window.business_date}")
        return until


async def _open(connection: Connection, window_id: str) -> Window:
    window = await windows.find(connection, window_id)
    if window is None:
        raise WindowUnknown(window=window_id[:40])
    if window.state is not WindowState.OPEN:
        raise WindowNotOpen(window=window.window_id)
    return window


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
