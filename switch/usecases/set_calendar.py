"""Set: the cut-offs of a currency and the holidays of the banks; the open window closes by the new ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from switch.domain.calendar import require_calendar
from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.participants import Name
from switch.domain.texts import require_plain
from switch.ports import Clock
from switch.store import calendar, open_window, windows
from switch.store.database import Database

LONGEST_NAME_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class SetCalendar:
    clock: Clock
    database: Database

    async def __call__(self, currency: str, cut_offs: Sequence[time], holidays: Mapping[date, Name], *, by: str) -> None:
        """Both are the whole lists. Raises CalendarRefused. A window keeps its business date whatever becomes of that day."""
        if currency not in SCALES:
            raise CurrencyUnsupported(currency=currency[:8])
        wanted = require_calendar(cut_offs, holidays)
        for name in holidays.values():
            require_plain(name.ar, "name_ar", LONGEST_NAME_CHARACTERS)
            require_plain(name.en, "name_en", LONGEST_NAME_CHARACTERS)
        async with self.database.transaction() as connection:
            now = self.clock.now()
            await calendar.put(connection, currency, cut_offs, holidays)
            await calendar.keep_change(connection, currency, cut_offs, holidays, now, by)
            pointed = await open_window.find(connection, currency)
            if pointed is not None and (opened := await windows.find(connection, pointed)) is not None:
                await windows.close_at(connection, pointed, wanted.closing(opened.business_date, max(now, opened.opened_at)))
