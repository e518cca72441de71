"""The layout `camt`: ISO 20022 account statements and notifications (camt.053, camt.054; any version), read entry by entry.

One line for each transaction detail, or for the entry where it has none. Only booked entries count. By default the payment is found by
whichever reference holds its id or its payment reference, our bank's own reference is AcctSvcrRef, and the customer's the creditor's
reference; a mapping names other elements for a field.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO
from uuid import UUID

from lxml import etree

from adapters.codecs.booked_cells import BOOKED, REVERSED, LineReader, Writing
from adapters.codecs.mapped_rows import head_for, mapping_for
from switch.domain.booked_statements import BookedLine, BookedStatement, PlainStatement, StatementAsked
from switch.domain.calendar import read_day
from switch.domain.foreign_currencies import DECIMALS
from switch.domain.identifiers import plain_payment_reference
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.statement_mapping import StatementMapping

PARTS = ("Stmt", "Ntfctn", "Rpt")
MOST_FIELDS = 200
MOST_DEPTH = 40
MOST_ELEMENTS = 2_000_000
"""Of one entry, which is held in memory until it ends; of its transaction details, say, a hundred thousand."""
MOST_AROUND = 100_000
"""Elements around the entries, all together."""
_REFERENCES = ("EndToEndId", "TxId", "InstrId", "UETR", "MsgId", "Ustrd", "AddtlTxInf", "NtryRef")
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?", re.ASCII)
"""As long as ISO 20022 lets a sum be."""
_WRITING = Writing(states={BOOKED: False, REVERSED: True})


class Camt:
    layout = "camt"

    def recognises(self, start: bytes) -> bool:
        return b"<Document" in start and (b"camt.053" in start or b"camt.054" in start)

    def plain(self, file: BinaryIO) -> PlainStatement | None:  # noqa: ARG002 - never: each file is read row by row
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        faults = Faults()
        mapping = mapping_for(asked, self.layout)
        events = _events(file, faults)
        front = _front(events, faults)
        head = head_for(asked, mapping, front.day, faults)
        return BookedStatement(head, _lines(events, front, LineReader(faults, head.currency, head.business_date, _WRITING), mapping))


class _Front:
    """What stands before the first entry; and the totals that are said, here or at the end."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.entry: Any = None
        """The first one, already read."""
        self.said_count: str | None = None
        self.said_total: str | None = None
        self.statements = 0

    def take(self, element: Any, name: str, parent: str) -> None:
        text = (element.text or "").strip()
        if name == "ToDtTm" or (name == "Dt" and parent == "Dt" and self.day is None):
            self.day = _day(text) or self.day
        elif parent == "TtlNtries" and name == "NbOfNtries":
            self.said_count = text
        elif parent == "TtlNtries" and name == "Sum":
            self.said_total = text


def _events(file: BinaryIO, faults: Faults) -> Iterator[Any]:
    """Elements as they end; no more of them is held than of one entry. Raises StatementMalformed for what is no XML, or more than that."""
    file.seek(0)
    depth = entry = elements = around = 0
    try:
        for event, element in _parsed(file):
            if event == "start":
                depth += 1
                elements += 1
                around += not entry and _name(element) != "Ntry"
                if depth == 1 and element.getroottree().docinfo.doctype:
                    raise faults.refuse(0, "DOCTYPE", FaultCode.UNREADABLE, "DTD", "camt")
                if depth > MOST_DEPTH:
                    raise faults.refuse(element.sourceline or 0, "", FaultCode.TOO_BIG, depth, f"{MOST_DEPTH}")
                if around > MOST_AROUND or (entry and elements > MOST_ELEMENTS):
                    raise faults.refuse(element.sourceline or 0, "", FaultCode.TOO_BIG, elements, f"{MOST_AROUND:,}, {MOST_ELEMENTS:,}")
                if not entry and _name(element) == "Ntry":
                    entry, elements = depth, 0
                continue
            if isinstance(element.tag, str):
                yield element
            if entry in (0, depth):
                entry = 0
                _forget(element)
            depth -= 1
    except (etree.XMLSyntaxError, LookupError, UnicodeError) as error:
        raise faults.refuse(getattr(error, "lineno", 0) or 0, "", FaultCode.UNREADABLE, error, "camt") from None


def _parsed(file: BinaryIO) -> Iterator[tuple[str, Any]]:
    events: Iterator[tuple[str, Any]] = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return events


def _front(events: Iterator[Any], faults: Faults) -> _Front:
    front = _Front()
    for element in events:
        name, parent = _name(element), _name(element.getparent())
        if name == "Ntry":
            front.entry = element
            return front
        front.take(element, name, parent)
        if name in PARTS:
            front.statements += 1
        if name == "Document":
            break
    if front.statements != 1:
        raise faults.refuse(0, "", FaultCode.HEADER, front.statements, "Document / … / Stmt")
    return front


