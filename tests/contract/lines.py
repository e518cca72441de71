"""A biller's line under contract: its adapter, its counterparty's keys, and what that counterparty says."""

from dataclasses import dataclass
from typing import Any

from switch.domain.directory import Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.payments import Payment
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


def accepted(order: Payment, **changes: Any) -> dict[str, Any]:
    amount = order.request.amount
    said = {"payment_id": str(order.payment_id), "amount": amount.text(), "currency": amount.currency, "outcome": "accepted"}
    return {**said, "biller_reference": "E-77", **changes}
