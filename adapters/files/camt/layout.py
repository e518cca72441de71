"""The layout `camt-1`: one booking at the RTGS with a detail a payment, written as it comes."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice

from lxml import etree

from adapters.files.camt.details import Details
from adapters.files.camt.elements import Pieces, amount_of, leaf, tree
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.money import Money
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals

LAYOUT = "camt-1"
LINES_AT_ONCE = 500
MESSAGES = {
    FileKind.SETTLEMENT: ("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "AddtlNtfctnInf"),
    FileKind.STATEMENT: ("camt.053.001.08", "BkToCstmrStmt", "Stmt", "AddtlStmtInf"),
}
BETWEEN_CHANGES = " | "
OPENING, CLOSING = "OPBD", "CLBD"


class CamtLayout:
    layout = LAYOUT
    extension = "xml"

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        """The elements inside have no prefix and the document's namespace: it is declared once."""
        message, root, report, further = MESSAGES[header.kind]
        pieces = Pieces()
        with ExitStack() as stack:
            xml = stack.enter_context(etree.xmlfile(pieces, encoding="UTF-8"))
            xml.write_declaration(standalone=None)
            namespace = f"urn:iso:std:iso:20022:tech:xsd:{message}"
            stack.enter_context(xml.element(f"{{{namespace}}}Document", nsmap={None: namespace}))
            stack.enter_context(xml.element(root))
            xml.write(_group_header(header))
            with xml.element(report):
                for part in _report_head(header, totals):
                    xml.write(part)
                yield from _entry(xml, pieces, header, lines, totals)
                xml.write(leaf(further, _further(header, totals)))
        yield pieces.take()


def _group_header(header: FileHeader) -> etree._Element:
    recipient = ("MsgRcpt", ("Id", ("OrgId", ("Othr", ("Id", header.participant)))))
    header_of_group = tree(("GrpHdr", ("MsgId", _message_id(header)), ("CreDtTm", _moment(header)), recipient))
    if header.changes:
        header_of_group.append(leaf("AddtlInf", BETWEEN_CHANGES.join(header.changes)))
    return header_of_group


def _report_head(header: FileHeader, totals: FileTotals) -> Iterator[etree._Element]:
    yield leaf("Id", _message_id(header))
    yield leaf("ElctrncSeqNb", str(header.sequence))
    yield leaf("CreDtTm", _moment(header))
    owner = ("Ownr", ("Id", ("OrgId", ("Othr", ("Id", header.participant)))))
    yield tree(("Acct", ("Id", ("Othr", ("Id", header.participant))), ("Ccy", header.currency), owner))
    if header.kind is FileKind.STATEMENT:
        yield _balance(header, OPENING, 0)
        yield _balance(header, CLOSING, -totals.net)
    booked = _booked(header, totals)
    summary = etree.Element("TxsSummry")
    total = etree.SubElement(summary, "TtlNtries")
    total.append(leaf("NbOfNtries", "1" if totals.lines else "0"))
    total.append(leaf("Sum", Money(abs(booked), header.currency).text()))
    net = etree.SubElement(total, "TtlNetNtry")
    net.append(leaf("Amt", Money(abs(booked), header.currency).text()))
    net.append(leaf("CdtDbtInd", _side(booked)))
    yield summary


def _balance(header: FileHeader, code: str, minor: int) -> etree._Element:
    """Of what the bank's position is made of in this window alone: it opens with nothing owed."""
    balance = tree(("Bal", ("Tp", ("CdOrPrtry", ("Cd", code)))))
    balance.extend(amount_of(minor, header.currency))
    balance.append(tree(("Dt", ("Dt", header.business_date.isoformat()))))
    return balance


def _entry(
    xml: "etree._IncrementalFileWriter", pieces: Pieces, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals
) -> Iterator[bytes]:
    """The one booking of the window on the participant's account; none where there was nothing to settle."""
    numbered = enumerate(lines, 1)
    if not totals.lines:
        for _ in numbered:  # whoever gives the lines proves with them that there are none
            raise ValueError("lines in a file without lines")
        return
    with xml.element("Ntry"):
        xml.write(leaf("NtryRef", header.window_id))
        for part in amount_of(_booked(header, totals), header.currency):
            xml.write(part)
        xml.write(tree(("Sts", ("Cd", "BOOK"))))
        xml.write(tree(("BookgDt", ("DtTm", _moment(header)))))
        xml.write(tree(("ValDt", ("Dt", header.business_date.isoformat()))))
        if header.rtgs_reference is not None:
            xml.write(leaf("AcctSvcrRef", header.rtgs_reference))
        xml.write(tree(("BkTxCd", ("Prtry", ("Cd", header.kind.value)))))
        with xml.element("NtryDtls"):
            batch = tree(("Btch", ("MsgId", header.window_id), ("NbOfTxs", str(totals.lines))))
            batch.append(leaf("TtlAmt", Money(abs(_booked(header, totals)), header.currency).text(), Ccy=header.currency))
            batch.append(leaf("CdtDbtInd", _side(_booked(header, totals))))
            xml.write(batch)
            xml.flush()
            details = Details(header)
            while written := [details.write(number, line) for number, line in islice(numbered, LINES_AT_ONCE)]:
                pieces.write("".join(written).encode())
                yield pieces.take()


def _further(header: FileHeader, totals: FileTotals) -> str:
    """What ISO 20022 has no place for: the rest of our header, and the control totals of amounts and fees."""
    facts = {
        "layout": LAYOUT,
        "kind": header.kind.value,
        "window": header.window_id,
        "business_date": header.business_date.isoformat(),
        "revision": str(header.revision),
        "previous_sha256": header.previous_sha256 or "",
        "rtgs_reference": header.rtgs_reference or "",
        "lines": str(totals.lines),
        "amount": Money(totals.amount, header.currency).text(),
        "fee": Money(totals.fee, header.currency).text(),
        "net": Money(totals.net, header.currency).text(),
    }
    return ";".join(f"{name}={value}" for name, value in facts.items())


def _booked(header: FileHeader, totals: FileTotals) -> int:
    """As it stands on the participant's account: positive is credited to it."""
    return totals.net if header.kind is FileKind.SETTLEMENT else -totals.net


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _message_id(header: FileHeader) -> str:
    """At most 35 characters; the kind of the file is the kind of the message."""
    return f"{header.participant}-{header.window_id}-r{header.revision}"


def _moment(header: FileHeader) -> str:
    return header.settled_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
