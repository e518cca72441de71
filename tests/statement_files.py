"""Statements in every layout as participants' own software would write them, by writers of the tests' own."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import openpyxl

from switch.domain.booked_statements import Side, StatementAsked
from switch.domain.identifiers import ParticipantCode
from switch.domain.statement_mapping import StatementMapping

DAY = date(2026, 11, 24)
BANK = ParticipantCode("100010")


@dataclass(frozen=True)
class Booked:
    payment_id: UUID
    own_reference: str
    customer_reference: str
    minor: int
    reversed: bool = False

    @property
    def amount(self) -> str:
        return f"{self.minor // 100}.{self.minor % 100:02d}"


def booked(count: int) -> list[Booked]:
    return [
        Booked(UUID(f"019ab000-0000-7000-8000-{number:012d}"), f"FT-{number}", f"100{number}", 1_000 + number, number % 5 == 4)
        for number in range(count)
    ]


def csv_1(lines: Sequence[Booked]) -> bytes:
    rows = ["H,csv-1,booked,100010,bank,2026-11-24,SYP"]
    for number, its in enumerate(lines, 1):
        state = "reversed" if its.reversed else "booked"
        rows.append(f"D,{number},{its.payment_id},{its.own_reference},200019,{its.customer_reference},{its.amount},2026-11-24,{state}")
    total = sum(its.minor for its in lines)
    return "\n".join([*rows, f"T,{len(lines)},{total // 100}.{total % 100:02d}", ""]).encode()


ARABIC_MAPPING = StatementMapping(
    "csv",
    {
        "payment_id": "رقم الدفعة", "own_reference": "مرجعنا", "customer_reference": "مرجع الزبون", "amount": "المبلغ", "state": "الحالة",
        "business_date": "التاريخ",
    },
    encoding="windows-1256", delimiter=";", titles_row=3, last_rows=1, date_format="%d/%m/%Y", decimal=",", thousands=".",
    booked=("مقيد",), reversed=("معكوس",),
)  # fmt: skip
FIXED_MAPPING = StatementMapping(
    "fixed-width",
    {
        "payment_id": (1, 36), "own_reference": (37, 12), "customer_reference": (49, 10), "amount": (59, 12), "state": (71, 1),
        "business_date": (72, 8),
    },
    titles_row=1, last_rows=1, date_format="%Y%m%d", minor_units=True, booked=("B",), reversed=("R",),
)  # fmt: skip


def arabic_csv(lines: Sequence[Booked]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";")
    rows.writerows([["مصرف سورية"], ["كشف يوم", "24/11/2026"], ["م", "رقم الدفعة", "التاريخ", "مرجعنا", "مرجع الزبون", "المبلغ", "الحالة"]])
    for number, its in enumerate(lines, 1):
        amount = f"{its.minor // 100:,}".replace(",", ".") + f",{its.minor % 100:02d}"
        state = "معكوس" if its.reversed else "مقيد"
        rows.writerow([number, its.payment_id, "24/11/2026", its.own_reference, its.customer_reference, amount, state])
    rows.writerow(["المجموع", "", "", "", "", "كثير", ""])
    return text.getvalue().encode("windows-1256")


def titled_csv(lines: Sequence[Booked]) -> bytes:
    rows = ["payment_id,amount,own_reference,customer_reference,state"]
    rows += [f"{its.payment_id},{its.amount},{its.own_reference},{its.customer_reference},{_state(its)}" for its in lines]
    return "\r\n".join(rows).encode("utf-8-sig")


def fixed_width(lines: Sequence[Booked]) -> bytes:
    rows = ["HEADER 20261124"]
    rows += [
        f"{its.payment_id}{its.own_reference:12}{its.customer_reference:10}{its.minor:012d}{'R' if its.reversed else 'B'}20261124"
        for its in lines
    ]
    return "\r\n".join([*rows, f"TRAILER{len(lines):72d}"]).encode()


def xlsx(lines: Sequence[Booked]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["payment_id", "amount", "own_reference", "customer_reference", "state", "business_date"])
    for its in lines:
        sheet.append([str(its.payment_id), its.minor / 100, its.own_reference, int(its.customer_reference), _state(its), DAY])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def camt_053(lines: Sequence[Booked], *, message: str = "camt.053.001.08", part: str = "Stmt") -> bytes:
    entries = "".join(
        f"""<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="SYP">{its.amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
        <RvslInd>{str(its.reversed).lower()}</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>
        <AcctSvcrRef>{its.own_reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{its.payment_id}</EndToEndId></Refs>
        <RmtInf><Strd><CdtrRefInf><Ref>{its.customer_reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"""
        for number, its in enumerate(lines, 1)
    )
    total = sum(its.minor for its in lines)
    wrapper = {"Stmt": "BkToCstmrStmt", "Ntfctn": "BkToCstmrDbtCdtNtfctn"}[part]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><{wrapper}><GrpHdr><MsgId>M</MsgId></GrpHdr><{part}><Id>1</Id>
<FrToDt><FrDtTm>2026-11-24T00:00:00</FrDtTm><ToDtTm>2026-11-24T23:59:59</ToDtTm></FrToDt>
<TxsSummry><TtlNtries><NbOfNtries>{len(lines)}</NbOfNtries><Sum>{total // 100}.{total % 100:02d}</Sum></TtlNtries></TxsSummry>
{entries}</{part}></{wrapper}></Document>""".encode()


def camt_054(lines: Sequence[Booked]) -> bytes:
    return camt_053(lines, message="camt.054.001.08", part="Ntfctn")


def mt940(lines: Sequence[Booked]) -> bytes:
    rows = ["{1:F01BANKSYDAXXXX0000000000}{2:O9400000}{4:", ":20:STMT", ":25:100010", ":28C:1/1", ":60F:C261123SYP1000000,00"]
    balance = 100_000_000
    for its in lines:
        balance += its.minor if its.reversed else -its.minor
        mark = "RD" if its.reversed else "D"
        rows.append(f":61:2611241124{mark}{its.minor // 100},{its.minor % 100:02d}NTRFNONREF//{its.own_reference}")
        rows.append(f":86:{str(its.payment_id)[:30]}")
        rows.append(f"{str(its.payment_id)[30:]}/ROC/{its.customer_reference}")
    rows += [f":62F:C261124SYP{balance // 100},{balance % 100:02d}", "-}"]
    return "\r\n".join(rows).encode()


def _state(its: Booked) -> str:
    return "reversed" if its.reversed else "booked"


@dataclass(frozen=True)
class Written:
    """How one layout's files are written, and with what they are read."""

    layout: str
    write: Callable[[Sequence[Booked]], bytes]
    mapping: StatementMapping | None = None
    totals: bool = True
    """It says how much it holds, so that a file that was cut off is found out."""

    @property
    def asked(self) -> StatementAsked:
        return StatementAsked(BANK, Side.BANK, DAY, self.mapping)


WRITTEN: Mapping[str, Written] = {
    "csv-1": Written("csv-1", csv_1),
    "csv": Written("csv", titled_csv, totals=False),
    "csv in Arabic": Written("csv", arabic_csv, ARABIC_MAPPING, totals=False),
    "fixed-width": Written("fixed-width", fixed_width, FIXED_MAPPING, totals=False),
    "xlsx": Written("xlsx", xlsx),
    "camt.053": Written("camt", camt_053),
    "camt.054": Written("camt", camt_054),
    "mt940": Written("mt940", mt940),
}
