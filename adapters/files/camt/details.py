"""The detail of one payment in a `camt.053` or `camt.054`, written as text: there may be a million of them, all of one shape."""

import re
from dataclasses import dataclass

from lxml import etree

from adapters.codecs import file_titles
from adapters.codecs.plain_sums import written_sum
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileHeader, FileKind, FileLine

LONGEST_ISO_TEXT = 35
LINE_NUMBER = "LINE"
REVERSAL = "REVERSAL"
"""The payment was taken back: its instructed amount counts with the other sign."""
FEE, SHARE = "FEE", "SHARE"
_NOT_PLAIN = re.compile(r"[&<>\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Details:
    """Of one file."""

    header: FileHeader

    def write(self, number: int, line: FileLine) -> str:
        """In the order of `EntryTransaction10`. What is longer than ISO's 35 characters stands whole in the remittance alone."""
        settles, currency = self.header.kind is FileKind.SETTLEMENT, self.header.currency
        own = line.biller_reference if settles else line.bank_reference
        moment = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
        returned = f"<RtrInf><Rsn><Prtry>{REVERSAL}</Prtry></Rsn></RtrInf>" if line.amount < 0 else ""
        return (
            f"<TxDtls><Refs><AcctSvcrRef>{_text(line.payment_reference)}</AcctSvcrRef>{_short('EndToEndId', line.bank_reference)}"
            f"<TxId>{line.payment_id.hex}</TxId>{_short('AcctOwnrTxId', own)}"
            f"<Prtry><Tp>{LINE_NUMBER}</Tp><Ref>{number}</Ref></Prtry></Refs>"
            f"{self._amount(line.net if settles else -line.net)}"
            f'<AmtDtls><InstdAmt><Amt Ccy="{currency}">{written_sum(abs(line.amount), currency)}</Amt></InstdAmt></AmtDtls>'
            f"<Chrgs>{self._charges(line)}</Chrgs>"
            f"{_bank(line.counterparty) if settles else _biller(line.counterparty)}"
            f"<Purp><Prtry>{_text(line.service)}</Prtry></Purp>{_remittance(line)}"
            f"<RltdDts><AccptncDtTm>{moment}</AccptncDtTm></RltdDts>{returned}</TxDtls>"
        )

    def _amount(self, minor: int, nothing: str = "CRDT") -> str:
        """Amounts are never negative here: the indicator says which way."""
        currency = self.header.currency
        side = "CRDT" if minor > 0 else "DBIT" if minor < 0 else nothing
        return f'<Amt Ccy="{currency}">{written_sum(abs(minor), currency)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'

    def _charges(self, line: FileLine) -> str:
        """A biller bears its fee; a bank owes the payer's fee, and keeps its share."""
        sums = file_titles.sums(self.header.kind, line.amount, line.fee, line.net)
        fee = f"<Rcrd>{self._amount(-sums[1], 'DBIT')}<Tp><Prtry><Id>{FEE}</Id></Prtry></Tp></Rcrd>"
        if self.header.kind is FileKind.SETTLEMENT:
            return fee
        return f"{fee}<Rcrd>{self._amount(sums[2])}<Tp><Prtry><Id>{SHARE}</Id></Prtry></Tp></Rcrd>"


def _bank(code: str) -> str:
    return f"<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>{code}</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts>"


def _biller(code: str) -> str:
    return f"<RltdPties><Cdtr><Pty><Id><OrgId><Othr><Id>{code}</Id></Othr></OrgId></Id></Pty></Cdtr></RltdPties>"


def _remittance(line: FileLine) -> str:
    customer = _text(line.customer_reference)
    bill = "" if line.bill_number is None else f"<Ustrd>bill_number={_text(line.bill_number)}</Ustrd>"
    at_biller = "" if line.biller_reference is None else f"<Ustrd>biller_reference={_text(line.biller_reference)}</Ustrd>"
    short = 0 < len(line.customer_reference) <= LONGEST_ISO_TEXT
    structured = f"<Strd><CdtrRefInf><Ref>{customer}</Ref></CdtrRefInf></Strd>" if short else ""
    at_bank = f"<Ustrd>bank_reference={_text(line.bank_reference)}</Ustrd>"
    return f"<RmtInf><Ustrd>customer_reference={customer}</Ustrd>{bill}{at_bank}{at_biller}{structured}</RmtInf>"


def _short(name: str, text: str | None) -> str:
    return f"<{name}>{_text(text)}</{name}>" if text and len(text) <= LONGEST_ISO_TEXT else ""


def _text(text: str) -> str:
    """What is not plain is written as lxml writes it; what XML cannot hold raises ValueError there."""
    if _NOT_PLAIN.search(text) is None:
        return text
    element = etree.Element("t")
    element.text = text
    return etree.tostring(element, encoding="unicode")[len("<t>") : -len("</t>")]
