"""Biller lines: which adapter speaks with a biller, at which end point, and whether it has been answering at all."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from switch.domain.advices import Advice
from switch.domain.biller_errors import BillerBusy, BillerSilent
from switch.domain.bills import Presentment
from switch.domain.breakers import BreakerState
from switch.domain.catalogue import Service
from switch.domain.directory import Directory, Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import EnquiryOutcome, Outcome, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal
from switch.ports import BillerAdapter
from switch.usecases.breakers import Breakers

ADVICE_SECONDS = 5
MOST_PAYERS = 128
"""Who wait for one biller in one process at once, twice as many as it has connections: one that hangs holds up no more than these."""
BUSY_SECONDS = 2
NO_LINE = "the biller has no end point"
RESTING = "the biller has not been answering, and was not asked"

Answered = TypeVar("Answered")


class Purpose(StrEnum):
    """An advice that a biller chokes on must not stop its payments, so each has a breaker of its own."""

    QUESTIONS = "questions"
    ADVICES = "advices"


class LineName(NamedTuple):
    biller: ParticipantCode
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class BillerLines:
    directory: Callable[[], Directory]
    adapters: Mapping[str, BillerAdapter]
    """By protocol."""
    breakers: Breakers[LineName]
    payers: Counter[ParticipantCode] = field(default_factory=Counter)
    """Who wait for each biller just now."""

    async def inquire(self, service: Service, customer_reference: str) -> Presentment | Refused | Unknown:
        async def ask(adapter: BillerAdapter, endpoint: Endpoint) -> Presentment | Refused | Unknown:
            return await adapter.inquire(endpoint, service.code, customer_reference, answer_seconds=service.answer_seconds)

        return await self._asked(service.biller, ask)

    @contextmanager
    def place_at(self, service: Service) -> Iterator[None]:
        """For a payer who waits; taken before anything is held. Raises BillerBusy."""
        biller = service.biller
        if service.mode.asks_biller and self.payers[biller] >= MOST_PAYERS:
            raise BillerBusy(retry_after_seconds=BUSY_SECONDS)
        self.payers[biller] += 1
        try:
            yield
        finally:
            self.payers[biller] -= 1

    async def pay(self, service: Service, payment: Payment) -> Outcome:
        async def ask(adapter: BillerAdapter, endpoint: Endpoint) -> Outcome:
            return await adapter.pay(endpoint, payment, answer_seconds=service.answer_seconds)

        return await self._asked(payment.biller, ask)

    async def enquire(self, service: Service, payment: Payment) -> EnquiryOutcome:
        async def ask(adapter: BillerAdapter, endpoint: Endpoint) -> EnquiryOutcome:
            amount = payment.request.amount
            return await adapter.enquire(endpoint, payment.payment_id, answer_seconds=service.answer_seconds, ordered=amount)

        return await self._asked(payment.biller, ask)

    async def reverse(self, service: Service, payment: Payment, reversal: Reversal) -> Outcome:
        async def ask(adapter: BillerAdapter, endpoint: Endpoint) -> Outcome:
            return await adapter.reverse(endpoint, payment, reversal, answer_seconds=service.answer_seconds)

        return await self._asked(payment.biller, ask)

    async def advise(self, advice: Advice) -> bool | Refused | None:
        """None where it was not asked."""
        line, name = self._line(advice.biller), LineName(advice.biller, Purpose.ADVICES)
        if line is None or not self.breakers.ask(name):
            return None
        adapter, endpoint = line
        return await self._heard(name, adapter.advise(endpoint, advice, answer_seconds=ADVICE_SECONDS), lambda taken: taken is not False)

    async def require_answering(self, service: Service, payment: Payment) -> None:
        """Before anything is held. Raises BillerSilent.

        No payer's money is the trial of whether a biller is back: it is asked after this payment, of which it cannot know.
        """
        if self.answering(payment.biller, Purpose.QUESTIONS):
            return
        if isinstance(await self.enquire(service, payment), Unknown):
            raise BillerSilent()

    def answering(self, biller: ParticipantCode, purpose: Purpose) -> bool:
        """Whether all is well with it; where not, one trial at a time may be due."""
        return self.breakers.state(LineName(biller, purpose)) is BreakerState.CLOSED

    def may_be_asked(self, biller: ParticipantCode, purpose: Purpose) -> bool:
        """Not in a declared outage: what is due waits, and no attempt is burned. After it, nothing is known of the biller."""
        name = LineName(biller, purpose)
        if self.directory().outage(biller, self.breakers.clock.now()) is not None:
            self.breakers.forget(name)
            return False
        return self.breakers.admits(name)

    def wants_trial(self, biller: ParticipantCode, purpose: Purpose) -> bool:
        """Where it may be asked: whether something is to be tried before its time, because nothing good is known of the biller."""
        return self.breakers.wants_trial(LineName(biller, purpose))

    @property
    def reached(self) -> list[ParticipantCode]:
        """Those that have an end point whose protocol is spoken here; the others pull."""
        return [biller for biller in self.directory().endpoints if self._line(biller) is not None]

    async def _asked(
        self, biller: ParticipantCode, ask: Callable[[BillerAdapter, Endpoint], Awaitable[Answered | Unknown]]
    ) -> Answered | Unknown:
        name = LineName(biller, Purpose.QUESTIONS)
        if (line := self._line(biller)) is None:
            return Unknown(NO_LINE, asked=False)
        if not self.breakers.ask(name):
            return Unknown(RESTING, asked=False)
        return await self._heard(name, ask(*line), lambda answer: not isinstance(answer, Unknown))

    async def _heard(self, name: LineName, asking: Awaitable[Answered], well: Callable[[Answered], bool]) -> Answered:
        try:
            answer = await asking
        except BaseException:
            self.breakers.gave_up(name)  # whoever asked has hung up: nothing is known of the biller
            raise
        self.breakers.heard(name, well=well(answer))
        return answer

    def _line(self, biller: ParticipantCode) -> tuple[BillerAdapter, Endpoint] | None:
        endpoint = self.directory().endpoints.get(biller)
        if endpoint is None or (adapter := self.adapters.get(endpoint.protocol)) is None:
            return None
        return adapter, endpoint
