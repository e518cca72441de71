"""Cells of reports as people read them: words for codes, sums with their decimals, moments in Damascus time; digits are Latin."""

from datetime import date, datetime

from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.money import Money
from switch.domain.report_words import MONTHS_AR, word_of
from switch.domain.reports import Cell, CellKind, Column, ReportAsked, month_of

EMPTY = "–"


def shown(cell: Cell, column: Column, currency: str) -> str:
    """In Arabic; a cell that is no number where one was expected stands as it is (`<10`)."""
    match column.kind:
        case _ if cell is None:
            return EMPTY
        case CellKind.WORD:
            return word_of(column.key, str(cell)).ar
        case CellKind.MONEY if isinstance(cell, int):
            return grouped_money(cell, currency)
        case CellKind.COUNT if isinstance(cell, int):
            return f"{cell:,}"
        case CellKind.RATE if isinstance(cell, str):
            whole, point, decimals = cell.partition(".")
            return f"{int(whole):,}{point}{decimals}"
        case CellKind.MILLISECONDS if isinstance(cell, int):
            return duration(cell)
        case CellKind.MOMENT if isinstance(cell, str):
            return moment(datetime.fromisoformat(cell))
        case _:
            return str(cell)


def grouped_money(minor: int, currency: str) -> str:
    """`1,234,567.50`, from the currency's own scale: no locale has a say in it."""
    whole, point, decimals = Money(abs(minor), currency).text().partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{point}{decimals}"


def duration(milliseconds: int) -> str:
    if milliseconds < 60_000:
        return f"{milliseconds // 1000}.{milliseconds % 1000:03d} ث"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02d} د"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d} سا"


def moment(at: datetime) -> str:
    return f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"


def day_words(day: date) -> str:
    return f"{day.day} {MONTHS_AR[day.month - 1]} {day.year}"


def period_words(asked: ReportAsked) -> str:
    """`تشرين الثاني 2026`, `24 تشرين الثاني 2026`, or from one day to another."""
    if asked.first == asked.last:
        return day_words(asked.first)
    if (asked.first, asked.last) == month_of(asked.first):
        return f"{MONTHS_AR[asked.first.month - 1]} {asked.first.year}"
    return f"من {day_words(asked.first)} إلى {day_words(asked.last)}"


def known_words(at: datetime) -> str:
    local = at.astimezone(BUSINESS_ZONE)
    return f"{day_words(local.date())}، الساعة {local:%H:%M:%S} بتوقيت دمشق"
