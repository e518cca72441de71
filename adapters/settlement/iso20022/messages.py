"""Messages to and from the RTGS: what a question looks like, and what an answer means."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from adapters.codecs.iso20022 import Branch, one, optional
from adapters.codecs.strict_json import Malformed
from adapters.settlement.iso20022.forms import Form, moment, money
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus

QUESTION, ANSWER = "pacs.028.001.03", "pacs.002.001.10"
SETTLED, REJECTED, PENDING = "ACSC", "RJCT", "PDNG"
UNKNOWN_TO_THE_RTGS = "UNKNOWN_INSTRUCTION"


def question_message(instruction_id: str, question_id: str, about: str, at: datetime) -> Branch:
    """`about` is the kind of message that the instruction was."""
    header = ("GrpHdr", ("MsgId", question_id), ("CreDtTm", moment(at)))
    original = ("OrgnlGrpInf", ("OrgnlMsgId", instruction_id), ("OrgnlMsgNmId", about))
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


def read_answer(report: etree._Element, instruction_id: str, form: Form, sent: SettlementInstruction | None) -> Heard:
    """Raises Malformed for an answer that is not about exactly what was sent."""
    original = "OrgnlGrpInfAndSts"
    if (one(report, f"{original}/OrgnlMsgId"), one(report, f"{original}/OrgnlMsgNmId")) != (instruction_id, form.message):
        raise Malformed("the answer is for another instruction")
    status, question = one(report, f"{original}/GrpSts"), optional(report, "TxInfAndSts/StsId")
    reason = optional(report, f"{original}/StsRsnInf/Rsn/Prtry")
    if status == REJECTED and reason == UNKNOWN_TO_THE_RTGS:
        return Heard(Word.NEVER_SEEN, to_question=question)
    _require_same(report, form, sent)
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


def _require_same(report: etree._Element, form: Form, sent: SettlementInstruction | None) -> None:
    """Number and control sum are those of what was sent."""
    if sent is None:
        return
    original = "OrgnlGrpInfAndSts"
    if one(report, f"{original}/OrgnlNbOfTxs") != str(len(sent.legs)):
        raise Malformed("the answer is for another number of legs")
    if money(one(report, f"{original}/OrgnlCtrlSum"), sent.currency) != form.control_sum(sent):
        raise Malformed("the answer is for another total")
