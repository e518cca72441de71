"""Pay: route, reserve, ask, conclude. Silence is never a refusal, and nobody is asked inside a transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from switch.domain.admission import Absent, Conclude, Contradicted, Decision, KeyConflict, RecordRefusal, RefusedUnderKey, Reserve, Stands
from switch.domain.bills import Inquiry
from switch.domain.calendar import local_date
from switch.domain.catalogue import Mode, Service, plain_reference
from switch.domain.directory import Directory
from switch.domain.errors import (
    BillNotAsked,
    BillUnknown,
    CurrencyUnsupported,
    IdempotencyKeyConflict,
    InquiryExpired,
    InquiryNeeded,
    InquiryUnknown,
    Overloaded,
    Refusal,
    SwitchUnavailable,
)
from switch.domain.fees import NO_FEES, applicable
from switch.domain.identifiers import PaymentId, bucket_for, bucketed_id
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment, PaymentRequest, PaymentState
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.store import inquiries
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines

GRACE_SECONDS = 5
"""After the biller's deadline, before the resolver takes over a payment that is still RESERVED."""


@dataclass(frozen=True, slots=True)
class PayBill:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    lane: PostingLane
    billers: BillerLines

    async def __call__(self, request: PaymentRequest) -> Stands:
        """The payment as it stands: completed, rejected by its biller, or not certain yet. Raises every other refusal.

        A refusal is kept under the key, too: a late retry must not pay what was meanwhile paid elsewhere.
        """
        request = replace(request, customer_reference=plain_reference(request.customer_reference))
        digest = request.digest()
        try:
            order = await self._route(request, digest)
        except Refusal as refusal:
            stands = _stands(await self.lane.submit(RecordRefusal(request.bank, request.idempotency_key, digest, refusal)))
        else:
            stands = _stands(await self.lane.submit(order))
        if stands.replayed or not stands.payment.live:
            return stands
        return await self._ask(stands.payment)

    async def _route(self, request: PaymentRequest, digest: bytes) -> Reserve:
        """Everything that can be refused before anything is held."""
        directory = self.directory()
        directory.participant(request.bank).require_live()
        service = directory.service(request.service)
        directory.participant(service.biller).require_live()
        service.require_open()
        if request.amount.currency != service.currency:
            raise CurrencyUnsupported(currency=request.amount.currency)
        service.reference.normalise(request.customer_reference)
        inquiry = await self._bound_inquiry(request, service)
        presented = inquiry.bill(request.bill_number) if inquiry else None
        if service.mode.has_bills:
            if request.bill_number is None or (inquiry and presented is None):
                raise BillUnknown()
        elif request.bill_number is not None:
            raise BillNotAsked(service=service.code)
        else:
            service.bill_rule.require(request.amount, service.fixed_amount)
        return Reserve(
            payment=self._payment(request, digest, service, directory),
            presented=presented if service.mode is Mode.ONLINE else None,
            presented_at=inquiry.presented_at if inquiry else None,
            accept_as=None if service.mode.asks_biller else Accepted(),
        )

    async def _bound_inquiry(self, request: PaymentRequest, service: Service) -> Inquiry | None:
        """The inquiry that the payment names: the bank's own, for this service and reference, and still good."""
        if request.inquiry_id is None:
            if service.mode.asks_biller:
                raise InquiryNeeded(service=service.code)
            return None
        async with self.database.reading() as connection:
            found = await inquiries.find(connection, request.inquiry_id)
        asked = (request.bank, request.service, request.customer_reference)
        if found is None or (found.bank, found.service, found.customer_reference) != asked:
            raise InquiryUnknown()
        if self.clock.now() >= found.expires_at:
            raise InquiryExpired(expired_at=f"{found.expires_at:%Y-%m-%dT%H:%M:%SZ}")
        return found

    def _payment(self, request: PaymentRequest, digest: bytes, service: Service, directory: Directory) -> Payment:
        now = self.clock.now()
        tariff = applicable(directory.tariffs, service.code, request.channel, request.amount, local_date(now))
        return Payment(
            payment_id=PaymentId(bucketed_id(bucket_for(service.code, request.customer_reference), now)),
            request=request,
            request_digest=digest,
            biller=service.biller,
            fees=NO_FEES if tariff is None else tariff.charge(request.amount),
            tariff_id=None if tariff is None else tariff.tariff_id,
            state=PaymentState.RESERVED,
            reserved_at=now,
            certain_by=now + timedelta(seconds=service.certain_seconds),
            next_attempt_at=now + timedelta(seconds=service.answer_seconds + GRACE_SECONDS),
        )

    async def _ask(self, payment: Payment) -> Stands:
        """Whatever happens here, the payment is in the books: what is not concluded now, the resolver concludes."""
        service = self.directory().service(payment.request.service)
        outcome = _first_answer(await self.billers.pay(service, payment))
        now = self.clock.now()
        try:
            return _stands(
                await self.lane.submit(Conclude(payment.payment_id, outcome, now, "biller", now + timedelta(seconds=GRACE_SECONDS)))
            )
        except (Overloaded, SwitchUnavailable):
            return Stands(payment)


def _first_answer(outcome: Outcome) -> Outcome:
    """Where it is certain that the first and only question never left us, the biller has booked nothing: nobody need wait."""
    if isinstance(outcome, Unknown) and not outcome.asked:
        return Refused(Reason.NOT_REACHED)
    return outcome


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
