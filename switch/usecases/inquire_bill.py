"""Inquire: what is owed under a customer reference; the answer is kept and binds the payment until it expires."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from switch.domain.bills import Bill, Inquiry, PresentedBill, Presentment
from switch.domain.calendar import local_date
from switch.domain.catalogue import Mode, Service
from switch.domain.directory import Directory
from switch.domain.errors import BillerRefused, BillerUnavailable, CustomerUnknown
from switch.domain.fees import NO_FEES, Fees, applicable
from switch.domain.identifiers import InquiryId, ParticipantCode, ServiceCode, bucket_of_customer, bucketed_id
from switch.domain.money import Money
from switch.domain.outcomes import REASON_WORDS, Reason, Refused, Unknown
from switch.domain.payments import Channel
from switch.domain.routing import require_answered
from switch.ports import Clock
from switch.posting.gathering import Gathering
from switch.store import bills, inquiries
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines

INQUIRY_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be paid, with its fees; `bill` is None where the service has no bills."""

    bill: PresentedBill | None
    amount: Money
    fees: Fees


@dataclass(frozen=True, slots=True)
class Inquired:
    inquiry: Inquiry
    service: Service
    customer_name: str | None
    offers: tuple[Offer, ...]
    """None where the payer chooses the amount freely within the service's rule."""


@dataclass(frozen=True, slots=True)
class InquireBill:
    clock: Clock
    directory: Callable[[], Directory]
    uploaded_bills: Gathering[tuple[ServiceCode, str], list[Bill]]
    keep: Gathering[Inquiry, None]
    billers: BillerLines

    @classmethod
    def on(cls, clock: Clock, directory: Callable[[], Directory], database: Database, billers: BillerLines) -> "InquireBill":
        """Inquiries that come together read together, and are kept together."""

        async def bills_of(customers: Sequence[tuple[ServiceCode, str]]) -> list[list[Bill]]:
            async with database.hot.reading() as connection:
                return await bills.of_customers(connection, customers)

        async def keep(answered: Sequence[Inquiry]) -> list[None]:
            async with database.hot.transaction() as connection:
                await inquiries.add(connection, answered)
            return [None] * len(answered)

        return cls(clock, directory, Gathering(bills_of), Gathering(keep), billers)

    async def __call__(self, bank: ParticipantCode, service: ServiceCode, customer_reference: str, channel: Channel) -> Inquired:
        """Raises what stands in the way: service, reference, biller. Nothing is held."""
        asked = _routed(self.directory(), bank, service, self.clock.now())
        customer_reference = asked.reference.normalise(customer_reference)
        presentment = await self._presentment(asked, customer_reference)
        now = self.clock.now()
        inquiry = Inquiry(
            inquiry_id=InquiryId(bucketed_id(bucket_of_customer(service, customer_reference), now)),
            bank=bank,
            service=service,
            customer_reference=customer_reference,
            presentment=presentment,
            presented_at=now,
            expires_at=now + timedelta(seconds=INQUIRY_SECONDS),
        )
        await self.keep(inquiry)
        return Inquired(inquiry, asked, presentment.customer_name, self._offers(asked, presentment, channel))

    async def _presentment(self, service: Service, customer_reference: str) -> Presentment:
        if service.mode is Mode.UPLOADED:
            known = await self.uploaded_bills((service.code, customer_reference))
            return Presentment(tuple(bill.presented() for bill in known if bill.payable))
        if service.mode is Mode.FEE:
            return Presentment(())
        with self.billers.place_at(service):
            answer = await self.billers.inquire(service, customer_reference)
        match answer:
            case Presentment():
                return _usable(service, answer)
            case Refused(reason=Reason.CUSTOMER_UNKNOWN):
                raise CustomerUnknown()
            case Refused(reason=reason):
                raise BillerRefused(reason=REASON_WORDS[reason][0], reason_ar=REASON_WORDS[reason][1])
            case Unknown():
                raise BillerUnavailable()

    def _offers(self, service: Service, presentment: Presentment, channel: Channel) -> tuple[Offer, ...]:
        directory, today = self.directory(), local_date(self.clock.now())

        def offer(bill: PresentedBill | None, amount: Money) -> Offer:
            tariff = applicable(directory.tariffs, service.code, channel, amount, today)
            return Offer(bill, amount, NO_FEES if tariff is None else tariff.charge(amount))

        if service.fixed_amount is not None:
            return (offer(None, service.fixed_amount),)
        return tuple(offer(bill, bill.due) for bill in presentment.bills)


def _routed(directory: Directory, bank: ParticipantCode, code: ServiceCode, now: datetime) -> Service:
    directory.participant(bank).require_live()
    service = directory.service(code)
    directory.participant(service.biller).require_live()
    service.require_open()
    require_answered(service, directory, now)
    return service


def _usable(service: Service, presentment: Presentment) -> Presentment:
    """A bill in another currency, or two under one number, is not an answer that can be paid."""
    numbers = {bill.bill_number for bill in presentment.bills}
    if len(numbers) < len(presentment.bills) or any(bill.due.currency != service.currency for bill in presentment.bills):
        raise BillerUnavailable()
    return presentment if service.mode.has_bills else Presentment((), presentment.customer_name)
