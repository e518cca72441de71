#!/usr/bin/env python3
"""Says whether a settlement file or statement of the switch is whole, ours, complete, and adds up; in Arabic and English.

Stands alone: Python 3.11 or newer with the package `cryptography`, no network, nothing of the switch. All layouts of docs/file-formats.md.

    python3 verify_file.py FILE --key switch.pub [--signature FILE.sig] [--previous FILE_BEFORE] [--json]

Exit codes: 0 all is well, 2 wrong usage, 3 something is wrong.

يقول إن كان ملف التسوية أو الكشف سليماً وصادراً عن المحوّل وكاملاً ومتوازناً، ويسمّي السطر الخطأ.
"""

import argparse
import base64
import csv
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

WRONG_EXIT_CODE, WRONG_USAGE_EXIT_CODE = 3, 2
MOST_FINDINGS = 20
SCALES = {"SYP": 2}
LONGEST_LINE_BYTES = 1 << 16
LONGEST_FRAME_BYTES = 1 << 20
LONGEST_PART_BYTES = 4 << 30
"""Of a spreadsheet, unpacked: more than that is no file of ours."""

Record = tuple[str, str, dict[str, Any]]
"""`H`, `R`, `D` or `T`; where it stands, in words; its fields."""
HEADER_FIELDS = (
    "layout", "kind", "participant", "window", "business_date", "currency", "sequence", "revision", "previous_sha256", "rtgs_reference",
    "settled_at",
)  # fmt: skip
LINE_FIELDS = (
    "number", "payment_id", "payment_reference", "counterparty", "service", "customer_reference", "bill_number", "bank_reference",
    "biller_reference",
)  # fmt: skip
AMOUNT = re.compile(r"[+-]?[0-9]{1,19}(\.[0-9]{1,6})?", re.ASCII)
ACCOUNT_NOTE = re.compile(r"account [A-Z0-9a-z]+(?: at [0-9]+)?: (-?[0-9.]+)")
SUMS = {"settlement": ("amount", "fee", "net"), "statement": ("amount", "fee", "share", "net")}
NAMES = {
    "amount": ("المبلغ", "amount"), "fee": ("الرسم", "fee"), "share": ("الحصة من الرسوم", "share of the fees"), "net": ("الصافي", "net"),
    "lines": ("عدد الأسطر", "number of lines"),
}  # fmt: skip


class Wrong(Exception):
    """What is wrong: a code that stays, and the words for people."""

    def __init__(self, code: str, where: str, ar: str, en: str) -> None:
        super().__init__(code)
        self.code, self.where, self.ar, self.en = code, where, printable(ar), printable(en)


def printable(text: str) -> str:
    """A forged file cannot move the cursor or turn words around."""
    return "".join(character for character in text if character.isprintable())


def malformed(where: str, ar: str, en: str) -> Wrong:
    return Wrong("malformed", where, f"تعذرت قراءة السجل: {ar}.", f"The record cannot be read: {en}.")


@dataclass
class Report:
    file: str
    header: dict[str, Any] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    findings: list[Wrong] = field(default_factory=list)
    unchecked: list[tuple[str, str]] = field(default_factory=list)

    def add(self, code: str, where: str, ar: str, en: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Wrong(code, where, ar, en))


# --- is it ours -------------------------------------------------------------------------------------------------------


def check_signature(report: Report, path: Path, signature: Path, key_pem: bytes, sha256: str) -> None:
    try:
        document = json.loads(signature.read_bytes())
        signed, raw = str(document["signed"]), base64.b64decode(document["signature"], validate=True)
        digest, name = signed.removesuffix("\n").split("  ", 1)
    except (OSError, ValueError, KeyError, TypeError):
        report.add(
            "signature_unreadable", signature.name, "التوقيع غير موجود أو غير مقروء.", "There is no signature, or it cannot be read."
        )
        return
    key = serialization.load_pem_public_key(key_pem)
    if not verifies(key, raw, signed.encode()):
        report.add("signature_wrong", signature.name, "التوقيع ليس توقيع المحوّل: الملف مزوّر أو المفتاح لغيره.",
                   "The signature is not the switch's: the file is forged, or the key is another one.")  # fmt: skip
    if name != path.name:
        report.add("signature_of_another_file", signature.name, f"هذا التوقيع للملف {name} وليس لهذا الملف.",
                   f"This is the signature of {name}, not of this file.")  # fmt: skip
    if digest != sha256:
        report.add("content_changed", path.name, "محتوى الملف ليس ما وُقّع: لقد تغيّر بعد إصداره أو حُفظ من جديد ببرنامج آخر.",
                   "The content is not what was signed: it was changed after it was issued, or saved again by a program.")  # fmt: skip


