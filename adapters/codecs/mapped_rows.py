"""Rows of cells become booked lines by a participant's mapping: which column is which field."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from adapters.codecs.booked_cells import LineReader, Writing
from switch.domain.booked_statements import BookedLine, BookedStatement, StatementAsked, StatementHead
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.statement_mapping import FIELDS, KEYS, StatementMapping
from switch.domain.texts import for_matching

T = TypeVar("T")
Row = tuple[int, Sequence[str | None]]
"""Its number in the file, and its cells."""


def mapping_for(asked: StatementAsked, layout: str) -> StatementMapping:
    """The participant's own; else columns that are titled like the fields."""
    if asked.mapping is not None and asked.mapping.layout == layout:
        return asked.mapping
    return StatementMapping(layout)


def writing_of(mapping: StatementMapping) -> Writing:
    states = dict.fromkeys(mapping.booked, False) | dict.fromkeys(mapping.reversed, True)
    return Writing(mapping.date_format, mapping.decimal, mapping.thousands, mapping.minor_units, states)


def head_for(asked: StatementAsked, mapping: StatementMapping, found: date | None, faults: Faults) -> StatementHead:
    """`found` is the date that the file says; what was asked for goes first."""
    business_date = asked.business_date or found
    if business_date is None:
        raise faults.refuse(0, "business_date", FaultCode.DAY_UNSAID)
    return StatementHead(asked.participant, asked.side, business_date, mapping.currency)


def mapped(rows: Iterator[Row], asked: StatementAsked, mapping: StatementMapping, faults: Faults) -> BookedStatement:
    head = head_for(asked, mapping, None, faults)
    places = _places(rows, mapping, asked.sums, faults)
    reader = LineReader(faults, head.currency, head.business_date, writing_of(mapping), asked.sums)
    return BookedStatement(head, _lines(rows, places, mapping, reader))


def _places(rows: Iterator[Row], mapping: StatementMapping, sums: bool, faults: Faults) -> dict[str, int]:
    """Where each field stands, counted from 0."""
    titles: Sequence[str | None] = ()
    for number, cells in rows if mapping.titles_row else ():
        if number >= mapping.titles_row:
            titles = cells
            break
    named = {for_matching(title or "").casefold(): place for place, title in reversed(list(enumerate(titles)))}
    if mapping.columns:
        wanted = mapping.columns
    else:
        wanted = {name: name for name in FIELDS if name in named}
        needed = ("amount",) if sums or KEYS & set(wanted) else ("amount", "payment_id")
        wanted |= {name: name for name in needed}
    places: dict[str, int] = {}
    for name, place in wanted.items():
        found = place - 1 if isinstance(place, int) else named.get(for_matching(place).casefold()) if isinstance(place, str) else None
        if found is None:
            faults.note(mapping.titles_row, name, FaultCode.COLUMN_MISSING, "", str(place))
        else:
            places[name] = found
    faults.raise_any()
    return places


def _lines(rows: Iterable[Row], places: dict[str, int], mapping: StatementMapping, reader: LineReader) -> Iterator[BookedLine]:
    faults = reader.faults
    width = max(places.values()) + 1
    for number, cells in without_last((row for row in rows if any(row[1])), mapping.last_rows):
        if len(cells) < width:
            reader.lines += 1
            faults.note(number, "", FaultCode.CELLS, len(cells), f"≥ {width}")
            continue
        line = reader.line(number, {name: _said(name, cells[place]) for name, place in places.items()})
        if line is not None:
            yield line
    faults.raise_any()


def _said(name: str, cell: str | None) -> str | None:
    """An empty cell says nothing, but for the amount, which each line must have."""
    return (cell or "") if name == "amount" else (cell or None)


def without_last(rows: Iterable[T], count: int) -> Iterator[T]:
    waiting: deque[T] = deque()
    for row in rows:
        waiting.append(row)
        if len(waiting) > count:
            yield waiting.popleft()
