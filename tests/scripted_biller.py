"""A biller that keeps honest books, and says otherwise only where a test's script tells it to."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from switch.domain.advices import Advice
from switch.domain.bills import PresentedBill, Presentment
from switch.domain.directory import Endpoint
from switch.domain.identifiers import EventId, PaymentId, ReversalId, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, EnquiryOutcome, NotFound, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal

PROTOCOL = "scripted-1"
URL = "https://scripted.invalid"


class Line(NamedTuple):
    """One answer to an order to pay, and whether the biller books it, whatever it says."""

    outcome: Outcome
    books: bool


@dataclass
class ScriptedBiller:
    """`customers` are those that it knows, with their bills; None: every customer is known and owes nothing."""

    customers: dict[tuple[ServiceCode, str], tuple[PresentedBill, ...]] | None = None
    asked: list[PaymentId] = field(default_factory=list)
    """Each order to pay that was heard, repeats too."""
    booked: dict[PaymentId, Payment] = field(default_factory=dict)
    advised: dict[EventId, Advice] = field(default_factory=dict)
    asked_back: list[PaymentId] = field(default_factory=list)
    """Each reversal that was heard, repeats too."""
    refunded: dict[PaymentId, dict[ReversalId, int]] = field(default_factory=dict)
    """What it has taken back of a payment, by reversal."""
    refuses_advice: dict[PaymentId, Refused] = field(default_factory=dict)
    reachable: bool = True
    _reversals: deque[Line] = field(default_factory=deque)
    _scripts: defaultdict[str, deque[Line]] = field(default_factory=lambda: defaultdict(deque))
    _enquiries: defaultdict[str, deque[EnquiryOutcome]] = field(default_factory=lambda: defaultdict(deque))
    _refused: dict[PaymentId, Refused] = field(default_factory=dict)

    def owes(self, service: str, customer_reference: str, *bills: PresentedBill) -> None:
        self.customers = self.customers or {}
        self.customers[ServiceCode(service), customer_reference] = bills

    def script(self, about: PaymentId | str, *outcomes: Outcome, books: bool | None = None) -> None:
        """The next answers about a payment, or about a customer reference; then it is honest again.

        It books what it accepts; with `books` it does so, or does not, whatever it answers.
        """
        self._scripts[str(about)].extend(Line(one, isinstance(one, Accepted) if books is None else books) for one in outcomes)

    def script_enquiries(self, about: PaymentId | str, *outcomes: EnquiryOutcome) -> None:
        self._enquiries[str(about)].extend(outcomes)

    def script_reversals(self, *outcomes: Outcome, books: bool | None = None) -> None:
        """The next answers to a reversal; with `books` it takes its booking back, or does not, whatever it answers."""
        self._reversals.extend(Line(one, isinstance(one, Accepted) if books is None else books) for one in outcomes)

    async def inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, *, answer_seconds: int
    ) -> Presentment | Refused | Unknown:
        if not self.reachable:
            return Unknown("not reached", asked=False)
        if self.customers is None:
            return Presentment(())
        bills = self.customers.get((service, customer_reference))
        return Refused(Reason.CUSTOMER_UNKNOWN, "14") if bills is None else Presentment(bills, "ليلى ح.")

    async def pay(self, endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        if not self.reachable:
            return Unknown("not reached", asked=False)
        self.asked.append(payment.payment_id)
        line = self._next_line(payment)
        if line is None:
            return self._honest(payment)
        if line.books:
            self.booked.setdefault(payment.payment_id, payment)
        elif isinstance(line.outcome, Refused):
            self._refused[payment.payment_id] = line.outcome
        return line.outcome

    async def enquire(self, endpoint: Endpoint, payment_id: PaymentId, *, answer_seconds: int, ordered: Money) -> EnquiryOutcome:
        if not self.reachable:
            return Unknown("not reached", asked=False)
        if self._enquiries[str(payment_id)]:
            return self._enquiries[str(payment_id)].popleft()
        if payment_id in self.booked:
            return Accepted(_biller_reference(payment_id))
        return self._refused.get(payment_id, NotFound())

    async def reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, *, answer_seconds: int) -> Outcome:
        if not self.reachable:
            return Unknown("not reached", asked=False)
        self.asked_back.append(payment.payment_id)
        line = self._reversals.popleft() if self._reversals else None
        if line is None or line.books:
            self.refunded.setdefault(payment.payment_id, {})[reversal.reversal_id] = reversal.amount.minor
            if sum(self.refunded[payment.payment_id].values()) >= payment.request.amount.minor:
                self.booked.pop(payment.payment_id, None)
        return Accepted(_biller_reference(payment.payment_id)) if line is None else line.outcome

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool | Refused:
        if self.reachable and advice.payment_id in self.refuses_advice:
            return self.refuses_advice[advice.payment_id]
        if self.reachable:
            self.advised.setdefault(advice.event_id, advice)
        return self.reachable

    def _next_line(self, payment: Payment) -> Line | None:
        for about in (str(payment.payment_id), payment.request.customer_reference):
            if self._scripts[about]:
                return self._scripts[about].popleft()
        return None

    def _honest(self, payment: Payment) -> Outcome:
        """The same payment again is the same booking; a bill is booked once."""
        bill = (payment.request.service, payment.request.customer_reference, payment.request.bill_number)
        others = [one.request for key, one in self.booked.items() if key != payment.payment_id]
        if bill[2] is not None and bill in {(one.service, one.customer_reference, one.bill_number) for one in others}:
            return self._refused.setdefault(payment.payment_id, Refused(Reason.BILL_ALREADY_PAID, "33"))
        self.booked.setdefault(payment.payment_id, payment)
        return Accepted(_biller_reference(payment.payment_id))


def _biller_reference(payment_id: PaymentId) -> str:
    return f"BK-{str(payment_id)[-8:]}"
