"""A biller's line under contract: its adapter, its counterparty's keys, and what that counterparty says."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from switch.domain.directory import Endpoint
from switch.domain.fees import NO_FEES
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, ReversalId
from switch.domain.money import Money
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal, ReversalReason, ReversalRequest, ReversalState
from switch.ports import BillerAdapter
from switch.signatures import SigningKey
from tests.contract.played import Play, signed

BILLER = ParticipantCode("200019")
PROTOCOLS = ["json-1"]
SECONDS = 5


@dataclass(frozen=True)
class Line:
    """One biller protocol under test, and the keys of its counterparty."""

    adapter: BillerAdapter
    protocol: str
    keys: dict[str, SigningKey]

    def at(self, url: str) -> Endpoint:
        return Endpoint(BILLER, self.protocol, url)

    def says(self, document: dict[str, Any], status: int = 200, key: str = BILLER) -> Play:
        return lambda question: signed(question, self.keys[key], document, status)


def back(order: Payment, minor: int | None = None, reversal_id: str | None = None) -> Reversal:
    """A reversal of all of the order, or of a part; of one amount always the same one."""
    amount = order.request.amount if minor is None else Money(minor, order.request.amount.currency)
    its = ReversalId(UUID(reversal_id) if reversal_id else uuid5(order.payment_id, amount.text()))
    request = ReversalRequest(order.request.bank, IdempotencyKey(f"back-{its}"), order.payment_id, ReversalReason.DUPLICATE, amount=amount)
    at = order.reserved_at
    return Reversal(its, request, ReversalState.ASKED, amount, NO_FEES, asked_at=at, certain_by=at, next_attempt_at=at)


def accepted(order: Payment, **changes: Any) -> dict[str, Any]:
    amount = order.request.amount
    said = {"payment_id": str(order.payment_id), "amount": amount.text(), "currency": amount.currency, "outcome": "accepted"}
    return {**said, "biller_reference": "E-77", **changes}
