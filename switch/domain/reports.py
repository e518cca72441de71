"""Reports: what staff and participants read of the books, as the switch knew them at a moment; sheets of rows with titles."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from switch.domain.calendar import local_moment
from switch.domain.errors import CurrencyUnsupported
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import SCALES
from switch.domain.participants import Name
from switch.domain.report_errors import ReportPeriodRefused, ReportTooEarly

SETTLES_SECONDS = 10
"""A moment is known in full only when what was under way then has ended; a younger one is refused."""
MOST_DAYS = 400
SMALLEST_CELL = 10
"""Statistics about fewer payments than this are not told: whoever knows some of them could tell the rest."""


class ReportName(StrEnum):
    RECONCILIATION = "reconciliation"
    AGEING = "ageing"
    BREAKS = "breaks"
    TREND = "trend"
    DISPUTES = "disputes"
    CAUSES = "causes"
    FAULTS = "faults"
    INCIDENTS = "incidents"
    SETTLEMENT = "settlement"
    PAYMENTS = "payments"
    MONTH = "month"


FOR_PARTICIPANTS = (
    *(ReportName.RECONCILIATION, ReportName.AGEING, ReportName.BREAKS, ReportName.TREND, ReportName.DISPUTES),
    ReportName.PAYMENTS,
)
"""Those that a participant may ask for, of its own."""


class CellKind(StrEnum):
    TEXT = "text"
    ENGLISH = "english"
    """An English name beside an Arabic one; left out where space is dear."""
    WORD = "word"
    """One of our own codes: people read its words, programs the code."""
    COUNT = "count"
    MONEY = "money"
    """Minor units."""
    RATE = "rate"
    """Decimal digits as a text; a share in per cent, or so many of 100,000."""
    DAY = "day"
    MOMENT = "moment"
    """RFC 3339 in UTC."""
    MILLISECONDS = "milliseconds"


NUMBERS = frozenset({CellKind.COUNT, CellKind.MONEY, CellKind.RATE, CellKind.MILLISECONDS})

Cell = str | int | bool | None
"""As in JSON."""
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: Name
    kind: CellKind


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One question and how its answer is shown: a column for each that the SQL answers, in this order."""

    key: str
    title: Name
    columns: tuple[Column, ...]
    sql: str
    small: str | None = None
    """The column that counts payments, where rows about too few of them are not told."""
    bars: str | None = None
    """The column that is also drawn."""
    note: Name | None = None


class Rows(Protocol):
    """Many or few; read as often as one likes."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked of the database, to be asked again by hand."""

    sheet: str
    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    plan: SheetPlan
    rows: Rows


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """`participant`: only what is its own. The period counts business dates, both ends included."""

    name: ReportName
    first: date
    last: date
    known_at: datetime
    currency: str = "SYP"
    participant: ParticipantCode | None = None

    def __post_init__(self) -> None:
        if self.last < self.first or (self.last - self.first).days >= MOST_DAYS:
            raise ReportPeriodRefused(days=MOST_DAYS)
        if self.currency not in SCALES:
            raise CurrencyUnsupported(currency=self.currency[:8])

    @property
    def report_id(self) -> str:
        """The same for the same question; also the stem of its file's name."""
        days = f"{self.first:%Y%m%d}" if self.first == self.last else f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"
        owner = "" if self.participant is None else f"-{self.participant}"
        return f"{self.name}-{self.currency}-{days}{owner}-known-{self.known_at:%Y%m%dT%H%M%S.%f}Z"

    @property
    def begins(self) -> datetime:
        return local_moment(self.first)

    @property
    def ends(self) -> datetime:
        """Itself left out."""
        return local_moment(self.last + timedelta(days=1))

    def require_settled(self, now: datetime) -> None:
        """Raises ReportTooEarly where the moment is too young to be known in full."""
        if self.known_at > settled_moment(now):
            raise ReportTooEarly(seconds=SETTLES_SECONDS)


@dataclass(frozen=True, slots=True)
class Report:
    asked: ReportAsked
    title: Name
    owner: Name | None
    """Of a participant's own report."""
    sheets: tuple[Sheet, ...]
    queries: tuple[Query, ...]
    content_sha256: str
    """Of the figures alone: the same in every layout."""

    @property
    def queries_sha256(self) -> str:
        """Of the questions: a newer program may ask otherwise, and then its figures may differ."""
        asked = "\0".join(f"{query.sheet}\0{query.sql}" for query in self.queries)
        return hashlib.sha256(asked.encode()).hexdigest()


def settled_moment(now: datetime) -> datetime:
    """The youngest moment that may be asked for; whole seconds."""
    return (now - timedelta(seconds=SETTLES_SECONDS)).replace(microsecond=0)


def read_period(day: date | None, month: date | None, first: date | None, last: date | None) -> tuple[date, date]:
    """One day, one month, or from one day to another; said in exactly one way. Raises ReportPeriodRefused."""
    match day, month, first, last:
        case date(), None, None, None:
            return day, day
        case None, date(), None, None:
            return month_of(month)
        case None, None, date(), date():
            return first, last
        case _:
            raise ReportPeriodRefused(days=MOST_DAYS)


def month_of(month: date) -> tuple[date, date]:
    """Its first and last day."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class ContentDigest:
    """SHA-256 over the question and every row, as they go by."""

    def __init__(self, asked: ReportAsked) -> None:
        self._hash = hashlib.sha256()
        self._add([asked.report_id])

    def begin_sheet(self, plan: SheetPlan) -> None:
        self._add([plan.key, *(column.key for column in plan.columns)])

    def add_row(self, row: Row) -> None:
        self._add(row)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def _add(self, values: Row) -> None:
        self._hash.update(json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
