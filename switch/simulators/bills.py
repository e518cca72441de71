"""Bills of a pretend biller: made from a hash of service, customer and month, so that they are the same whenever they are asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.simulators.charging import ChargedService
from switch.simulators.customers import draw

ONE_LATE_IN = 4
"""So many customers have not paid the bill before, either."""
DAYS_TO_PAY = 30

Paid = Callable[[ServiceCode, str, str], int]
"""Minor units paid for (service, customer reference, bill number)."""


@dataclass(frozen=True, slots=True)
class IssuedBill:
    bill_number: str
    due: Money
    rule: AmountRuleKind
    issued_on: date
    due_on: date
    description: Name


def issued_bills(service: ChargedService, customer_reference: str, today: date) -> list[IssuedBill]:
    """The bill of this period, and for some the one before. The example has those of the last six periods."""
    if customer_reference == service.reference.example:
        periods = 6
    else:
        periods = 2 if draw("late", service.code, customer_reference, below=ONE_LATE_IN) == 0 else 1
    period = (today.year * 12 + today.month - 1) // service.every_months
    return [_bill(service, customer_reference, number, 0) for number in range(period - periods + 1, period + 1)]


def open_bills(service: ChargedService, customer_reference: str, today: date, paid: Paid) -> list[IssuedBill]:
    """What is left to pay. For the example of a service there is always something: another bill follows each paid one."""
    still_open = []
    for bill in issued_bills(service, customer_reference, today):
        already = paid(service.code, customer_reference, bill.bill_number)
        if bill.rule is AmountRuleKind.UP_TO and already < bill.due.minor:
            still_open.append(_with_due(bill, bill.due.minor - already))
        elif not already:
            still_open.append(bill)
    if not still_open and customer_reference == service.reference.example:
        still_open.append(_next_example(service, customer_reference, today, paid))
    return still_open


def _next_example(service: ChargedService, customer_reference: str, today: date, paid: Paid) -> IssuedBill:
    period = (today.year * 12 + today.month - 1) // service.every_months
    extra = 1
    while paid(service.code, customer_reference, (bill := _bill(service, customer_reference, period, extra)).bill_number):
        extra += 1
    return bill


def _bill(service: ChargedService, customer_reference: str, period: int, extra: int) -> IssuedBill:
    months = period * service.every_months
    issued_on = date(months // 12, months % 12 + 1, 1)
    about = (service.code, customer_reference, period, extra)
    number = f"{issued_on:%y%m}-{draw('number', *about, below=1_000_000):06d}"
    return IssuedBill(
        bill_number=f"{number}-{extra}" if extra else number,
        due=Money(_spread(service.typical.minor, *about), service.typical.currency),
        rule=service.rule.kind,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=DAYS_TO_PAY),
        description=Name(ar=f"{service.name.ar} {issued_on:%Y/%m}", en=f"{service.name.en} {issued_on:%Y/%m}"),
    )


def _spread(typical_minor: int, *about: object) -> int:
    """Around the typical amount: most between half and one and a half of it, one in ten up to four times."""
    percent = 50 + sum(draw("spread", place, *about, below=51) for place in range(2))
    if draw("large", *about, below=10) == 0:
        percent += draw("larger", *about, below=250)
    return max(typical_minor * percent // 100 + draw("piastres", *about, below=100), 1)


def _with_due(bill: IssuedBill, minor: int) -> IssuedBill:
    return IssuedBill(bill.bill_number, Money(minor, bill.due.currency), bill.rule, bill.issued_on, bill.due_on, bill.description)
