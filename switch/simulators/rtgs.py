"""The pretend RTGS of the central bank: settles all legs or none (docs/rtgs-protocol.md)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from switch.domain.calendar import local_date
from switch.domain.errors import Refusal
from switch.domain.money import Money, parse_amount
from switch.signatures import SigningKey
from switch.simulators.misbehaving import misbehaving
from switch.simulators.mischief import RTGS, Mischief, Rule, Script
from switch.simulators.rtgs_books import Decision, Instruction, Leg, RtgsBooks
from switch.simulators.wire import Asked, Reply, json_reply

_log = structlog.get_logger("switch.simulators")


@dataclass(frozen=True, slots=True)
class Rtgs:
    key: SigningKey
    books: RtgsBooks
    script: Script

    async def answer(self, asked: Asked) -> Reply | None:
        match asked.method, asked.path:
            case "PUT", ("instructions", instruction_id):
                return await self._instruct(instruction_id, asked.document)
            case "GET", ("instructions", instruction_id):
                return await misbehaving(self.script, RTGS, "enquire", lambda rule: self._standing(instruction_id, rule))
            case _:
                return json_reply(404, {"code": "no_such_call"}, self.key)

    def show(self, asked: Asked) -> Reply | None:
        """`/statement?date=`: what was settled on a day, one line a leg; `/accounts`: by how much each account has changed."""
        match asked.path:
            case ("statement",):
                settled = self.books.settled(datetime.now(UTC), asked.query.get("date"))
                return json_reply(200, [line for decision in settled for line in _lines(decision)])
            case ("accounts",):
                return json_reply(200, self._accounts())
            case _:
                return None

    async def _instruct(self, instruction_id: str, document: Any) -> Reply | None:
        try:
            instruction = _instruction(document)
        except (Refusal, KeyError, TypeError, ValueError):
            return json_reply(400, {"code": "malformed"}, self.key)
        if instruction.instruction_id != instruction_id:
            return json_reply(400, {"code": "malformed"}, self.key)

        def settle(rule: Rule | None) -> Reply:
            known = self.books.find(instruction_id)
            if known is None:
                self.decide(instruction, rule)
            elif known.instruction != instruction:
                return json_reply(409, {"instruction_id": instruction_id, "status": "conflict"}, self.key)
            return self._standing(instruction_id, rule)

        return await misbehaving(self.script, RTGS, "instruct", settle)

    def decide(self, instruction: Instruction, rule: Rule | None) -> None:
        """Once for each id; what was decided before stands."""
        now = datetime.now(UTC)
        because = self._objection(instruction)
        if because is None and rule is not None and rule.does is Mischief.REFUSE:
            because = "refused_by_the_central_bank"
        waits = rule.milliseconds if rule is not None and rule.does is Mischief.PENDING else 0
        digest = hashlib.sha256(instruction.instruction_id.encode()).hexdigest()
        reference = f"RTGS{local_date(now):%y%m%d}{digest[:8].upper()}"
        decision = Decision(instruction, because, reference, now + timedelta(milliseconds=waits))
        self.books.record(decision, now, local_date(now).isoformat())
        _log.info("instruction.decided", instruction=instruction.instruction_id, rejected_because=because, legs=len(instruction.legs))

    def _objection(self, instruction: Instruction) -> str | None:
        legs = instruction.legs
        if sum(leg.minor for leg in legs):
            return "legs_do_not_sum_to_zero"
        if Money(sum(leg.minor for leg in legs if leg.minor > 0), instruction.currency).text() != instruction.total:
            return "total_differs"
        if len({(leg.participant, leg.bank, leg.account) for leg in legs}) < len(legs):
            return "participant_twice"
        for leg in legs:
            funds = self.script.funds.get(leg.participant)
            if funds is not None and self.books.lost(leg.participant) + leg.minor > parse_amount(funds, instruction.currency).minor:
                return f"insufficient_funds {leg.participant}"
        return None

    def _standing(self, instruction_id: str, rule: Rule | None = None) -> Reply:
        decision = as_told(self.books.find(instruction_id), rule)
        if decision is None:
            return json_reply(200, {"instruction_id": instruction_id, "status": "unknown_instruction"}, self.key)
        answer = {
            "instruction_id": instruction_id,
            "window_id": decision.instruction.window_id,
            "currency": decision.instruction.currency,
            "total": decision.instruction.total,
        }
        if datetime.now(UTC) < decision.decided_at:
            return json_reply(200, answer | {"status": "pending"}, self.key)
        answer["rtgs_reference"] = decision.rtgs_reference
        if decision.rejected_because is not None:
            return json_reply(200, answer | {"status": "rejected", "reason": decision.rejected_because}, self.key)
        return json_reply(200, answer | {"status": "settled", "settled_at": decision.decided_at.isoformat()}, self.key)

    def _accounts(self) -> dict[str, str]:
        changes: dict[tuple[str, str], int] = {}
        for decision in self.books.settled(datetime.now(UTC)):
            for leg in decision.instruction.legs:
                account = leg.participant, decision.instruction.currency
                changes[account] = changes.get(account, 0) - leg.minor
        return {participant: Money(minor, currency).text() for (participant, currency), minor in sorted(changes.items())}


def as_told(decision: Decision | None, rule: Rule | None) -> Decision | None:
    """A lie: it is booked, and it says that it is not."""
    if decision is None or rule is None or rule.does is not Mischief.REFUSE_THOUGH_BOOKED:
        return decision
    return replace(decision, rejected_because="refused_by_the_central_bank")


def _instruction(document: Mapping[str, Any]) -> Instruction:
    currency = document["currency"]
    total = parse_amount(document["total"], currency).text()
    legs = tuple(_leg(leg, currency) for leg in document["legs"])
    return Instruction(document["instruction_id"], document["window_id"], currency, total, legs)


def _leg(document: Mapping[str, Any], currency: str) -> Leg:
    minor = parse_amount(document["amount"], currency).minor
    account = document.get("account", {"bank": "", "number": ""})
    return Leg(document["participant"], {"debit": minor, "credit": -minor}[document["side"]], account["bank"], account["number"])


def _lines(decision: Decision) -> list[dict[str, str]]:
    return [
        {
            "rtgs_reference": decision.rtgs_reference,
            "instruction_id": decision.instruction.instruction_id,
            "window_id": decision.instruction.window_id,
            "participant": leg.participant,
            **({"bank": leg.bank, "account": leg.account} if leg.account else {}),
            "side": "debit" if leg.minor > 0 else "credit",
            "amount": Money(abs(leg.minor), decision.instruction.currency).text(),
            "currency": decision.instruction.currency,
            "settled_at": decision.decided_at.isoformat(),
        }
        for leg in decision.instruction.legs
    ]
