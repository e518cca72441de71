"""Messages to and from the RTGS: what an instruction and a question look like, and what an answer means."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from adapters.codecs.iso20022 import Branch, one, optional
from adapters.codecs.strict_json import Malformed
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.money import Money, parse_amount
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementLeg, SettlementStatus

INSTRUCTION, QUESTION, ANSWER = "pacs.029.001.02", "pacs.028.001.03", "pacs.002.001.10"
SETTLED, REJECTED, PENDING = "ACSC", "RJCT", "PDNG"
UNKNOWN_TO_THE_RTGS = "UNKNOWN_INSTRUCTION"
DEBIT, CREDIT = "DBIT", "CRDT"


def instruction_message(instruction: SettlementInstruction, at: datetime) -> Branch:
    """All legs or none; the control sum is what the debits come to, and the credits."""
    currency = instruction.currency
    records = [_record(number, leg, currency) for number, leg in enumerate(instruction.legs, 1)]
    total = total_of(instruction).text()
    header = ("GrpHdr", ("MsgId", instruction.instruction_id), ("CreDtTm", _moment(at)), ("NbOfSttlmReqs", 1), ("CtrlSum", total))
    request = ("SttlmReq", ("InstrId", instruction.instruction_id), ("SttlmCycl", instruction.window_id), ("NbOfMvmntRcrds", len(records)))
    return ("MulSttlmReq", (*header, ("SttlmInf", ("SttlmMtd", "CLRG"))), (*request, *records))


def total_of(instruction: SettlementInstruction) -> Money:
    return Money(sum(leg.minor for leg in instruction.legs if leg.minor > 0), instruction.currency)


def read_instruction(request: etree._Element) -> SettlementInstruction:
    """What we have sent ourselves, as it stands in the folder."""
    legs, currencies = [], set()
    for record in request.findall("SttlmReq/MvmntRcrd"):
        amount = record.find("Amt/Amt")
        currency = "" if amount is None else str(amount.get("Ccy"))
        minor = _amount(one(record, "Amt/Amt"), currency).minor
        sign = {DEBIT: 1, CREDIT: -1}.get(one(record, "Amt/CdtDbt"))
        if sign is None:
            raise Malformed("a movement is debit or credit")
        legs.append(SettlementLeg(ParticipantCode(one(record, "Ptcpt/Id/OrgId/Othr/Id")), sign * minor))
        currencies.add(currency)
    if len(currencies) != 1:
        raise Malformed("an instruction has one currency")
    window = WindowId(one(request, "SttlmReq/SttlmCycl"))
    return SettlementInstruction(one(request, "GrpHdr/MsgId"), window, currencies.pop(), tuple(legs))


def question_message(instruction_id: str, question_id: str, at: datetime) -> Branch:
    header = ("GrpHdr", ("MsgId", question_id), ("CreDtTm", _moment(at)))
    original = ("OrgnlGrpInf", ("OrgnlMsgId", instruction_id), ("OrgnlMsgNmId", INSTRUCTION))
    return ("FIToFIPmtStsReq", header, original, ("TxInf", ("StsReqId", question_id), ("OrgnlInstrId", instruction_id)))


class Word(StrEnum):
    FINAL = "final"
    PENDING = "pending"
    NEVER_SEEN = "never seen"


@dataclass(frozen=True, slots=True)
class Heard:
    word: Word
    answer: SettlementAnswer | None = None
    to_question: str | None = None
    """The question that it answers; None where the RTGS spoke by itself."""


def read_answer(report: etree._Element, instruction_id: str, sent: SettlementInstruction | None) -> Heard:
    """Raises Malformed for an answer that is not about exactly what was sent."""
    original = "OrgnlGrpInfAndSts"
    if (one(report, f"{original}/OrgnlMsgId"), one(report, f"{original}/OrgnlMsgNmId")) != (instruction_id, INSTRUCTION):
        raise Malformed("the answer is for another instruction")
    status, question = one(report, f"{original}/GrpSts"), optional(report, "TxInfAndSts/StsId")
    reason = optional(report, f"{original}/StsRsnInf/Rsn/Prtry")
    if status == REJECTED and reason == UNKNOWN_TO_THE_RTGS:
        return Heard(Word.NEVER_SEEN, to_question=question)
    _require_same(report, sent)
    match status:
        case "PDNG":
            return Heard(Word.PENDING, to_question=question)
        case "RJCT":
            if reason is None:
                raise Malformed("a rejection without a reason")
            return Heard(Word.FINAL, SettlementAnswer(instruction_id, SettlementStatus.REJECTED, reason=reason), question)
        case "ACSC":
            return Heard(Word.FINAL, _settled(report, instruction_id), question)
        case other:
            raise Malformed(f"status {other} has no meaning here")


def _settled(report: etree._Element, instruction_id: str) -> SettlementAnswer:
    if (one(report, "TxInfAndSts/OrgnlInstrId"), one(report, "TxInfAndSts/TxSts")) != (instruction_id, SETTLED):
        raise Malformed("the group is settled, its instruction is not")
    try:
        settled_at = datetime.fromisoformat(one(report, "TxInfAndSts/FctvIntrBkSttlmDt/DtTm"))
    except ValueError:
        raise Malformed("the moment of settlement is none") from None
    if settled_at.tzinfo is None:
        raise Malformed("the moment of settlement has no zone")
    return SettlementAnswer(instruction_id, SettlementStatus.SETTLED, one(report, "TxInfAndSts/ClrSysRef"), settled_at)


def _require_same(report: etree._Element, sent: SettlementInstruction | None) -> None:
    """Number and control sum are those of what was sent."""
    if sent is None:
        return
    original = "OrgnlGrpInfAndSts"
    if one(report, f"{original}/OrgnlNbOfTxs") != str(len(sent.legs)):
        raise Malformed("the answer is for another number of legs")
    if _amount(one(report, f"{original}/OrgnlCtrlSum"), sent.currency) != total_of(sent):
        raise Malformed("the answer is for another total")


def _record(number: int, leg: SettlementLeg, currency: str) -> Branch:
    amount = ("Amt", ("Amt", {"Ccy": currency}, Money(abs(leg.minor), currency).text()), ("CdtDbt", DEBIT if leg.minor > 0 else CREDIT))
    participant = ("Ptcpt", ("Id", ("OrgId", ("Othr", ("Id", leg.participant)))))
    return ("MvmntRcrd", ("Id", number), ("SeqNb", number), amount, participant)


def _amount(text: str, currency: str) -> Money:
    try:
        return parse_amount(text, currency)
    except Refusal as refusal:
        raise Malformed(f"an amount cannot be read ({refusal.code})") from None


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
