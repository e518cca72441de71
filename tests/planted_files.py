"""Files of statements by writers that share nothing with the switch: each written from docs/file-formats.md alone, value by value."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Entry:
    """One line as its writer has it in its books."""

    payment_id: str
    own: str
    counterparty: str
    customer: str
    minor: int
    day: date
    taken_back: bool = False
    fee: int = 0
    eastern: bool = False
    """Its amount and date in Arabic-Indic digits, where the layout's writing has them."""
    currency: str = "SYP"

    @property
    def amount(self) -> str:
        text = f"{self.minor // 100}.{self.minor % 100:02d}"
        return text.translate(EASTERN) if self.eastern else text

    @property
    def comma(self) -> str:
        return f"{self.minor // 100},{self.minor % 100:02d}"


@dataclass(frozen=True)
class Head:
    owner: str
    side: str
    day: date


def csv_1(head: Head, entries: Sequence[Entry]) -> bytes:
    """With a byte order mark, and the line ends of Windows."""
    rows = [f"H,csv-1,booked,{head.owner},{head.side},{head.day},SYP"]
    for number, its in enumerate(entries, 1):
        day = str(its.day).translate(EASTERN) if its.eastern else str(its.day)
        state = "reversed" if its.taken_back else "booked"
        rows.append(f"D,{number},{its.payment_id},{its.own},{its.counterparty},{its.customer},{its.amount},{day},{state},0.{its.fee:02d}")
    total = sum(its.minor for its in entries)
    rows.append(f"T,{len(entries)},{total // 100}.{total % 100:02d}")
    return "\r\n".join([*rows, ""]).encode("utf-8-sig")


CSV_MAPPING = {
    "layout": "csv", "encoding": "windows-1256", "delimiter": ";", "titles_row": 2, "last_rows": 1, "date_format": "%d/%m/%Y",
    "decimal": ",", "thousands": ".", "booked": ["مقيد"], "reversed": ["معكوس"],
    "columns": {"payment_id": "رقم الدفعة", "own_reference": "مرجعنا", "customer_reference": 4, "amount": "المبلغ", "state": "الحالة",
                "business_date": "التاريخ", "counterparty": "الجهة", "currency": "العملة"},
}  # fmt: skip


def arabic_csv(head: Head, entries: Sequence[Entry]) -> bytes:
    """As an older accounting program has it: windows-1256, semicolons, a title above, a sum below, thousands with points."""
    rows = [f"كشف {head.owner}", "رقم الدفعة;مرجعنا;الجهة;مرجع الزبون;المبلغ;التاريخ;الحالة;العملة"]
    for its in entries:
        grouped = f"{its.minor // 100:,}".replace(",", ".") + f",{its.minor % 100:02d}"
        state = "معكوس" if its.taken_back else "مقيد"
        rows.append(f'{its.payment_id};"{its.own}";{its.counterparty};"{its.customer}";{grouped};{its.day:%d/%m/%Y};{state};{its.currency}')
    return "\r\n".join([*rows, "المجموع;;;;;;;"]).encode("windows-1256")


FIXED_MAPPING = {
    "layout": "fixed-width", "titles_row": 0, "last_rows": 1, "date_format": "%Y%m%d", "minor_units": True, "booked": ["01"],
    "reversed": ["02"],
    "columns": {"state": [1, 2], "payment_id": [3, 36], "own_reference": [39, 20], "customer_reference": [59, 20],
                "amount": [79, 15], "business_date": [94, 8], "counterparty": [102, 6], "fee": [108, 6]},
}  # fmt: skip


def fixed_width(head: Head, entries: Sequence[Entry]) -> bytes:
    del head
    rows = [
        f"{'02' if its.taken_back else '01'}{its.payment_id}{its.own:20}{its.customer:20}{its.minor:015d}{its.day:%Y%m%d}"
        f"{its.counterparty}{its.fee:06d}"
        for its in entries
    ]
    return "\n".join([*rows, f"99{len(entries):0110d}", ""]).encode()


