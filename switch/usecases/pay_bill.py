"""Pay: route, reserve, ask, conclude. Silence is never a refusal, and nobody is asked inside a transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from switch.domain.admission import Absent, Conclude, Contradicted, Decision, KeyConflict, RecordRefusal, RefusedUnderKey, Reserve, Stands
from switch.domain.biller_errors import BillerSilent
from switch.domain.bills import Inquiry
from switch.domain.catalogue import plain_reference
from switch.domain.directory import Directory
from switch.domain.errors import IdempotencyKeyConflict, Overloaded, Refusal, SwitchUnavailable
from switch.domain.identifiers import InquiryId
from switch.domain.messages import NOT_KEPT, OrderMessage
from switch.domain.outcomes import never_asked
from switch.domain.payments import Payment, PaymentRequest
from switch.domain.routing import GRACE_SECONDS, route, stood_in_for
from switch.domain.values import changed
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.posting.gathering import Gathering
from switch.posting.lane import PostingLane
from switch.store import inquiries
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines
from switch.usecases.first_answer import first_answer


@dataclass(frozen=True, slots=True)
class PayBill:
    clock: Clock
    directory: Callable[[], Directory]
    inquiries: Gathering[InquiryId, Inquiry | None]
    lane: PostingLane
    billers: BillerLines

    @classmethod
    def on(cls, clock: Clock, directory: Callable[[], Directory], database: Database, lane: PostingLane, billers: BillerLines) -> "PayBill":
        """The inquiries of payments that come together are looked up together."""

        async def found(wanted: Sequence[InquiryId]) -> list[Inquiry | None]:
            async with database.hot.reading() as connection:
                known = await inquiries.find_all(connection, wanted)
            return [known.get(inquiry_id) for inquiry_id in wanted]

        return cls(clock, directory, Gathering(found), lane, billers)

    async def __call__(self, request: PaymentRequest, message: OrderMessage = NOT_KEPT) -> Stands:
        """The payment as it stands: completed, rejected by its biller, or not certain yet. Raises every other refusal.

        A refusal is kept under the key, too: a late retry must not pay what was meanwhile paid elsewhere. Not so BillerBusy, which says
        nothing of the payment: the same order may be sent again.
        """
        service = self.directory().services.get(request.service)
        if service is None:
            return await self._pay(request, message)
        with self.billers.place_at(service):
            return await self._pay(request, message)

    async def _pay(self, request: PaymentRequest, message: OrderMessage) -> Stands:
        if (plain := plain_reference(request.customer_reference)) != request.customer_reference:
            request = changed(request, customer_reference=plain)
        digest = request.digest()
        named = await self._named_inquiry(request)
        try:
            order = route(request, digest, named, self.directory(), self.clock.now())
            if order.accept_as is None:
                order = await self._answered_for(order)
        except Refusal as refusal:
            stands = _stands(await self.lane.submit(RecordRefusal(request.bank, request.idempotency_key, digest, refusal)))
        else:
            fail_point(FailPoint.ROUTED)
            stands = _stands(await self.lane.submit(changed(order, message=message)))
        if stands.replayed or not stands.payment.live:
            return stands
        return await self._ask(stands.payment)

    async def _answered_for(self, order: Reserve) -> Reserve:
        """Where its biller has not been answering, the switch stands in for it, if it may. Raises BillerSilent."""
        service = self.directory().service(order.payment.request.service)
        try:
            await self.billers.require_answering(service, order.payment)
        except BillerSilent as silent:
            return stood_in_for(order, service, silent)
        return order

    async def _named_inquiry(self, request: PaymentRequest) -> Inquiry | None:
        if request.inquiry_id is None:
            return None
        return await self.inquiries(request.inquiry_id)

    async def _ask(self, payment: Payment) -> Stands:
        """Whatever happens here, the payment is in the books: what is not concluded now, the resolver concludes."""
        fail_point(FailPoint.RESERVED)
        service = self.directory().service(payment.request.service)
        outcome = first_answer(await self.billers.pay(service, payment))
        fail_point(FailPoint.ANSWERED)
        now = self.clock.now()
        again_at, alone_until = now + timedelta(seconds=GRACE_SECONDS), payment.next_attempt_at if never_asked(outcome) else None
        try:
            concluded = await self.lane.submit(Conclude(payment.payment_id, outcome, now, "biller", again_at, alone_until))
        except (Overloaded, SwitchUnavailable):
            return Stands(payment)
        fail_point(FailPoint.CONCLUDED)
        return _stands(concluded)


def _stands(decision: Decision) -> Stands:
    match decision:
        case Stands():
            return decision
        case Contradicted(payment=payment):
            return Stands(payment)
        case RefusedUnderKey(refusal=refusal, replayed=replayed):
            refusal.replayed = replayed
            raise refusal
        case KeyConflict():
            raise IdempotencyKeyConflict()
        case Absent():
            raise SwitchUnavailable(retry_after_seconds=GRACE_SECONDS)
        case _:
            assert_never(decision)
