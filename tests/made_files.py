"""Files made by hand, without a database: a header, lines and their totals for both kinds."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId, payment_reference
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals, file_id

AT = datetime(2026, 11, 24, 9, 0, 2, 478_000, tzinfo=UTC)
OWNERS = {FileKind.SETTLEMENT: ParticipantCode("200019"), FileKind.STATEMENT: ParticipantCode("100010")}
FIRST = UUID("019ab000-0000-7000-8000-00000000abcd").int


def header(kind: FileKind, sequence: int = 1, previous: str | None = None, rtgs: str | None = "RTGS2611242C30EC1A") -> FileHeader:
    window = WindowId(f"SYP-20261124-{sequence:02d}")
    return FileHeader(kind, OWNERS[kind], window, date(2026, 11, 24), "SYP", sequence, 0, previous, rtgs, AT)


def line(
    kind: FileKind,
    number: int,
    customer_reference: str | None = None,
    bank_reference: str | None = None,
    biller_reference: str | None = "",
    bill_number: str | None = "",
    *,
    amount: int = 7_735,
    fee: int = 41,
    share: int = 10,
) -> FileLine:
    """What is left out is made from the number."""
    payment_id = PaymentId(UUID(int=FIRST + number))
    return FileLine(
        payment_id=payment_id,
        payment_reference=payment_reference(payment_id),
        counterparty=OWNERS[FileKind.STATEMENT if kind is FileKind.SETTLEMENT else FileKind.SETTLEMENT],
        service=ServiceCode("200019011"),
        customer_reference=customer_reference or f"1004523{number:02d}",
        bill_number=f"2601-{number}" if bill_number == "" else bill_number,
        bank_reference=bank_reference or f"FT-{number}",
        biller_reference=f"B-{number}" if biller_reference == "" else biller_reference,
        amount=amount,
        fee=fee,
        net=amount - fee if kind is FileKind.SETTLEMENT else amount + fee - share,
        completed_at=AT - timedelta(seconds=number),
    )


def some_lines(kind: FileKind) -> list[FileLine]:
    """Arabic, what a spreadsheet would compute, what XML and CSV quote, what is missing, what is long, and a net below zero."""
    return [
        line(kind, 1),
        line(kind, 2, customer_reference="مشترك ١٢", bill_number=None, biller_reference=None),
        line(kind, 3, customer_reference='=HYPERLINK("x"),1', bank_reference="@SUM(A1) -2", biller_reference="-7"),
        line(kind, 4, customer_reference='<a b="&amp;">', bank_reference="a;b=c,'d'", bill_number="12e5"),
        line(kind, 5, amount=1, fee=0, share=0, bank_reference="F" * 64, biller_reference="B" * 64, customer_reference="0" * 63 + "1"),
        line(kind, 6, amount=10, fee=60, share=5),
        line(kind, 7, amount=999_999_999_999_999 - 41),
    ]


def totals(lines: Sequence[FileLine]) -> FileTotals:
    return FileTotals(len(lines), *(sum(getattr(line, name) for line in lines) for name in ("amount", "fee", "net")))


def name(head: FileHeader, extension: str) -> str:
    return f"{file_id(head.participant, head.kind, head.window_id, head.revision)}.{extension}"


def joined(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)
