"""Completed payments by the hundred thousand, ids, fees, postings and digests made by the domain as the lane would make them."""

import itertools
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from loadtests.bench.open_bills import DAYS_TO_PAY, FIRST_REFERENCE, LARGEST_MINOR, SMALLEST_MINOR
from loadtests.bench.place import CURRENCY, Place
from switch.domain.advices import Advice, payment_advice
from switch.domain.bills import Bill, BillKey
from switch.domain.calendar import local_date
from switch.domain.catalogue import AmountRuleKind, Mode
from switch.domain.directory import Directory
from switch.domain.identifiers import IdempotencyKey, PaymentId, WindowId, bucket_of_customer, bucketed_id
from switch.domain.ledger import JournalEntry, payment_completed
from switch.domain.money import Money
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.domain.routing import route

PATTERNS = 2_000
"""Different orders (bank, service, amount); each stands for many payments of different customers."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One payment with all that belongs to it. `pattern` says whose fees and postings it has."""

    pattern: int
    payment: Payment
    bill: Bill
    entry: JournalEntry
    advice: Advice


def patterns(place: Place, directory: Directory, window_id: WindowId, day: date, at: datetime) -> list[Payment]:
    """Routed like any order, and completed in the window."""
    services = place.services_of(Mode.UPLOADED)
    found = []
    for _ in range(PATTERNS):
        request = PaymentRequest(
            bank=place.chance.choice(place.banks),
            idempotency_key=IdempotencyKey("pattern-0"),
            service=place.chance.choice(services).code,
            customer_reference=str(FIRST_REFERENCE),
            amount=Money(place.chance.randint(SMALLEST_MINOR, LARGEST_MINOR), CURRENCY),
            bank_reference="FT-0",
            channel=Channel.MOBILE,
            method=Method.ACCOUNT,
            bill_number="B-0",
        )
        routed = route(request, request.digest(), None, directory, at).payment
        found.append(
            replace(
                routed, state=PaymentState.COMPLETED, window_id=window_id, business_date=day, events=2, certain_by=at, next_attempt_at=at
            )
        )
    return found


def filled(place: Place, orders: Sequence[Payment], count: int, at: datetime) -> Iterator[Filled]:
    """So many, each a microsecond after the one before, of fresh bills of fresh customers."""
    for number, serial in enumerate(itertools.islice(place.serials, count)):
        pattern = place.chance.randrange(len(orders))
        yield _one(pattern, orders[pattern], serial, at + timedelta(microseconds=number))


def _one(pattern: int, order: Payment, serial: int, at: datetime) -> Filled:
    key = secrets.token_hex(16)
    request = replace(
        order.request,
        idempotency_key=IdempotencyKey(f"key-{key}"),
        customer_reference=str(FIRST_REFERENCE + serial),
        bank_reference=f"FT-{key[-16:]}",
        bill_number=f"B-{serial}",
    )
    bill = _bill(request, at)
    payment = replace(
        order,
        payment_id=PaymentId(bucketed_id(bucket_of_customer(request.service, request.customer_reference), at)),
        request=request,
        request_digest=request.digest(),
        reserved_at=at,
        concluded_at=at,
    )
    assert payment.window_id is not None
    assert payment.business_date is not None
    entry = payment_completed(payment, payment.window_id, payment.business_date, at)
    return Filled(pattern, payment, bill, entry, payment_advice(payment, at))


def _bill(request: PaymentRequest, at: datetime) -> Bill:
    issued_on = local_date(at)
    return Bill(
        key=BillKey(request.service, request.customer_reference, request.bill_number or ""),
        amount=request.amount,
        rule=AmountRuleKind.EXACT,
        uploaded=True,
        paid=request.amount.minor,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=DAYS_TO_PAY),
        changed_at=at,
    )