def verifies(key: Any, signature: bytes, message: bytes) -> bool:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if len(signature) != 64:
                return False
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512())
        else:
            return False
    except InvalidSignature:
        return False
    return True


# --- is it complete, and does it add up -------------------------------------------------------------------------------


def check_content(report: Report, path: Path) -> None:
    """Every line once, in order; each adds up, and all of them give the trailer."""
    try:
        _check_records(report, records(path))
    except Wrong as wrong:
        report.findings.append(wrong)


def _check_records(report: Report, found: Iterator[Record]) -> None:
    given = dict.fromkeys(("lines", "amount", "fee", "share", "net"), 0)
    before, trailer, accounts = "", False, Accounts()
    for kind, where, fields in found:
        if trailer:
            report.add("after_the_trailer", where, "لا يجوز أن يلي خاتمة الملف شيء.", "Nothing may follow the trailer.")
        if kind == "H":
            if report.header:
                report.add("header_twice", where, "للملف ترويسة واحدة.", "A file has one header.")
            report.header = fields
            _check_name(report)
        elif kind == "R":
            accounts.hear(fields["change"])
        elif kind == "D":
            given["lines"] += 1
            _check_line(report, where, fields, given["lines"], before)
            before = fields["payment_id"]
            for name in SUMS[report.header["kind"]]:
                given[name] += fields[name]
        elif kind == "T":
            trailer, report.totals = True, fields
            for name, stated in fields.items():
                if stated != given[name]:
                    ar, en = NAMES[name]
                    report.add("totals_differ", where, f"{ar} في الخاتمة {shown(name, stated)} ومن الأسطر {shown(name, given[name])}.",
                               f"The {en} in the trailer is {shown(name, stated)}, the lines give {shown(name, given[name])}.")  # fmt: skip
            accounts.check(report, where, fields["net"])
    if not trailer:
        report.add("cut_off", "", "الملف مبتور: خاتمته ناقصة.", "The file was cut off: its trailer is missing.")


@dataclass
class Accounts:
    """What the header says of the accounts over which the net was paid; all of them, unless there was no room."""

    said: list[int] = field(default_factory=list)
    all_said: bool = True

    def hear(self, change: str) -> None:
        if note := ACCOUNT_NOTE.fullmatch(change):
            self.said.append(int(note[1].replace(".", "")))
        self.all_said = self.all_said and not change.startswith("accounts that find no room")

    def check(self, report: Report, where: str, net: int) -> None:
        if self.said and self.all_said and sum(self.said) != net:
            ours = shown("net", sum(self.said))
            report.add("accounts_differ", where, f"مجموع الحسابات {ours} وليس الصافي.", f"The accounts have {ours} together, not the net.")


def _check_line(report: Report, where: str, line: dict[str, Any], expected: int, before: str) -> None:
    if line["number"] != expected:
        report.add("line_out_of_order", where, f"رقم السطر {line['number']} والمتوقع {expected}: سطر ناقص أو مكرر أو في غير مكانه.",
                   f"The line has the number {line['number']}, {expected} was expected: one is missing, double or misplaced.")  # fmt: skip
    # What corrects a payment in its own window, a reversal or an adjustment, stands directly under it.
    if line["payment_id"] < before or (line["payment_id"] == before and line["amount"] > 0):
        report.add("payment_out_of_order", where, f"الدفعة {line['payment_id']} مكررة أو في غير مكانها.",
                   f"The payment {line['payment_id']} is double or misplaced.")  # fmt: skip
    statement = report.header["kind"] == "statement"
    net = line["amount"] + line["fee"] - line["share"] if statement else line["amount"] - line["fee"]
    if net != line["net"]:
        report.add("line_does_not_add_up", where, f"الصافي في السطر {shown('net', line['net'])} ومن مبالغه {shown('net', net)}.",
                   f"The net of the line is {shown('net', line['net'])}, its own amounts give {shown('net', net)}.")  # fmt: skip


