"""The layout `fixed-1`: one record a line, every column at its place; UTF-8, columns counted in characters."""

from collections.abc import Iterable, Iterator, Sequence

from adapters.codecs import file_titles
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.money import SCALES
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals

LAYOUT = "fixed-1"
LINES_AT_ONCE = 1_000
SUM_CHARACTERS = 19
"""A sign and eighteen digits of minor units."""
COUNT_CHARACTERS = 9
REFERENCE_CHARACTERS = 64
HEADER_WIDTHS = (1, 8, 10, 6, 20, 10, 3, 1, COUNT_CHARACTERS, 3, 64, REFERENCE_CHARACTERS, 29)
LINE_WIDTHS = (1, COUNT_CHARACTERS, 36, 17, 6, 9, *(REFERENCE_CHARACTERS,) * 4, *(SUM_CHARACTERS,) * 4, 29)
RECORD_CHARACTERS = sum(LINE_WIDTHS)
"""Every record has as many; the header and the trailer are filled with blanks."""


class FixedWidthLayout:
    layout = LAYOUT
    extension = "txt"

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        yield _header(header).encode()
        for change in header.changes:
            yield _record(("R", change)).encode()
        pending: list[str] = []
        for number, line in enumerate(lines, 1):
            pending.append(_line(number, line, header.kind))
            if len(pending) == LINES_AT_ONCE:
                yield "".join(pending).encode()
                pending.clear()
        yield "".join(pending).encode()
        yield _record(("T", _count(totals.lines), *_sums(header.kind, totals.amount, totals.fee, totals.net))).encode()


def _header(header: FileHeader) -> str:
    cells = (
        "H",
        LAYOUT,
        header.kind,
        header.participant,
        header.window_id,
        header.business_date.isoformat(),
        header.currency,
        str(SCALES[header.currency]),
        _count(header.sequence),
        f"{header.revision:03d}",
        header.previous_sha256 or "",
        header.rtgs_reference or "",
        header.settled_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
    )
    return _record(_filled(cells, HEADER_WIDTHS))


def _line(number: int, line: FileLine, kind: FileKind) -> str:
    cells = (
        "D",
        _count(number),
        str(line.payment_id),
        line.payment_reference,
        line.counterparty,
        line.service,
        line.customer_reference,
        line.bill_number or "",
        line.bank_reference,
        line.biller_reference or "",
        *_sums(kind, line.amount, line.fee, line.net),
        line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
    )
    return _record(_filled(cells, LINE_WIDTHS))


def _sums(kind: FileKind, amount: int, fee: int, net: int) -> tuple[str, ...]:
    """Amount, fee, share, net: a biller's file has its share at the same place, as zero."""
    match file_titles.sums(kind, amount, fee, net):
        case [amount, fee, net]:
            share = 0
        case [amount, fee, share, net]:
            pass
        case other:
            raise ValueError(f"{len(other)} sums")
    return tuple(f"{minor:+0{SUM_CHARACTERS}d}" for minor in (amount, fee, share, net))


def _count(number: int) -> str:
    return f"{number:0{COUNT_CHARACTERS}d}"


def _filled(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Raises ValueError for a text that is longer than its column: nothing is ever cut off."""
    filled = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    if any(len(cell) != width for cell, width in zip(filled, widths, strict=True)):
        raise ValueError("a text is longer than its column")
    return filled


def _record(cells: Sequence[str]) -> str:
    return "".join(cells).ljust(RECORD_CHARACTERS) + "\r\n"
