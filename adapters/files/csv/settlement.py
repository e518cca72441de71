"""The files to billers and banks in the layout `csv-1`: header, one row a payment, trailer; titles in Arabic and English."""

from collections.abc import Iterable, Iterator

from adapters.codecs import file_titles
from adapters.files.csv.cells import BOM, LAYOUT, cell, row, titles
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.money import Money
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals

LINES_AT_ONCE = 1_000

_HEADER_TITLES = titles("HT", *file_titles.HEADER)


def render(header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
    yield BOM + _HEADER_TITLES + _header(header) + _changes(header) + _line_titles(header.kind)
    pending: list[str] = []
    for number, line in enumerate(lines, 1):
        pending.append(_line(number, line, header))
        if len(pending) == LINES_AT_ONCE:
            yield "".join(pending).encode()
            pending.clear()
    yield "".join(pending).encode()
    yield _trailer_titles(header.kind) + _trailer(totals, header)


def _header(header: FileHeader) -> bytes:
    return row(
        "H",
        LAYOUT,
        header.kind,
        header.participant,
        header.window_id,
        header.business_date.isoformat(),
        header.currency,
        str(header.sequence),
        str(header.revision),
        header.previous_sha256,
        header.rtgs_reference,
        header.settled_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
    )


def _changes(header: FileHeader) -> bytes:
    """Only a revision has them."""
    if not header.changes:
        return b""
    return titles("RT", file_titles.CHANGE) + b"".join(row("R", change) for change in header.changes)


def _line_titles(kind: FileKind) -> bytes:
    return titles("DT", *file_titles.line_titles(kind))


def _line(number: int, line: FileLine, header: FileHeader) -> str:
    """Only what comes from outside needs a guard; a file has a million of these."""
    completed_at = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
    return (
        f"D,{number},{line.payment_id},{line.payment_reference},{line.counterparty},{line.service},{cell(line.customer_reference)},"
        f"{cell(line.bill_number)},{cell(line.bank_reference)},{cell(line.biller_reference)},"
        f"{_sums(line.amount, line.fee, line.net, header)},{completed_at}\r\n"
    )


def _trailer_titles(kind: FileKind) -> bytes:
    return titles("TT", *file_titles.trailer_titles(kind))


def _trailer(totals: FileTotals, header: FileHeader) -> bytes:
    return f"T,{totals.lines},{_sums(totals.amount, totals.fee, totals.net, header)}\r\n".encode()


def _sums(amount: int, fee: int, net: int, header: FileHeader) -> str:
    return ",".join([Money(minor, header.currency).text() for minor in file_titles.sums(header.kind, amount, fee, net)])
