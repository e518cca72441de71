"""The two forms of an instruction: `pacs.029`, one multilateral request; `pacs.009`, a batch of transfers over the settlement account."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from lxml import etree

from adapters.codecs.iso20022 import Branch, one, optional
from adapters.codecs.strict_json import Malformed
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.money import Money, parse_amount
from switch.domain.settlement import SettlementAccount, SettlementInstruction, SettlementLeg

DEBIT, CREDIT = "DBIT", "CRDT"
SETTLEMENT_ACCOUNT = "SETTLEMENT"
"""Of the RTGS: who owes pays into it, who is owed is paid out of it; in the end nothing is left there."""


class Form(Protocol):
    @property
    def message(self) -> str: ...

    @property
    def ending(self) -> str: ...

    def content(self, instruction: SettlementInstruction, at: datetime) -> Branch: ...

    def read(self, root: etree._Element) -> SettlementInstruction:
        """What we have sent ourselves, as it stands in the folder. Raises Malformed."""

    def control_sum(self, instruction: SettlementInstruction) -> Money: ...


class MultilateralForm:
    """All legs or none by the nature of the message."""

    message = "pacs.029.001.02"
    ending = ".pacs.029.xml"

    def content(self, instruction: SettlementInstruction, at: datetime) -> Branch:
        records = [self._record(number, leg, instruction.currency) for number, leg in enumerate(instruction.legs, 1)]
        total, identity = self.control_sum(instruction).text(), instruction.instruction_id
        sums = (("NbOfSttlmReqs", 1), ("CtrlSum", total), ("SttlmInf", ("SttlmMtd", "CLRG")))
        header = ("GrpHdr", ("MsgId", identity), ("CreDtTm", moment(at)), *sums)
        request = ("SttlmReq", ("InstrId", identity), ("SttlmCycl", instruction.window_id))
        return ("MulSttlmReq", header, (*request, ("NbOfMvmntRcrds", len(records)), *records))

    def read(self, root: etree._Element) -> SettlementInstruction:
        legs = []
        for record in root.findall("SttlmReq/MvmntRcrd"):
            sign = {DEBIT: 1, CREDIT: -1}.get(one(record, "Amt/CdtDbt"))
            if sign is None:
                raise Malformed("a movement is debit or credit")
            account = _account(optional(record, "SttlmAgt/Id/OrgId/Othr/Id"), optional(record, "PtcptAcct/Id/Othr/Id"))
            legs.append((one(record, "Ptcpt/Id/OrgId/Othr/Id"), sign, record.find("Amt/Amt"), account))
        return _instruction(one(root, "GrpHdr/MsgId"), one(root, "SttlmReq/SttlmCycl"), legs)

    def control_sum(self, instruction: SettlementInstruction) -> Money:
        """What the debits come to, and the credits."""
        return Money(sum(leg.minor for leg in instruction.legs if leg.minor > 0), instruction.currency)

    @staticmethod
    def _record(number: int, leg: SettlementLeg, currency: str) -> Branch:
        amount = ("Amt", ("Amt", {"Ccy": currency}, Money(abs(leg.minor), currency).text()), ("CdtDbt", DEBIT if leg.minor > 0 else CREDIT))
        participant = ("Ptcpt", ("Id", ("OrgId", ("Othr", ("Id", leg.participant)))))
        if (account := leg.account) is None:
            return ("MvmntRcrd", ("Id", number), ("SeqNb", number), amount, participant)
        agent = ("SttlmAgt", ("Id", ("OrgId", ("Othr", ("Id", account.bank)))))
        kept = ("PtcptAcct", ("Id", ("Othr", ("Id", account.number))))
        return ("MvmntRcrd", ("Id", number), ("SeqNb", number), amount, agent, participant, kept)


class TransfersForm:
    """All or none because it is booked as one batch (`BtchBookg`)."""

    message = "pacs.009.001.08"
    ending = ".pacs.009.xml"

    def content(self, instruction: SettlementInstruction, at: datetime) -> Branch:
        transfers = [self._transfer(number, leg, instruction) for number, leg in enumerate(instruction.legs, 1)]
        total = self.control_sum(instruction).text()
        sums = (("BtchBookg", "true"), ("NbOfTxs", len(transfers)), ("CtrlSum", total), ("SttlmInf", ("SttlmMtd", "CLRG")))
        return ("FICdtTrf", ("GrpHdr", ("MsgId", instruction.instruction_id), ("CreDtTm", moment(at)), *sums), *transfers)

    def read(self, root: etree._Element) -> SettlementInstruction:
        legs, windows = [], set()
        for transfer in root.findall("CdtTrfTxInf"):
            payer, payee = (one(transfer, f"{side}/FinInstnId/ClrSysMmbId/MmbId") for side in ("Dbtr", "Cdtr"))
            if (payer == SETTLEMENT_ACCOUNT) == (payee == SETTLEMENT_ACCOUNT):
                raise Malformed("a transfer goes into or out of the settlement account")
            amount = transfer.find("IntrBkSttlmAmt")
            owner, sign, side = (payee, -1, "Cdtr") if payer == SETTLEMENT_ACCOUNT else (payer, 1, "Dbtr")
            bank = optional(transfer, f"{side}Agt/FinInstnId/ClrSysMmbId/MmbId")
            legs.append((owner, sign, amount, _account(bank, optional(transfer, f"{side}Acct/Id/Othr/Id"))))
            windows.add(one(transfer, "PmtId/EndToEndId"))
        if len(windows) != 1:
            raise Malformed("an instruction is for one window")
        return _instruction(one(root, "GrpHdr/MsgId"), windows.pop(), legs)

    def control_sum(self, instruction: SettlementInstruction) -> Money:
        """Of all transfers, in and out."""
        return Money(sum(abs(leg.minor) for leg in instruction.legs), instruction.currency)

    @staticmethod
    def _transfer(number: int, leg: SettlementLeg, instruction: SettlementInstruction) -> Branch:
        payer, payee = (leg.participant, SETTLEMENT_ACCOUNT) if leg.minor > 0 else (SETTLEMENT_ACCOUNT, leg.participant)
        identity = ("PmtId", ("InstrId", f"{instruction.instruction_id}/{number}"), ("EndToEndId", instruction.window_id))
        amount = ("IntrBkSttlmAmt", {"Ccy": instruction.currency}, Money(abs(leg.minor), instruction.currency).text())
        payers, payees = _member("Dbtr", payer), _member("Cdtr", payee)
        if (account := leg.account) is None:
            return ("CdtTrfTxInf", identity, amount, payers, payees)
        place = ("Id", ("Othr", ("Id", account.number)))
        if leg.minor > 0:
            return ("CdtTrfTxInf", identity, amount, payers, ("DbtrAcct", place), _member("DbtrAgt", account.bank), payees)
        return ("CdtTrfTxInf", identity, amount, payers, _member("CdtrAgt", account.bank), payees, ("CdtrAcct", place))


FORMS: Mapping[str, Form] = {"pacs.029": MultilateralForm(), "pacs.009": TransfersForm()}


def money(text: str, currency: str) -> Money:
    try:
        return parse_amount(text, currency)
    except Refusal as refusal:
        raise Malformed(f"an amount cannot be read ({refusal.code})") from None


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _member(side: str, code: str) -> Branch:
    return (side, ("FinInstnId", ("ClrSysMmbId", ("MmbId", code))))


def _account(bank: str | None, number: str | None) -> SettlementAccount | None:
    if (bank is None) != (number is None):
        raise Malformed("an account has its bank and its number")
    return None if bank is None or number is None else SettlementAccount(ParticipantCode(bank), number)


def _instruction(
    identity: str, window: str, legs: Iterable[tuple[str, int, etree._Element | None, SettlementAccount | None]]
) -> SettlementInstruction:
    read, currencies = [], set()
    for participant, sign, amount, account in legs:
        if amount is None:
            raise Malformed("a leg without an amount")
        currency = str(amount.get("Ccy"))
        read.append(SettlementLeg(ParticipantCode(participant), sign * money(amount.text or "", currency).minor, account))
        currencies.add(currency)
    if len(currencies) != 1:
        raise Malformed("an instruction has one currency")
    return SettlementInstruction(identity, WindowId(window), currencies.pop(), tuple(read))
