"""Disagreements planted in books on purpose: what is written in the place of a right line, and what must be found of it, and no more.

It shares nothing with the switch: kinds and fields are words of docs/reconciliation.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.planted_files import EASTERN, Entry

DAY = date(2026, 11, 24)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
InStatements = Sequence[tuple[date, Entry]]
"""In which day's statement each line stands."""
Expected = Sequence[tuple[str, date]]
"""Kinds, with the business date that they are listed under; `{side}` is whose books they are."""


@dataclass(frozen=True)
class Plant:
    name: str
    write: Callable[[Entry], InStatements]
    expected: Expected
    needs: str = ""
    """`counterparty`, `fee`, `currency`, `eastern` or `ids`: what the layout must be able to say."""


def on(day: date, its: Entry) -> tuple[date, Entry]:
    """Booked on that day, in its statement."""
    return day, replace(its, day=day)


def more(its: Entry, minor: int = 1) -> Entry:
    return replace(its, minor=its.minor + minor)


def of_another(its: Entry) -> Entry:
    return replace(its, customer="9" + its.customer[1:])


def back(its: Entry) -> Entry:
    return replace(its, taken_back=True)


AMOUNT, DATE, STATUS = ("amount_differs", DAY), ("date_differs", DAY), ("status_differs", DAY)
REFERENCE, TWICE, TWICE_AFTER = ("reference_differs", DAY), ("duplicate_at_{side}", DAY), ("duplicate_at_{side}", AFTER)

PLANTS = (
    Plant("one unit more", lambda its: [(DAY, more(its))], [AMOUNT]),
    Plant("one unit less", lambda its: [(DAY, more(its, -1))], [AMOUNT]),
    Plant("dated a day before", lambda its: [(DAY, replace(its, day=BEFORE))], [DATE]),
    Plant("dated a day after", lambda its: [(DAY, replace(its, day=AFTER))], [DATE]),
    Plant("in the next day's statement", lambda its: [on(AFTER, its)], [DATE]),
    Plant("in the statement of the day before", lambda its: [on(BEFORE, its)], [DATE]),
    Plant("taken back", lambda its: [(DAY, back(its))], [STATUS]),
    Plant("booked and taken back", lambda its: [(DAY, its), (DAY, back(its))], [STATUS]),
    Plant("left out", lambda _: [], [("missing_at_{side}", DAY)]),
    Plant("twice", lambda its: [(DAY, its)] * 2, [TWICE]),
    Plant("three times", lambda its: [(DAY, its)] * 3, [TWICE, TWICE]),
    Plant("on the next day again", lambda its: [(DAY, its), on(AFTER, its)], [TWICE_AFTER]),
    Plant("taken back on the next day", lambda its: [(DAY, its), on(AFTER, back(its))], [("status_differs", AFTER)]),
    Plant("on the next day again, one unit more", lambda its: [(DAY, its), on(AFTER, more(its))], [TWICE_AFTER]),
    Plant("of another customer", lambda its: [(DAY, of_another(its))], [REFERENCE]),
    Plant("under another own reference", lambda its: [(DAY, replace(its, own=its.own + "X"))], [REFERENCE], "ids"),
    Plant("of another counterparty", lambda its: [(DAY, replace(its, counterparty="100036"))], [REFERENCE], "counterparty"),
    Plant("with another fee", lambda its: [(DAY, replace(its, fee=its.fee + 1))], [("fee_differs", DAY)], "fee"),
    Plant("in another currency", lambda its: [(DAY, replace(its, currency="USD"))], [("currency_differs", DAY)], "currency"),
    # two things at once
    Plant("dated before and one unit more", lambda its: [(DAY, more(replace(its, day=BEFORE)))], [DATE, AMOUNT]),
    Plant("of another customer and one unit less", lambda its: [(DAY, more(of_another(its), -1))], [REFERENCE, AMOUNT]),
    Plant("taken back and one unit more", lambda its: [(DAY, more(back(its)))], [STATUS, AMOUNT]),
    Plant("a day late and one unit more", lambda its: [on(AFTER, more(its))], [DATE, AMOUNT]),
    Plant("a day late and of another customer", lambda its: [on(AFTER, of_another(its))], [DATE, REFERENCE]),
    Plant("a day late and taken back", lambda its: [on(AFTER, back(its))], [DATE, STATUS]),
    Plant("a day late and twice", lambda its: [on(AFTER, its)] * 2, [DATE, TWICE_AFTER]),
    Plant("a day early and a day late", lambda its: [on(BEFORE, its), on(AFTER, its)], [DATE, TWICE_AFTER]),
    Plant("a day late with another fee", lambda its: [on(AFTER, replace(its, fee=its.fee + 1))], [DATE, ("fee_differs", DAY)], "fee"),
    Plant("twice, the first one unit more", lambda its: [(DAY, more(its)), (DAY, its)], [TWICE]),
    Plant("twice, both one unit more", lambda its: [(DAY, more(its))] * 2, [AMOUNT, TWICE]),
    Plant("twice, the first of another customer", lambda its: [(DAY, of_another(its)), (DAY, its)], [TWICE]),
)
TATWEEL, FATHA, MARK, ALEF = "\u0640", "\u064e", "\u200f", str.maketrans("أإآة", "اااه")
SAME = (
    Plant(
        "in Arabic-Indic digits", lambda its: [(DAY, replace(its, customer=its.customer.translate(EASTERN), eastern=True))], [], "eastern"
    ),
    Plant("with spaces", lambda its: [(DAY, replace(its, customer=f" {its.customer}", own=f"{its.own} "))], []),
    Plant("in small letters", lambda its: [(DAY, replace(its, own=its.own.lower()))], []),
    Plant("with tatweel and a vowel", lambda its: [(DAY, replace(its, own=its.own + TATWEEL, customer=its.customer + FATHA))], []),
    Plant("between direction marks", lambda its: [(DAY, replace(its, own=MARK + its.own + MARK, customer=MARK + its.customer))], []),
    Plant("with other forms of alef", lambda its: [(DAY, replace(its, customer=its.customer.translate(ALEF)))], []),
    Plant("booked again after it was taken back", lambda its: [(DAY, its), (DAY, back(its)), (DAY, its)], []),
    Plant("a day early and taken back there", lambda its: [on(BEFORE, its), on(BEFORE, back(its)), (DAY, its)], []),
    Plant("booked on another day and taken back there", lambda its: [(DAY, its), on(AFTER, its), on(AFTER, back(its))], []),
)
"""Written in another way, and yet no disagreement."""


def swapped(one: Entry, other: Entry, field: str) -> tuple[Entry, Entry]:
    """Each with the other's."""
    return replace(one, **{field: getattr(other, field)}), replace(other, **{field: getattr(one, field)})


SWAPS: Sequence[tuple[str, Expected]] = (("own", [REFERENCE]), ("customer", [REFERENCE]), ("payment_id", [REFERENCE, AMOUNT]))
SWAPS_WITHOUT_IDS: Sequence[tuple[str, Expected]] = (("own", [REFERENCE, AMOUNT]), ("customer", [REFERENCE]))