def _check_name(report: Report) -> None:
    header = report.header
    name = f"{header['participant']}-{header['kind']}-{header['window']}-r{header['revision']}"
    if Path(report.file).stem != name:
        report.add(
            "name_differs", "", f"اسم الملف لا يوافق محتواه: المحتوى هو {name}.", f"The name is not that of its content: it is {name}."
        )


def check_previous(report: Report, previous: Path) -> None:
    sha256 = digest_of(previous)
    before = Report(previous.name)
    check_content(before, previous)
    mine, its = report.header, before.header
    if not mine or not its:
        report.add("previous_unreadable", previous.name, "تعذرت قراءة الملف السابق.", "The file before cannot be read.")
        return
    chain = ("participant", "kind", "currency")
    if [mine[name] for name in chain] != [its[name] for name in chain] or its["sequence"] != mine["sequence"] - 1:
        report.add("previous_is_another", previous.name, f"الملف السابق المطلوب تسلسله {mine['sequence'] - 1}، وهذا غيره.",
                   f"The file before has the sequence number {mine['sequence'] - 1}; this is another one.")  # fmt: skip
    if mine["previous_sha256"] != sha256:
        report.add("chain_broken", previous.name, "بصمة الملف السابق ليست المذكورة في هذا الملف.",
                   "The digest of the file before is not the one that this file names.")  # fmt: skip


# --- reading: each layout becomes the same records --------------------------------------------------------------------


