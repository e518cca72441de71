"""Agreement: what each side of a day has told or booked, compared from the outside, with nothing of the switch's own arithmetic."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from switch.client import Document
from switch.domain.money import Money, parse_amount
from switch.simulators.banks import Ordered
from switch.simulators.statements import BookedRow

COMPLETED = "COMPLETED"
Expected = set[tuple[str, str, str]]
"""(participant, payment id, kind of break)"""


def money(document: Document) -> Money:
    return parse_amount(document["amount"], document["currency"])


def wrongly_told(ordered: Iterable[Ordered], stands: Mapping[str, Document]) -> Iterator[str]:
    """Where the switch does not stand by what it has told a bank, or has a payment that no bank has ordered (I1, I2, I3)."""
    known = {}
    for order in ordered:
        if not order.certain:
            yield f"{order.key}: still not certain ({order.state})"
        if order.payment is None:
            continue
        known[order.payment_id] = order
        payment = stands.get(str(order.payment_id))
        if payment is None:
            yield f"{order.key}: the acknowledged payment {order.payment_id} is gone"
        elif payment["state"] != order.state or (order.acknowledged == COMPLETED and payment["state"] != COMPLETED):
            yield f"{order.key}: {order.acknowledged} was acknowledged, now it is {payment['state']}"
        elif money(payment["amount"]) != order.amount or payment["customer_reference"] != order.payment["customer_reference"]:
            yield f"{order.key}: the payment has another content than was acknowledged"
    for payment_id in stands.keys() - known.keys():
        yield f"payment {payment_id} was ordered by nobody"


def completed(ordered: Iterable[Ordered]) -> dict[str, Document]:
    return {str(order.payment_id): order.payment for order in ordered if order.payment is not None and order.state == COMPLETED}


def wrongly_filed(participant: str, paid: Mapping[str, Document], filed: Sequence[tuple[str, Money]]) -> Iterator[str]:
    """Every completed payment stands in the participant's files once, with its amount, and nothing else does."""
    counted = Counter(payment_id for payment_id, _ in filed)
    for payment_id, amount in filed:
        if payment_id not in paid:
            yield f"{participant}: its files have the payment {payment_id}, which was not completed"
        elif amount != money(paid[payment_id]["amount"]):
            yield f"{participant}: its files have another amount for {payment_id}"
    for payment_id in paid.keys() - counted.keys():
        yield f"{participant}: its files lack the payment {payment_id}"
    for payment_id, times in counted.items():
        if times > 1:
            yield f"{participant}: its files have the payment {payment_id} {times} times"


def bank_rows(orders: Iterable[Ordered]) -> list[BookedRow]:
    return [
        BookedRow(
            payment_id=str(order.payment_id),
            own_reference=order.bank_reference,
            counterparty=order.payment["biller_code"],
            customer_reference=order.payment["customer_reference"],
            amount=order.amount,
            business_date=date.fromisoformat(order.payment["business_date"]),
        )
        for order in orders
        if order.payment is not None and order.state == COMPLETED
    ]


def biller_rows(booked: Iterable[Document], dated: Mapping[str, date]) -> list[BookedRow]:
    """A biller's own books, under the business dates that its settlement files say."""
    return [
        BookedRow(
            payment_id=line["payment_id"],
            own_reference=line["biller_reference"],
            counterparty=line["bank_code"],
            customer_reference=line["customer_reference"],
            amount=money(line),
            business_date=dated.get(line["payment_id"], date.fromisoformat(line["business_date"])),
        )
        for line in booked
    ]


def expected_breaks(biller: str, rows: Sequence[BookedRow], paid: Mapping[str, Document]) -> Expected:
    """What reconciliation must list for one biller, and nothing else."""
    expected: Expected = set()
    counted = Counter(row.payment_id for row in rows)
    for row in rows:
        if row.payment_id not in paid:
            expected.add((biller, row.payment_id, "status_differs"))
        elif row.amount != money(paid[row.payment_id]["amount"]):
            expected.add((biller, row.payment_id, "amount_differs"))
        if counted[row.payment_id] > 1:
            expected.add((biller, row.payment_id, "duplicate_at_biller"))
    return expected | {(biller, payment_id, "missing_at_biller") for payment_id in paid.keys() - counted.keys()}
