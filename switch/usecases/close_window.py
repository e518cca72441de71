"""Close: the open window gets its last payment, the next one its first, and none is refused or lost between them."""

from dataclasses import dataclass

from switch.domain.errors import NoOpenWindow
from switch.domain.identifiers import WindowId
from switch.domain.settlement import SettlementLeg, Window, WindowState, next_window
from switch.domain.settlement_errors import WindowNotOpen
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import calendar, open_window, windows
from switch.store.database import Database
from switch.usecases.window_nets import WindowNets


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    closed: Window
    opened: Window
    legs: tuple[SettlementLeg, ...]


@dataclass(frozen=True, slots=True)
class CloseWindow:
    clock: Clock
    database: Database

    async def __call__(self, currency: str, *, by: str, only: WindowId | None = None) -> ClosedWindow:
        """With `only` no other one is closed: of two who want to close it, one does. Raises WindowNotOpen, NoOpenWindow, NetsDisagree.

        It is closed for good before its nets are computed; where they disagree it waits for staff and nothing is sent.
        """
        closed, opened = await self._flip(currency, by, only)
        fail_point(FailPoint.CLOSED)
        nets = await WindowNets(self.database).fix(closed.window_id)
        fail_point(FailPoint.NETTED)
        return ClosedWindow(closed, opened, nets.legs)

    async def _flip(self, currency: str, by: str, only: WindowId | None) -> tuple[Window, Window]:
        async with self.database.transaction() as connection:
            times = await calendar.read(connection, currency)
            pointed = await open_window.take(connection, currency)
            if pointed is None:
                raise NoOpenWindow(currency=currency[:8])
            if only is not None and pointed != only:
                raise WindowNotOpen(window=only)
            was_open = await windows.find(connection, pointed)
            assert was_open is not None
            now = self.clock.now()
            closed = was_open.moved(WindowState.CLOSED, closed_at=now)
            opened = next_window(times, currency, now, closed)
            await windows.update(connection, closed)
            await windows.sign_close(connection, closed.window_id, by)
            await windows.insert(connection, opened)
            await open_window.point(connection, opened)
            fail_point(FailPoint.CLOSING)
        return closed, opened