def records(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        begins = file.read(4)
    readers: tuple[tuple[bytes, Callable[[Path], Iterator[Record]]], ...] = (
        (b"\xef\xbb\xbfH", csv_records), (b"HT,", csv_records), (b"Hfix", fixed_records), (b"PK\x03\x04", xlsx_records),
        (b"<?xm", camt_records),
    )  # fmt: skip
    for magic, reader in readers:
        if begins.startswith(magic):
            return reader(path)
    raise Wrong("layout_unknown", "", "ليس ملفاً بتنسيق معروف من تنسيقات المحوّل.", "This is no layout of the switch.")


def csv_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        rows = csv.reader(text_lines(file), strict=True)
        header: dict[str, Any] = {}
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise malformed(row_name(rows.line_num), "علامات الاقتباس غير متوازنة", f"the quotes do not fit ({error})") from None
            where = row_name(rows.line_num)
            cells = [cell.removeprefix("'") for cell in cells]
            if cells and cells[0] == "H":
                header = header_of(where, cells[1:])
                yield "H", where, header
            elif cells and header and cells[0] in ("R", "D", "T"):
                yield record_of(where, cells[0], cells[1:], header, partial(decimal_minor, header))
            elif cells and cells[0] not in ("HT", "RT", "DT", "TT"):
                raise malformed(where, "بداية السطر غير معروفة", "it begins with what no row begins with")


HEADER_WIDTHS = (1, 8, 10, 6, 20, 10, 3, 1, 9, 3, 64, 64, 29)
LINE_WIDTHS = (1, 9, 36, 17, 6, 9, 64, 64, 64, 64, 19, 19, 19, 19, 29)
TRAILER_WIDTHS = (1, 9, 19, 19, 19, 19)


def fixed_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        header: dict[str, Any] = {}
        for number, text in enumerate(text_lines(file), 1):
            where, record = row_name(number), text.rstrip("\r\n")
            if len(record) != sum(LINE_WIDTHS):
                raise malformed(
                    where, f"طوله {len(record)} محرفاً بدل {sum(LINE_WIDTHS)}", f"it has {len(record)} characters, not {sum(LINE_WIDTHS)}"
                )
            if record[0] == "H":
                cells = cut(record, HEADER_WIDTHS)
                del cells[7]  # the number of decimals
                header = header_of(where, cells[1:])
                yield "H", where, header
            elif record[0] == "R" and header:
                yield "R", where, {"change": record[1:].rstrip()}
            elif record[0] in ("D", "T") and header:
                cells = cut(record, LINE_WIDTHS if record[0] == "D" else TRAILER_WIDTHS)
                if header["kind"] == "settlement" and int_of(where, cells.pop(12 if record[0] == "D" else 4)):
                    raise malformed(where, "لا حصة من الرسوم في ملف الجهة المفوترة", "there is no share in a biller's file")
                yield record_of(where, record[0], cells[1:], header, int_of)
            else:
                raise malformed(where, "بداية السجل غير معروفة", "it begins with what no record begins with")


def xlsx_records(path: Path) -> Iterator[Record]:
    try:
        with zipfile.ZipFile(path) as book:
            names = [info.filename for info in book.infolist()]
            sheets = sorted(
                (n for n in names if re.fullmatch(r"xl/worksheets/sheet[0-9]+\.xml", n)), key=lambda n: int(re.findall("[0-9]+", n)[0])
            )
            if len(sheets) < 2 or any(info.file_size > LONGEST_PART_BYTES for info in book.infolist()):
                raise Wrong("layout_unknown", "", "ليس جدولاً من جداول المحوّل.", "This is no spreadsheet of the switch.")
            if "xl/sharedStrings.xml" in names and b"<si>" in book.read("xl/sharedStrings.xml")[:4096]:
                raise Wrong("saved_again", "", "حُفظ الملف من جديد ببرنامج جداول؛ افحص الملف كما وصل.",
                            "The file was saved again by a spreadsheet program; check it as it was received.")  # fmt: skip
            yield from _book_records(book, sheets)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as error:
        raise Wrong("cut_off", "", "الملف مبتور أو تالف.", f"The file was cut off or damaged ({type(error).__name__}).") from None


def _book_records(book: zipfile.ZipFile, sheets: list[str]) -> Iterator[Record]:
    first = dict(sheet_rows(book, sheets[0]))
    header = header_of("sheet 1", [first.get(number, {}).get("B", "") for number in range(3, 14)])
    yield "H", "sheet 1", header
    sums = SUMS[header["kind"]]
    for number in range(16 + len(sums) + 1, max(first) + 1):
        if first.get(number, {}).get("B"):
            yield "R", f"sheet 1, row {number}", {"change": first[number]["B"]}
    columns = "ABCDEFGHI" + "JKLM"[: len(sums)]
    minor: Callable[[str, str], int] = partial(decimal_minor, header)
    under: list[str] = []
    for place, sheet in enumerate(sheets[1:], 2):
        for number, cells in sheet_rows(book, sheet):
            where = f"sheet {place}, row {number}"
            values = [cells.get(column, "") for column in columns]
            if cells.get("A") and number > 1:
                moment = cells.get("JKLMN"[len(sums)], "")
                yield record_of(where, "D", [*values, moment], header, minor)
            elif number > 1:
                under = values[9:]
    where = "sheet 1, rows 15 to 19"
    stated = [first.get(15 + number, {}).get("B", "") for number in range(len(sums) + 1)]
    if [minor(where, text) for text in stated[1:]] != [minor(where, text) for text in under]:
        raise Wrong(
            "totals_differ", where, "المجاميع أعلى الملف ليست المجاميع تحت الأسطر.", "The totals in front are not those under the lines."
        )
    yield record_of(where, "T", stated, header, minor)


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_rows(book: zipfile.ZipFile, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    with book.open(name) as part:
        for element in xml_ends(part, f"{SHEET}row", name):
            cells = {}
            for cell in element.iter(f"{SHEET}c"):
                if cell.find(f"{SHEET}f") is not None:
                    raise malformed(f"{name} {cell.get('r')}", "فيه معادلة", "it holds a formula")
                text = (
                    "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
                    if cell.get("t") == "inlineStr"
                    else cell.findtext(f"{SHEET}v", "")
                )
                cells[(cell.get("r") or "").rstrip("0123456789")] = text
            yield int(element.get("r") or 0), cells


def camt_records(path: Path) -> Iterator[Record]:
    """The booking's details first need the header, which stands at the end: so the file is gone through twice."""
    facts, booked, batch, sequence, currency = _camt_frame(path)
    kind = "settlement" if facts["kind"] == "settlement" else "statement"
    header = header_of("header", [
        facts["layout"], facts["kind"], facts["participant"], facts["window"], facts["business_date"], currency, sequence,
        facts["revision"], facts["previous_sha256"], facts["rtgs_reference"], facts["settled_at"],
    ])  # fmt: skip
    yield "H", "header", header
    for change in facts.get("changes", "").split(" | ") if facts.get("changes") else ():
        yield "R", "header", {"change": change}
    sign = 1 if kind == "settlement" else -1
    details = (piece for is_detail, piece in camt_pieces(path) if is_detail)
    for number, piece in enumerate(details, 1):
        where = f"TxDtls {number}"
        yield "D", where, _camt_line(where, parsed(piece, where), header, sign)
    minor: Callable[[str, str], int] = partial(decimal_minor, header)
    totals = {"lines": int_of("trailer", facts["lines"]), **{name: minor("trailer", facts[name]) for name in ("amount", "fee", "net")}}
    if (booked is not None and minor("Ntry", booked) * sign != totals["net"]) or (booked is None) != (totals["lines"] == 0):
        raise Wrong("totals_differ", "Ntry", "مبلغ القيد ليس الصافي المذكور.", "The amount of the booking is not the net that is stated.")
    if batch is not None and int_of("Btch", batch) != totals["lines"]:
        raise Wrong(
            "totals_differ", "Btch", "عدد الدفعات في القيد ليس المذكور.", "The number of payments in the booking is not the one stated."
        )
    yield "T", "trailer", totals


def _camt_frame(path: Path) -> tuple[dict[str, str], str | None, str | None, str, str]:
    """What is around the details: our facts, the booked amount with its sign, the number of details, sequence, currency."""
    facts: dict[str, str] = {}
    found: dict[str, str] = {}
    frame = b""
    for is_detail, piece in camt_pieces(path):
        frame += b"" if is_detail else piece
        if len(frame) > LONGEST_FRAME_BYTES:
            raise malformed("header", "هو أطول من المسموح", "it is too long")
    for parent in parsed(frame, path.name).iter():
        for element in parent:
            name = local(element)
            if name in ("AddtlNtfctnInf", "AddtlStmtInf"):
                facts |= dict(part.split("=", 1) for part in (element.text or "").split(";") if "=" in part)
            elif element.get("Ccy", found.get("Acct/Ccy")) != found.get("Acct/Ccy"):
                raise malformed("Ntry", "عملة المبلغ ليست عملة الحساب", "an amount is not in the currency of the account")
            elif (local(parent), name) in CAMT_FRAME:
                found.setdefault(f"{local(parent)}/{name}", element.text or "")
    if not facts or "GrpHdr/CreDtTm" not in found:
        raise Wrong("cut_off", "", "بيانات الملف ناقصة.", "What the file says of itself is missing.")
    facts["changes"] = found.get("GrpHdr/AddtlInf", "")
    facts["settled_at"] = found["GrpHdr/CreDtTm"]
    facts["participant"] = found.get("Othr/Id", "")
    booked, summed = _signed_in(found, "Ntry"), _signed_in(found, "TtlNetNtry")
    if booked is not None and summed not in (None, booked):
        raise Wrong(
            "totals_differ", "TtlNetNtry", "المجموع المذكور ليس مبلغ القيد.", "The sum that is stated is not the amount of the booking."
        )
    missing = {
        "layout",
        "kind",
        "window",
        "business_date",
        "revision",
        "previous_sha256",
        "rtgs_reference",
        "lines",
        "amount",
        "fee",
        "net",
    } - set(facts)
    if missing:
        raise malformed("header", f"ينقص {', '.join(sorted(missing))}", f"{', '.join(sorted(missing))} is missing")
    return (
        facts,
        booked,
        found.get("Btch/NbOfTxs"),
        found.get("Ntfctn/ElctrncSeqNb") or found.get("Stmt/ElctrncSeqNb", ""),
        found.get("Acct/Ccy", ""),
    )


def _signed_in(found: dict[str, str], name: str) -> str | None:
    amount = found.get(f"{name}/Amt")
    return amount if amount is None or found.get(f"{name}/CdtDbtInd") != "DBIT" else f"-{amount}"


CAMT_FRAME = {
    ("GrpHdr", "CreDtTm"), ("GrpHdr", "AddtlInf"),
    ("Othr", "Id"), ("Ntry", "Amt"), ("Ntry", "CdtDbtInd"), ("TtlNetNtry", "Amt"), ("TtlNetNtry", "CdtDbtInd"),
    ("Btch", "NbOfTxs"), ("Acct", "Ccy"),
    ("Ntfctn", "ElctrncSeqNb"), ("Stmt", "ElctrncSeqNb"),
}  # fmt: skip


DETAIL, DETAIL_END = b"<TxDtls>", b"</TxDtls>"


def camt_pieces(path: Path) -> Iterator[tuple[bool, bytes]]:
    """Details, and what is around them; a million of them one at a time."""
    inside, rest = False, b""
    with path.open("rb") as file:
        plain = _Plain(file)
        while part := plain.read(1 << 20):
            rest, start = rest + part, 0
            while (at := rest.find(DETAIL_END if inside else DETAIL, start)) >= 0:
                yield inside, (DETAIL + rest[start:at] + DETAIL_END if inside else rest[start:at])
                start, inside = at + len(DETAIL_END if inside else DETAIL), not inside
            keep = len(rest) if inside else max(start, len(rest) - len(DETAIL))
            if not inside:
                yield False, rest[start:keep]
                start = keep
            rest = rest[start:]
            if len(rest) > LONGEST_LINE_BYTES:
                raise malformed("TxDtls", "هو أطول من المسموح", "it is too long")
    if inside:
        raise Wrong("cut_off", "", "الملف مبتور في وسط دفعة.", "The file was cut off in the middle of a payment.")
    yield False, rest


def parsed(content: bytes, where: str) -> ET.Element:
    try:
        return ET.fromstring(content)  # noqa: S314 - _Plain has refused what could be dangerous
    except ET.ParseError as error:
        raise Wrong("cut_off", where, "الملف مبتور أو تالف.", f"The file was cut off or damaged ({error}).") from None


def _camt_line(where: str, detail: ET.Element, header: dict[str, Any], sign: int) -> dict[str, Any]:
    if any(element.get("Ccy", header["currency"]) != header["currency"] for element in detail.iter()):
        raise malformed(where, "عملة المبلغ ليست عملة الحساب", "an amount is not in the currency of the account")

    def signed(element: ET.Element) -> int:
        minor = decimal_minor(header, where, element.findtext("Amt", ""))
        return minor if element.findtext("CdtDbtInd") == "CRDT" else -minor

    remittance = dict((item.text or "").split("=", 1) for item in detail.iterfind("RmtInf/Ustrd") if "=" in (item.text or ""))
    charges = {record.findtext("Tp/Prtry/Id", ""): signed(record) for record in detail.iterfind("Chrgs/Rcrd")}
    identifier = detail.findtext("Refs/TxId", "")
    taken_back = detail.find("RtrInf") is not None
    groups = (identifier[:8], identifier[8:12], identifier[12:16], identifier[16:20], identifier[20:])
    return {
        "number": int_of(where, detail.findtext("Refs/Prtry/Ref", "")),
        "payment_id": "-".join(groups),
        "payment_reference": detail.findtext("Refs/AcctSvcrRef", ""),
        "counterparty": detail.findtext(".//MmbId") or detail.findtext("RltdPties//Id/OrgId/Othr/Id", ""),
        "service": detail.findtext("Purp/Prtry", ""),
        **{name: remittance.get(name, "") for name in ("customer_reference", "bill_number", "bank_reference", "biller_reference")},
        "amount": decimal_minor(header, where, detail.findtext("AmtDtls/InstdAmt/Amt", "")) * (-1 if taken_back else 1),
        "fee": -charges.get("FEE", 0),
        "share": charges.get("SHARE", 0),
        "net": signed(detail) * sign,
        "completed_at": detail.findtext("RltdDts/AccptncDtTm", ""),
    }


# --- pieces of reading ------------------------------------------------------------------------------------------------


def xml_events(file: Any, name: str) -> Iterator[tuple[str, ET.Element]]:
    """Without document types and entities: no file of the switch has them."""
    try:
        yield from ET.iterparse(_Plain(file), events=("start", "end"))  # noqa: S314 - _Plain refuses what could be dangerous
    except ET.ParseError as error:
        raise Wrong("cut_off", f"{name}, line {error.position[0]}, column {error.position[1]}", "الملف مبتور أو تالف.",
                    f"The file was cut off or damaged ({error}).") from None  # fmt: skip


def xml_ends(file: Any, tag: str, name: str) -> Iterator[ET.Element]:
    """Each whole element of that name, and its memory is given back."""
    parents: list[ET.Element] = []
    for event, element in xml_events(file, name):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if tag in (element.tag, local(element)):
            yield element
            parents[-1].remove(element)


class _Plain:
    """Bytes of an XML document on their way to the parser."""

    def __init__(self, file: Any) -> None:
        self._file, self._last = file, b""

    def read(self, size: int = -1) -> bytes:
        part: bytes = self._file.read(size)
        seen = self._last + part
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\x00" in part:
            raise Wrong("xml_refused", "", "في الملف تعريفات XML غير مسموحة.", "The file has XML definitions that are refused.")
        self._last = seen[-16:]
        return part


def local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def text_lines(file: Any) -> Iterator[str]:
    """Lines as they stand, one at a time."""
    number = 0
    while line := file.readline(LONGEST_LINE_BYTES):
        number += 1
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise malformed(row_name(number), "ليس بترميز UTF-8", "it is not UTF-8") from None


def cut(record: str, widths: tuple[int, ...]) -> list[str]:
    cells, start = [], 0
    for width in widths:
        cells.append(record[start : start + width].rstrip())
        start += width
    return cells


def header_of(where: str, cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(HEADER_FIELDS):
        raise malformed(where, "أعمدة الترويسة ناقصة أو زائدة", "the header has too few or too many columns")
    header: dict[str, Any] = dict(zip(HEADER_FIELDS, cells, strict=True))
    for name in ("sequence", "revision"):
        header[name] = int_of(where, header[name])
    try:
        date.fromisoformat(header["business_date"])
        datetime.fromisoformat(header["settled_at"])
    except ValueError:
        raise malformed(where, "تاريخ غير سليم", "a date is wrong") from None
    named = re.fullmatch("[0-9]{6}", header["participant"]) and re.fullmatch("[A-Z0-9-]{1,20}", header["window"])
    if (
        not named
        or header["kind"] not in SUMS
        or header["currency"] not in SCALES
        or not re.fullmatch("([0-9a-f]{64})?", header["previous_sha256"])
    ):
        raise malformed(where, "الترويسة غير سليمة", "the header is wrong")
    return header


def record_of(where: str, kind: str, cells: list[str], header: dict[str, Any], minor: Callable[[str, str], int]) -> Record:
    sums = SUMS[header["kind"]]
    if kind == "R":
        return "R", where, {"change": " ".join(cells)}
    if kind == "T":
        if len(cells) != 1 + len(sums):
            raise malformed(where, "أعمدة الخاتمة ناقصة أو زائدة", "the trailer has too few or too many columns")
        return (
            "T",
            where,
            {"lines": int_of(where, cells[0]), **{name: minor(where, cell) for name, cell in zip(sums, cells[1:], strict=True)}},
        )
    if len(cells) != len(LINE_FIELDS) + len(sums) + 1:
        raise malformed(where, "أعمدة السطر ناقصة أو زائدة", "the line has too few or too many columns")
    line: dict[str, Any] = dict(zip(LINE_FIELDS, cells, strict=False))
    line["number"] = int_of(where, line["number"])
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", line["payment_id"]):
        raise malformed(where, "رقم الدفعة غير سليم", "the payment id is wrong")
    line |= {name: minor(where, cell) for name, cell in zip(sums, cells[len(LINE_FIELDS) : -1], strict=True)} | {"completed_at": cells[-1]}
    return "D", where, {"share": 0, **line}


def int_of(where: str, text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", text, re.ASCII):
        raise malformed(where, f"«{text[:30]}» ليس عدداً", f"“{text[:30]}” is no whole number")
    return int(text)


def decimal_minor(header: dict[str, Any], where: str, text: str) -> int:
    minor = Decimal(text).scaleb(SCALES[header["currency"]]) if AMOUNT.fullmatch(text) else None
    if minor is None or minor != int(minor):
        raise malformed(where, f"«{text[:30]}» ليس مبلغاً", f"“{text[:30]}” is no amount")
    return int(minor)


def row_name(number: int) -> str:
    return f"row {number}"


def shown(name: str, minor: int) -> str:
    return str(minor) if name == "lines" else f"{Decimal(minor).scaleb(-2):.2f}"


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- the command ------------------------------------------------------------------------------------------------------


def verify(path: Path, key_pem: bytes, signature: Path | None = None, previous: Path | None = None) -> Report:
    report = Report(path.name)
    check_signature(report, path, signature or path.with_name(path.name + ".sig"), key_pem, digest_of(path))
    check_content(report, path)
    if previous is not None:
        check_previous(report, previous)
    elif report.header and report.header["sequence"] > 1:
        report.unchecked.append(("التسلسل: لم يُعطَ الملف السابق", "the chain: the file before was not given"))
    if report.header and report.header["sequence"] == 1 and report.header["previous_sha256"]:
        report.add("chain_broken", "", "هو الأول ويسمّي ملفاً قبله.", "It is the first and names one before it.")
    return report


def say(report: Report) -> None:
    if report.header:
        header, totals = report.header, report.totals
        net = shown("net", totals["net"]) if totals else "?"
        print(f"{header['participant']} {header['kind']} {header['window']} #{header['sequence']} r{header['revision']}")
        print(f"  {totals.get('lines', '?')} lines, net {net} {header['currency']}")
    for wrong in report.findings:
        print(f"✗ {wrong.where or report.file}\n  {wrong.ar}\n  {wrong.en} [{wrong.code}]")
    for ar, en in report.unchecked:
        print(f"– لم يُفحص / not checked: {ar} / {en}")
    print("✗ الملف فيه خطأ، لا تعتمده. / The file is wrong; do not use it." if report.findings
          else "✓ الملف سليم وصادر عن المحوّل وكامل ومتوازن. / The file is whole, ours, complete, and adds up.")  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path)
    asked.add_argument("--key", type=Path, required=True, help="the switch's public key, PEM")
    asked.add_argument("--signature", type=Path, help="else FILE.sig beside it")
    asked.add_argument("--previous", type=Path, help="the file with the sequence number before")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    try:
        key_pem = given.key.read_bytes()
        serialization.load_pem_public_key(key_pem)
        report = verify(given.file, key_pem, given.signature, given.previous)
    except (OSError, ValueError) as fault:
        print(f"{fault}", file=sys.stderr)
        return WRONG_USAGE_EXIT_CODE
    if given.json:
        findings = [{"code": w.code, "where": w.where, "ar": w.ar, "en": w.en} for w in report.findings]
        said = {"file": report.file, "right": not report.findings, "header": report.header, "totals": report.totals}
        said |= {"findings": findings, "not_checked": [en for _, en in report.unchecked]}
        print(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        say(report)
    return WRONG_EXIT_CODE if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
