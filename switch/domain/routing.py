"""Routing: everything that can be refused before anything is held; what passes is a command to reserve. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from switch.domain.admission import Reserve
from switch.domain.bills import Inquiry
from switch.domain.calendar import local_date
from switch.domain.catalogue import Mode, Service
from switch.domain.directory import Directory
from switch.domain.errors import BillNotAsked, BillUnknown, CurrencyUnsupported, InquiryExpired, InquiryNeeded, InquiryUnknown, Refusal
from switch.domain.fees import NO_FEES, applicable
from switch.domain.identifiers import PaymentId, bucket_of_customer, bucketed_id
from switch.domain.outages import Outage
from switch.domain.outcomes import Accepted
from switch.domain.payments import Payment, PaymentRequest, PaymentState
from switch.domain.stand_in import StandInState

GRACE_SECONDS = 5
"""After the biller's deadline, before the resolver takes over a payment that is still RESERVED."""


def route(request: PaymentRequest, digest: bytes, named: Inquiry | None, directory: Directory, now: datetime) -> Reserve:
    """`named` is the inquiry that the request names, whosever it is; None where it names none, or none that there is."""
    directory.participant(request.bank).require_live()
    service = directory.service(request.service)
    directory.participant(service.biller).require_live()
    service.require_open()
    outage = _outage(service, directory, now)
    if outage is not None and service.stand_in is None:
        raise outage.refusal()
    if request.amount.currency != service.currency:
        raise CurrencyUnsupported(currency=request.amount.currency)
    service.reference.normalise(request.customer_reference)
    inquiry = _bound_inquiry(request, named, service, now)
    presented = inquiry.bill(request.bill_number) if inquiry else None
    if service.mode.has_bills:
        if request.bill_number is None or (inquiry and presented is None):
            raise BillUnknown()
    elif request.bill_number is not None:
        raise BillNotAsked(service=service.code)
    else:
        service.bill_rule.require(request.amount, service.fixed_amount)
    order = Reserve(
        payment=_payment(request, digest, service, directory, now),
        presented=presented if service.mode is Mode.ONLINE else None,
        presented_at=inquiry.presented_at if inquiry else None,
        accept_as=None if service.mode.asks_biller else Accepted(),
    )
    return order if outage is None else stood_in_for(order, service, outage.refusal())


def stood_in_for(order: Reserve, service: Service, otherwise: Refusal) -> Reserve:
    """The same order, accepted in the place of its biller, which is known to be out; raises `otherwise` where that is not allowed.

    Only a bill that the biller itself has presented, in an inquiry that is still good; how much is outstanding is looked at later.
    """
    if service.stand_in is None or order.presented is None or not service.stand_in.allows(order.payment.request.amount):
        raise otherwise
    payment = replace(order.payment, stand_in=StandInState.OUTSTANDING)
    return replace(order, payment=payment, accept_as=Accepted(), stand_in=service.stand_in)


def require_answered(service: Service, directory: Directory, now: datetime) -> None:
    """In a declared outage of its biller nobody is asked; what the switch itself answers for stays payable."""
    if (outage := _outage(service, directory, now)) is not None:
        raise outage.refusal()


def _outage(service: Service, directory: Directory, now: datetime) -> Outage | None:
    return directory.outage(service.biller, now) if service.mode.asks_biller else None


def _bound_inquiry(request: PaymentRequest, named: Inquiry | None, service: Service, now: datetime) -> Inquiry | None:
    """The bank's own, for this service and reference, and still good."""
    if request.inquiry_id is None:
        if service.mode.asks_biller:
            raise InquiryNeeded(service=service.code)
        return None
    asked = (request.bank, request.service, request.customer_reference)
    if named is None or (named.bank, named.service, named.customer_reference) != asked:
        raise InquiryUnknown()
    if now >= named.expires_at:
        raise InquiryExpired(expired_at=f"{named.expires_at:%Y-%m-%dT%H:%M:%SZ}")
    return named


def _payment(request: PaymentRequest, digest: bytes, service: Service, directory: Directory, now: datetime) -> Payment:
    tariff = applicable(directory.tariffs, service.code, request.channel, request.amount, local_date(now))
    return Payment(
        payment_id=PaymentId(bucketed_id(bucket_of_customer(service.code, request.customer_reference), now)),
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
