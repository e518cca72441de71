"""Agree: on the cut-offs of a currency and the holidays of the banks, by two people: they say when money is settled."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from switch.domain.calendar import Calendar, read_day, read_time_of_day, require_calendar
from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.participants import Name
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.store import calendar
from switch.store.database import Database
from switch.usecases.set_calendar import SetCalendar

CUT_OFFS, HOLIDAYS = "cut_offs", "holidays"
MOST_NAMED = 20


class _Wanted(NamedTuple):
    cut_offs: Sequence[time]
    holidays: Mapping[date, Name]


@dataclass(frozen=True, slots=True)
class AgreeOnCalendar:
    database: Database
    set_calendar: SetCalendar

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the currency. Raises CurrencyUnsupported, ContentWrong, CalendarRefused."""
        if subject not in SCALES:
            raise CurrencyUnsupported(currency=subject[:8])
        wanted = _read(content)
        after = require_calendar(wanted.cut_offs, wanted.holidays)
        async with self.database.reading() as connection:
            before = await calendar.read(connection, subject)
        new, gone = (_days(days) for days in (after.holidays - before.holidays, before.holidays - after.holidays))
        return Foreseen(
            changes=(
                Change(f"cut-offs {subject} (Damascus)", _times(before), _times(after)),
                Change("holidays of the banks", str(len(before.holidays)), f"{len(after.holidays)}; new: {new}; no more: {gone}"),
            )
        )

    async def carry_out(self, proposal: Proposal) -> None:
        wanted = _read(proposal.content)
        await self.set_calendar(proposal.subject, wanted.cut_offs, wanted.holidays, by=proposal.people)


def calendar_content(cut_offs: Sequence[time], holidays: Mapping[date, Name]) -> dict[str, str]:
    """Of a proposal: both are the whole lists."""
    named = {day.isoformat(): {"ar": name.ar, "en": name.en} for day, name in sorted(holidays.items())}
    return {CUT_OFFS: " ".join(f"{at:%H:%M}" for at in cut_offs), HOLIDAYS: json.dumps(named, ensure_ascii=False)}


def _read(content: Mapping[str, str]) -> _Wanted:
    try:
        cut_offs = [read_time_of_day(at) for at in given(content, CUT_OFFS).split()]
    except ValueError:
        raise ContentWrong(field=CUT_OFFS) from None
    try:
        named = json.loads(given(content, HOLIDAYS))
        return _Wanted(cut_offs, {read_day(day): Name(str(name["ar"]), str(name["en"])) for day, name in named.items()})
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise ContentWrong(field=HOLIDAYS) from None


def _times(found: Calendar) -> str:
    return " ".join(f"{at:%H:%M}" for at in found.cut_offs)


def _days(days: frozenset[date]) -> str:
    named = [day.isoformat() for day in sorted(days)]
    return ", ".join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else "") or "–"
