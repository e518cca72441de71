"""The statement of the RTGS in `camt.053.001.08`: one entry a leg, booked, under the id of its instruction."""

from lxml import etree

from adapters.codecs.iso20022 import Messages, one, optional
from adapters.codecs.strict_json import Malformed
from switch.domain.calendar import read_day
from switch.domain.errors import FileMalformed, Refusal
from switch.domain.identifiers import participant_code
from switch.domain.money import parse_amount
from switch.domain.rtgs_statements import RtgsEntry, RtgsStatement

STATEMENT = "camt.053.001.08"
_SIGNS = {"DBIT": 1, "CRDT": -1}


def read_statement(messages: Messages, content: bytes) -> RtgsStatement:
    """Raises FileMalformed, also where the entries of an instruction do not sum to zero."""
    try:
        root = messages.read(STATEMENT, content)
        currency = one(root, "Stmt/Acct/Ccy")
        statement = RtgsStatement(
            statement_id=one(root, "Stmt/Id"),
            day=read_day(one(root, "Stmt/Bal[1]/Dt/Dt")),
            currency=currency,
            sequence=int(one(root, "Stmt/ElctrncSeqNb")),
            entries=tuple(_entry(number, entry, currency) for number, entry in enumerate(root.iterfind("Stmt/Ntry"), 1)),
        )
    except (Malformed, ValueError) as fault:
        raise FileMalformed(why=str(fault)) from None
    if sum(entry.minor for entry in statement.entries):
        raise FileMalformed(why="its entries do not sum to zero")
    return statement


def _entry(number: int, entry: etree._Element, currency: str) -> RtgsEntry:
    amount = entry.find("Amt")
    if amount is None or amount.get("Ccy") != currency or one(entry, "Sts/Cd") != "BOOK":
        raise Malformed(f"entry {number} is not booked in {currency}")
    side = one(entry, "CdtDbtInd")
    if side not in _SIGNS:
        raise Malformed(f"entry {number} is neither debit nor credit")
    party = "Dbtr" if side == "DBIT" else "Cdtr"
    try:
        participant = participant_code(one(entry, f"NtryDtls/TxDtls/RltdPties/{party}/Pty/Id/OrgId/Othr/Id"))
        minor = parse_amount(one(entry, "Amt"), currency).minor
    except Refusal as refusal:
        raise Malformed(f"entry {number} ({refusal.code})") from None
    account = optional(entry, f"NtryDtls/TxDtls/RltdPties/{party}Acct/Id/Othr/Id") or ""
    return RtgsEntry(one(entry, "NtryRef"), one(entry, "AcctSvcrRef"), participant, _SIGNS[side] * minor, account)
