"""Open: a settlement window where none is open for a currency."""

from dataclasses import dataclass

from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.settlement import Window, next_window
from switch.ports import Clock
from switch.store import calendar, open_window, windows
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class OpenWindow:
    clock: Clock
    database: Database

    async def __call__(self, currency: str) -> Window:
        """The open one, or a new one by the calendar; two hands at once open one."""
        if currency not in SCALES:
            raise CurrencyUnsupported(currency=currency[:8])
        async with self.database.transaction() as connection:
            if (pointed := await open_window.find(connection, currency)) is None:
                last = await windows.last(connection, currency)
                fresh = next_window(await calendar.read(connection, currency), currency, self.clock.now(), last)
                if await windows.insert(connection, fresh):
                    await open_window.point(connection, fresh)
                pointed = await open_window.find(connection, currency)
            found = await windows.find(connection, pointed or "")
        assert found is not None
        return found
