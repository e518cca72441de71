"""The RTGS protocol `json-rtgs-1`: JSON over HTTP, signed both ways, all legs or none (docs/rtgs-protocol.md)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from adapters.codecs.strict_json import Malformed, amount, moment, optional_text, text
from adapters.transports.signed_calls import Heard, SignedCalls
from adapters.transports.unheard import Unheard
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementLeg, SettlementStatus, require_zero_sum

ANSWER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class JsonRtgs:
    calls: SignedCalls
    url: str
    central_bank: Callable[[], ParticipantCode | None]
    """Whose signature its answers must have."""

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        return await _or_unknown(self._instruct(instruction))

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:  # noqa: ARG002 - always
        return await _or_unknown(self._enquire(instruction))

    async def _instruct(self, instruction: SettlementInstruction) -> SettlementAnswer:
        require_zero_sum(instruction.legs)
        total = _total(instruction)
        document = {
            "instruction_id": instruction.instruction_id,
            "window_id": instruction.window_id,
            "currency": instruction.currency,
            "total": total.text(),
            "legs": [_leg(leg, instruction.currency) for leg in instruction.legs],
        }
        heard = await self._call("PUT", instruction.instruction_id, document)
        answer = _answer(heard, instruction)
        if answer.status is SettlementStatus.UNKNOWN_INSTRUCTION:
            raise Malformed("it does not know what it was just given")
        return answer

    async def _enquire(self, instruction: SettlementInstruction) -> SettlementAnswer:
        return _answer(await self._call("GET", instruction.instruction_id, None), instruction)

    async def _call(self, method: str, instruction_id: str, document: dict[str, Any] | None) -> Heard:
        central_bank = self.central_bank()
        if central_bank is None:
            raise Unheard("the directory has no central bank", asked=False)
        path = f"/instructions/{instruction_id}"
        heard = await self.calls.call(central_bank, self.url, method, path, document, deadline_seconds=ANSWER_SECONDS)
        if heard.status != 200:
            raise Unheard(f"status {heard.status}")
        return heard


async def _or_unknown(asking: Awaitable[SettlementAnswer]) -> SettlementAnswer | Unknown:
    try:
        return await asking
    except Unheard as unheard:
        return Unknown(unheard.why, unheard.asked)
    except Malformed as malformed:
        return Unknown(str(malformed))
    except Exception as fault:  # noqa: BLE001 - the edge: an answer that we failed to read is not known
        return Unknown(type(fault).__name__)


def _leg(leg: SettlementLeg, currency: str) -> dict[str, Any]:
    """Amounts on the wire are positive; the side says who pays."""
    side = "debit" if leg.minor > 0 else "credit"
    account = {} if leg.account is None else {"account": {"bank": leg.account.bank, "number": leg.account.number}}
    return {"participant": leg.participant, "side": side, "amount": Money(abs(leg.minor), currency).text(), **account}


def _total(instruction: SettlementInstruction) -> Money:
    return Money(sum(leg.minor for leg in instruction.legs if leg.minor > 0), instruction.currency)


def _answer(heard: Heard, instruction: SettlementInstruction) -> SettlementAnswer:
    document, instruction_id = heard.document, instruction.instruction_id
    if document.get("instruction_id") != instruction_id:
        raise Malformed("the answer is for another instruction")
    status = text(document, "status", 30)
    if status != "unknown_instruction" and amount(document, "total") != _total(instruction):
        raise Malformed("the answer is for another total")
    match status:
        case "settled":
            reference, settled_at = text(document, "rtgs_reference", 64), moment(document, "settled_at")
            return SettlementAnswer(instruction_id, SettlementStatus.SETTLED, reference, settled_at)
        case "rejected":
            return SettlementAnswer(
                instruction_id, SettlementStatus.REJECTED, optional_text(document, "rtgs_reference", 64), reason=text(document, "reason")
            )
        case "unknown_instruction":
            return SettlementAnswer(instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)
        case "pending":
            raise Unheard("it has not decided yet")
        case other:
            raise Malformed(f"status {other} has no meaning here")