def _lines(events: Iterator[Any], front: _Front, reader: LineReader, mapping: StatementMapping) -> Iterator[BookedLine]:
    faults, entries, total = reader.faults, 0, Decimal(0)
    for element in _from_first(events, front):
        name = _name(element)
        if name in PARTS:
            front.statements += 1
        if name != "Ntry":
            front.take(element, name, _name(element.getparent()))
            continue
        entries += 1
        row = element.sourceline or 0
        common = _leaves(element, faults, inside=lambda inner: _name(inner) != "NtryDtls")
        if _status(element) not in ("BOOK", ""):
            total += _decimal(common.get("Amt", "")) or 0
            _forget(element)
            continue
        found: list[BookedLine] = []
        for detail in list(element.iter("{*}TxDtls")) or [element]:
            own = _leaves(detail, faults, inside=lambda _: True)
            if line := reader.line(row, _cells(common | own, mapping, reader.currency)):
                found.append(line)
                yield line
        moved = _moved(found, reader.currency)
        _check_entry(common, reader, moved, row)
        said = _decimal(common.get("Amt", ""))
        total += sum(moved.values()) if said is None else said
        _forget(element)
    if front.statements != 1:
        faults.note(0, "", FaultCode.HEADER, front.statements, "Document / … / Stmt")
    if front.said_count is not None and front.said_count != str(entries):
        faults.note(0, "NbOfNtries", FaultCode.LINES_TOTAL, front.said_count, str(entries))
    if front.said_total is not None and _decimal(front.said_total) != total:  # of all entries, whatever their currencies
        faults.note(0, "Sum", FaultCode.AMOUNT_TOTAL, front.said_total, f"{total:f}")
    faults.raise_any()


def _moved(lines: Iterable[BookedLine], currency: str) -> dict[str, Decimal]:
    """By currency."""
    found: dict[str, Decimal] = {}
    for line in lines:
        its = line.currency or currency
        found[its] = found.get(its, Decimal(0)) + Decimal(line.minor).scaleb(-DECIMALS[its])
    return found


def _check_entry(common: Mapping[str, str], reader: LineReader, moved: Mapping[str, Decimal], row: int) -> None:
    """An entry that stands for several details is their sum, where all are in its currency."""
    said, currency = _decimal(common.get("Amt", "")), common.get("Amt@Ccy", reader.currency)
    if said is not None and moved.keys() == {currency} and said != moved[currency] and not reader.faults.found:
        reader.faults.note(row, "Amt", FaultCode.AMOUNT_TOTAL, common["Amt"], f"{moved[currency]:f}")


def _from_first(events: Iterator[Any], front: _Front) -> Iterator[Any]:
    if front.entry is not None:
        yield front.entry
        yield from events


def _cells(found: Mapping[str, str], mapping: StatementMapping, currency: str) -> dict[str, str | None]:
    names = {name: str(place) for name, place in mapping.columns.items()}
    payment = found.get(names["payment_id"]) if "payment_id" in names else _first(found, _is_uuid)
    reference = found.get(names["payment_reference"]) if "payment_reference" in names else _first(found, _is_reference)
    said = found.get("Amt@Ccy", currency)
    return {
        "payment_id": payment,
        "payment_reference": None if payment else reference,
        "own_reference": found.get(names.get("own_reference", "AcctSvcrRef")),
        "counterparty": found.get(names["counterparty"]) if "counterparty" in names else None,
        "customer_reference": found.get(names.get("customer_reference", "Ref")),
        "amount": found.get("Amt", ""),
        "currency": said,
        "business_date": found.get(names["business_date"], "")[:10] if "business_date" in names else _booking_day(found),
        "state": REVERSED if found.get("RvslInd", "").lower() in ("true", "1") else BOOKED,
    }


def _booking_day(found: Mapping[str, str]) -> str | None:
    day = found.get("BookgDt/Dt") or found.get("BookgDt/DtTm")
    return day[:10] if day else None


def _first(found: Mapping[str, str], fits: Callable[[str], bool]) -> str | None:
    return next((found[name] for name in _REFERENCES if name in found and fits(found[name])), None)


def _is_uuid(text: str) -> bool:
    try:
        found = UUID(text)
    except ValueError:
        return False
    return found.version == 7 and text.lower() in (str(found), found.hex)  # with its hyphens it does not fit into Max35Text


def _is_reference(text: str) -> bool:
    return plain_payment_reference(text) is not None


def _leaves(element: Any, faults: Faults, inside: Callable[[Any], bool]) -> dict[str, str]:
    """The texts in it by the name of their element, and by their parent's, too; the first of each."""
    found: dict[str, str] = {}
    waiting = [element]
    while waiting:
        for child in waiting.pop(0):
            if not isinstance(child.tag, str):
                continue
            if len(child):
                if inside(child):
                    waiting.append(child)
                continue
            name, text = _name(child), (child.text or "").strip()
            found.setdefault(name, text)
            found.setdefault(f"{_name(child.getparent())}/{name}", text)
            if name == "Amt" and found["Amt"] == text:
                found.setdefault("Amt@Ccy", child.get("Ccy", ""))
            if len(found) > MOST_FIELDS:
                raise faults.refuse(child.sourceline or 0, "", FaultCode.TOO_BIG, "", f"{MOST_FIELDS}")
    return found


def _status(entry: Any) -> str:
    status = entry.find("{*}Sts")
    if status is None:
        return ""
    code = status.find("{*}Cd")
    return str((status.text if code is None else code.text) or "").strip()


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _day(text: str) -> date | None:
    try:
        return read_day(text[:10])
    except ValueError:
        return None


def _forget(element: Any) -> None:
    """What was read takes no memory any more."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _name(element: Any) -> str:
    return "" if element is None else str(etree.QName(element).localname) if isinstance(element.tag, str) else ""
