"""The detail of one payment in a `camt.053` or `camt.054`."""

from lxml import etree

from adapters.codecs import file_titles
from adapters.files.camt.elements import amount_of, leaf, tree
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.money import Money
from switch.domain.statements import FileHeader, FileKind, FileLine

LONGEST_ISO_TEXT = 35
LINE_NUMBER = "LINE"
REVERSAL = "REVERSAL"
"""The payment was taken back: its instructed amount counts with the other sign."""
FEE, SHARE = "FEE", "SHARE"


def detail(number: int, line: FileLine, header: FileHeader) -> etree._Element:
    """In the order of `EntryTransaction10`. Our references may be longer than ISO's 35 characters: they stand whole in the remittance."""
    element = etree.Element("TxDtls")
    element.append(_references(number, line, header))
    element.extend(amount_of(line.net if header.kind is FileKind.SETTLEMENT else -line.net, header.currency))
    paid = etree.SubElement(etree.SubElement(element, "AmtDtls"), "InstdAmt")
    paid.append(leaf("Amt", Money(abs(line.amount), header.currency).text(), Ccy=header.currency))
    element.append(_charges(line, header))
    element.append(_counterparty(line, header.kind))
    element.append(tree(("Purp", ("Prtry", line.service))))
    element.append(_remittance(line))
    completed_at = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
    element.append(tree(("RltdDts", ("AccptncDtTm", completed_at))))
    if line.amount < 0:
        element.append(tree(("RtrInf", ("Rsn", ("Prtry", REVERSAL)))))
    return element


def _references(number: int, line: FileLine, header: FileHeader) -> etree._Element:
    """A payment id is written without hyphens: with them it is one character too long."""
    own = line.biller_reference if header.kind is FileKind.SETTLEMENT else line.bank_reference
    references = etree.Element("Refs")
    references.append(leaf("AcctSvcrRef", line.payment_reference))
    if 0 < len(line.bank_reference) <= LONGEST_ISO_TEXT:
        references.append(leaf("EndToEndId", line.bank_reference))
    references.append(leaf("TxId", line.payment_id.hex))
    if own and len(own) <= LONGEST_ISO_TEXT:
        references.append(leaf("AcctOwnrTxId", own))
    references.append(tree(("Prtry", ("Tp", LINE_NUMBER), ("Ref", str(number)))))
    return references


def _charges(line: FileLine, header: FileHeader) -> etree._Element:
    """A biller bears its fee; a bank owes the payer's fee, and keeps its share."""
    sums = file_titles.sums(header.kind, line.amount, line.fee, line.net)
    charges = etree.Element("Chrgs")
    named = [(FEE, -sums[1])] if header.kind is FileKind.SETTLEMENT else [(FEE, -sums[1]), (SHARE, sums[2])]
    for name, minor in named:
        record = etree.SubElement(charges, "Rcrd")
        amount, side = amount_of(minor, header.currency)
        if not minor:
            side.text = "DBIT" if name == FEE else "CRDT"
        record.extend((amount, side))
        record.append(tree(("Tp", ("Prtry", ("Id", name)))))
    return charges


def _counterparty(line: FileLine, kind: FileKind) -> etree._Element:
    if kind is FileKind.SETTLEMENT:
        return tree(("RltdAgts", ("DbtrAgt", ("FinInstnId", ("ClrSysMmbId", ("MmbId", line.counterparty))))))
    return tree(("RltdPties", ("Cdtr", ("Pty", ("Id", ("OrgId", ("Othr", ("Id", line.counterparty))))))))


def _remittance(line: FileLine) -> etree._Element:
    remittance = etree.Element("RmtInf")
    references = {
        "customer_reference": line.customer_reference,
        "bill_number": line.bill_number,
        "bank_reference": line.bank_reference,
        "biller_reference": line.biller_reference,
    }
    for name, text in references.items():
        if text is not None:
            remittance.append(leaf("Ustrd", f"{name}={text}"))
    if 0 < len(line.customer_reference) <= LONGEST_ISO_TEXT:
        remittance.append(tree(("Strd", ("CdtrRefInf", ("Ref", line.customer_reference)))))
    return remittance
