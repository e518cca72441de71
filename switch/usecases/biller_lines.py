"""Biller lines: which adapter speaks with a biller, and at which end point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.advices import Advice
from switch.domain.bills import Presentment
from switch.domain.catalogue import Service
from switch.domain.directory import Directory, Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import EnquiryOutcome, Outcome, Refused, Unknown
from switch.domain.payments import Payment
from switch.ports import BillerAdapter

ADVICE_SECONDS = 5
NO_LINE = "the biller has no end point"


@dataclass(frozen=True, slots=True)
class BillerLines:
    directory: Callable[[], Directory]
    adapters: Mapping[str, BillerAdapter]
    """By protocol."""

    async def inquire(self, service: Service, customer_reference: str) -> Presentment | Refused | Unknown:
        if (line := self._line(service.biller)) is None:
            return Unknown(NO_LINE, asked=False)
        adapter, endpoint = line
        return await adapter.inquire(endpoint, service.code, customer_reference, answer_seconds=service.answer_seconds)

    async def pay(self, service: Service, payment: Payment) -> Outcome:
        if (line := self._line(payment.biller)) is None:
            return Unknown(NO_LINE, asked=False)
        adapter, endpoint = line
        return await adapter.pay(endpoint, payment, answer_seconds=service.answer_seconds)

    async def enquire(self, service: Service, payment: Payment) -> EnquiryOutcome:
        if (line := self._line(payment.biller)) is None:
            return Unknown(NO_LINE, asked=False)
        adapter, endpoint = line
        return await adapter.enquire(endpoint, payment.payment_id, answer_seconds=service.answer_seconds, ordered=payment.request.amount)

    async def reverse(self, service: Service, payment: Payment) -> Outcome:
        if (line := self._line(payment.biller)) is None:
            return Unknown(NO_LINE, asked=False)
        adapter, endpoint = line
        return await adapter.reverse(endpoint, payment, answer_seconds=service.answer_seconds)

    async def advise(self, advice: Advice) -> bool:
        if (line := self._line(advice.biller)) is None:
            return False
        adapter, endpoint = line
        return await adapter.advise(endpoint, advice, answer_seconds=ADVICE_SECONDS)

    def _line(self, biller: ParticipantCode) -> tuple[BillerAdapter, Endpoint] | None:
        endpoint = self.directory().endpoints.get(biller)
        if endpoint is None or (adapter := self.adapters.get(endpoint.protocol)) is None:
            return None
        return adapter, endpoint