def xlsx(head: Head, entries: Sequence[Entry]) -> bytes:
    """Amounts are numbers, days are days, whatever looks like a number is one: as a clerk types it."""
    del head
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Business_Date", "payment_id", "own_reference", "customer_reference", "amount", "state", "counterparty", "fee"])
    for its in entries:
        customer = int(its.customer) if its.customer.isascii() and its.customer.isdigit() and its.customer[0] != "0" else its.customer
        amount = its.amount if its.eastern else its.minor / 100
        state = "reversed" if its.taken_back else "booked"
        sheet.append([its.day, its.payment_id, its.own, customer, amount, state, int(its.counterparty), its.fee / 100])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def camt_053(head: Head, entries: Sequence[Entry]) -> bytes:
    """An entry each, the references where ISO 20022 has them, of 35 characters at most; one that is still pending says nothing."""
    words = [
        f'<Ntry><Amt Ccy="{its.currency}">{its.minor // 100}.{its.minor % 100:02d}</Amt>'
        f"<CdtDbtInd>{'CRDT' if its.taken_back else 'DBIT'}</CdtDbtInd>"
        f"<RvslInd>{str(its.taken_back).lower()}</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{its.day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{escape(its.own)}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>"
        f"{its.payment_id.replace('-', '')}</EndToEndId></Refs>"
        f"<RmtInf><Strd><CdtrRefInf><Ref>{escape(its.customer)}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for its in entries
    ]
    words.append('<Ntry><Amt Ccy="SYP">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>')
    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.10"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId>'
        f"</GrpHdr><Stmt><Id>{head.owner}</Id><FrToDt><FrDtTm>{head.day}T00:00:00Z</FrDtTm><ToDtTm>{head.day}T23:59:59Z</ToDtTm></FrToDt>"
        f"{''.join(words)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def mt940(head: Head, entries: Sequence[Entry]) -> bytes:
    """The payment id stands in :86:, which has room for it."""
    rows = [":20:STARTUMS", f":25:SY/{head.owner}", ":28C:1/1", f":60F:C{head.day:%y%m%d}SYP1000000,00"]
    balance = 100_000_000
    for its in entries:
        balance += its.minor if its.taken_back else -its.minor
        rows.append(f":61:{its.day:%y%m%d}{its.day:%m%d}{'RD' if its.taken_back else 'D'}{its.comma}NMSCNONREF//{its.own}")
        rows.append(f":86:{its.payment_id}/ROC/{its.customer}")
    return "\r\n".join([*rows, f":62F:C{head.day:%y%m%d}SYP{balance // 100},{balance % 100:02d}", "-"]).encode()


def by_own_reference(head: Head, entries: Sequence[Entry]) -> bytes:
    """From a program that never kept the switch's ids."""
    del head
    rows = ["own_reference\tcustomer_reference\tamount\tbusiness_date\tstate\tcounterparty\tfee"]
    for its in entries:
        state = "reversed" if its.taken_back else "booked"
        rows.append(f"{its.own}\t{its.customer}\t{its.amount}\t{its.day}\t{state}\t{its.counterparty}\t0.{its.fee:02d}")
    return "\n".join(rows).encode("utf-16")


OWN_MAPPING = {"layout": "csv", "encoding": "utf-16", "delimiter": "\t"}


@dataclass(frozen=True)
class Layout:
    name: str
    write: Callable[[Head, Sequence[Entry]], bytes]
    media_type: str = "text/plain"
    mapping: Mapping[str, Any] | None = None
    counterparty: bool = True
    fee: bool = True
    eastern: bool = True
    """Whether it can hold Arabic-Indic digits."""
    currency: bool = False
    """Whether each line says its own."""
    ids: bool = True
    """Whether it says the switch's payment ids; else payments are found by its writer's own references."""


SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAYOUTS = (
    Layout("csv-1", csv_1, "text/csv"),
    Layout("csv", arabic_csv, "text/csv", CSV_MAPPING, fee=False, eastern=False, currency=True),
    Layout("csv", by_own_reference, "text/csv", OWN_MAPPING, ids=False),
    Layout("fixed-width", fixed_width, mapping=FIXED_MAPPING),
    Layout("xlsx", xlsx, SHEET),
    Layout("camt", camt_053, "application/xml", counterparty=False, fee=False, currency=True),
    Layout("mt940", mt940, counterparty=False, fee=False),
)
