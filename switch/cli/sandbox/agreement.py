"""Agreement: what each side of a day has told or booked, compared from the outside, with nothing of the switch's own arithmetic."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from switch.client import Document
from switch.domain.money import Money, parse_amount
from switch.simulators.banks import COMPLETED, REVERSED, Ordered
from switch.simulators.statements import BookedRow

PAID = (COMPLETED, REVERSED)
BOOKED, TAKEN_BACK = "booked", "reversed"
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
        elif payment["state"] != order.state or (order.acknowledged == COMPLETED and payment["state"] not in PAID):
            yield f"{order.key}: {order.acknowledged} was acknowledged, now it is {payment['state']}"
        elif payment["refunded"]["amount"] != order.taken_back.text():
            yield f"{order.key}: {order.taken_back} was agreed to be taken back, now it is {payment['refunded']['amount']}"
        elif money(payment["amount"]) != order.amount or payment["customer_reference"] != order.payment["customer_reference"]:
            yield f"{order.key}: the payment has another content than was acknowledged"
    for payment_id in stands.keys() - known.keys():
        yield f"payment {payment_id} was ordered by nobody"


def completed(ordered: Iterable[Ordered]) -> dict[str, Ordered]:
    """What was paid, whether it was taken back afterwards or not."""
    return {str(order.payment_id): order for order in ordered if order.payment is not None and order.state in PAID}


def wrongly_filed(participant: str, paid: Mapping[str, Ordered], filed: Sequence[tuple[str, Money]]) -> Iterator[str]:
    """Every payment stands in the participant's files once, with its amount, each that was taken back of it as less; and nothing else."""
    expected: Counter[tuple[str, Money]] = Counter()
    for payment_id, order in paid.items():
        expected[payment_id, order.amount] += 1
        for back in order.agreed_back:
            expected[payment_id, -money(back["amount"])] += 1
    for (payment_id, amount), times in Counter(filed).items():
        if payment_id not in paid:
            yield f"{participant}: its files have the payment {payment_id}, which was not completed"
        elif (payment_id, amount) not in expected:
            yield f"{participant}: its files have another amount for {payment_id}: {amount}"
        elif times != expected[payment_id, amount]:
            yield f"{participant}: its files have the payment {payment_id} over {amount} {times} times"
    for payment_id, amount in expected.keys() - set(filed):
        yield f"{participant}: its files lack the payment {payment_id} over {amount}"


def dates_taken_back(ordered: Iterable[Ordered]) -> dict[str, date]:
    """Under which business date each reversal counts, as the banks were told."""
    return {back["reversal_id"]: date.fromisoformat(back["business_date"]) for order in ordered for back in order.agreed_back}


def bank_rows(orders: Iterable[Ordered]) -> list[BookedRow]:
    rows = []
    for order in orders:
        if order.payment is None or order.state not in PAID:
            continue
        whole = any(money(back["amount"]) == order.amount for back in order.agreed_back)
        row = BookedRow(
            payment_id=str(order.payment_id),
            own_reference=order.bank_reference,
            counterparty=order.payment["biller_code"],
            customer_reference=order.payment["customer_reference"],
            amount=order.amount,
            business_date=date.fromisoformat(order.payment["business_date"]),
            state=TAKEN_BACK if whole else BOOKED,
        )
        rows.append(row)
        if not whole:
            rows += [
                replace(row, amount=money(back["amount"]), business_date=date.fromisoformat(back["business_date"]), state=TAKEN_BACK)
                for back in order.agreed_back
            ]
    return rows


def biller_rows(booked: Iterable[Document], dated: Mapping[str, date], taken_back: Mapping[str, date]) -> list[BookedRow]:
    """A biller's own books, under the business dates that its settlement files say; what it has taken back wholly is not in them."""
    rows = []
    for line in booked:
        row = BookedRow(
            payment_id=line["payment_id"],
            own_reference=line["biller_reference"],
            counterparty=line["bank_code"],
            customer_reference=line["customer_reference"],
            amount=money(line),
            business_date=dated.get(line["payment_id"], date.fromisoformat(line["business_date"])),
        )
        rows.append(row)
        for part in line.get("refunds", ()):
            amount, counted = parse_amount(part["amount"], line["currency"]), taken_back.get(part["reversal_id"], row.business_date)
            rows.append(replace(row, amount=amount, business_date=counted, state=TAKEN_BACK))
    return rows


def expected_breaks(biller: str, rows: Sequence[BookedRow], paid: Mapping[str, Ordered]) -> Expected:
    """What reconciliation must list for one biller, and nothing else."""
    expected: Expected = set()
    booked = [row for row in rows if row.state == BOOKED]
    counted = Counter(row.payment_id for row in booked)
    parts: Counter[str] = Counter()
    for row in rows:
        if row.state == TAKEN_BACK:
            parts[row.payment_id] += row.amount.minor
    for row in booked:
        order = paid.get(row.payment_id)
        if order is None or parts[row.payment_id] != order.taken_back.minor:
            expected.add((biller, row.payment_id, "status_differs"))
        elif row.amount != order.amount:
            expected.add((biller, row.payment_id, "amount_differs"))
        if counted[row.payment_id] > 1:
            expected.add((biller, row.payment_id, "duplicate_at_biller"))
    standing = {payment_id for payment_id, order in paid.items() if order.state == COMPLETED}
    return expected | {(biller, payment_id, "missing_at_biller") for payment_id in standing - counted.keys()}
