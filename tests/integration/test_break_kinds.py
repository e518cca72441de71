"""The confusion matrix: known numbers of every kind of disagreement are planted in files written by hand, and exactly those are found.

The files come from a writer of the test's own, so that a mistake in ours cannot hide in both.
"""

import io
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from adapters.files.csv import CsvFormat
from switch.domain.admission import Conclude, Stands
from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Accepted, Reason, Refused
from switch.domain.payments import Payment
from switch.domain.pseudonyms import customer_pseudonym
from switch.domain.reconciliation import MatchingRule
from switch.posting.batch import write_batch
from switch.reports.breaks import Breaks
from switch.store import statement_rules
from switch.store.database import Database, connect
from switch.usecases.import_statement import ImportStatement
from switch.usecases.reconcile import Reconcile
from tests.reconciled import DAY, NOWHERE, STRANGER, participant
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, order, seed

FEES = Fees(payer=30, biller=20, switch=30, bank=10, central_bank=5, tax=5)
PLANTED = 3
"""Of each kind, on each side where it can be."""
Cells = dict[str, str]
Found = Counter[tuple[str, str, str]]
"""(participant, kind, payment id)"""


@dataclass
class Book:
    """What one participant will hand in, by business date; each line by column."""

    owner: ParticipantCode
    days: dict[date, list[Cells]] = field(default_factory=lambda: {DAY: []})

    def content(self, day: date) -> bytes:
        side = "biller" if self.owner == BILLER else "bank"
        rows = [f"H,csv-1,booked,{self.owner},{side},{day},SYP"]
        total = 0
        for number, cells in enumerate(self.days[day], 1):
            total += round(float(cells["amount"].translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))) * 100)
            rows.append(",".join(["D", str(number), *cells.values()]))
        rows.append(f"T,{len(self.days[day])},{total // 100}.{total % 100:02d}")
        return "\r\n".join(rows).encode()


def cells(payment: Payment, owner: ParticipantCode, fee: bool) -> Cells:
    at_biller = owner == BILLER
    minor = payment.request.amount.minor
    written = {
        "payment_id": str(payment.payment_id),
        "own_reference": (payment.biller_reference or "") if at_biller else payment.request.bank_reference,
        "counterparty": payment.request.bank if at_biller else BILLER,
        "customer_reference": payment.request.customer_reference,
        "amount": f"{minor // 100}.{minor % 100:02d}",
        "business_date": DAY.isoformat(),
        "state": "booked",
    }
    return written | ({"fee": "0.20" if at_biller else "0.30"} if fee else {})


def one_unit_more(amount: str) -> str:
    whole, _, decimals = amount.partition(".")
    minor = int(whole) * 100 + int(decimals) + 1
    return f"{minor // 100}.{minor % 100:02d}"


TOMORROW = DAY + timedelta(days=1)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
Line = tuple[date, Cells]

LIES: dict[str, tuple[str, Callable[[Cells], list[Line]]]] = {
    "one unit": ("amount_differs", lambda its: [(DAY, its | {"amount": one_unit_more(its["amount"])})]),
    "dated": ("date_differs", lambda its: [(DAY, its | {"business_date": (DAY - timedelta(days=1)).isoformat()})]),
    "carried": ("date_differs", lambda its: [(TOMORROW, its)]),
    "fee": ("fee_differs", lambda its: [(DAY, its | {"fee": "0.31"})]),
    "state": ("status_differs", lambda its: [(DAY, its | {"state": "reversed"})]),
    "customer": ("reference_differs", lambda its: [(DAY, its | {"customer_reference": "9" + its["customer_reference"][1:]})]),
    "own": ("reference_differs", lambda its: [(DAY, its | {"own_reference": its["own_reference"][:-1] + "x"})]),
    "left out": ("missing_at_{side}", lambda _: []),
    "twice": ("duplicate_at_{side}", lambda its: [(DAY, its), (DAY, its)]),
}
"""Which kind it must be found as, and what is written in the place of the right line."""
SAME: dict[str, Callable[[Cells], list[Line]]] = {
    "arabic digits": lambda its: [(DAY, its | {"customer_reference": its["customer_reference"].translate(ARABIC)})],
    "arabic amount": lambda its: [(DAY, its | {"amount": its["amount"].translate(ARABIC)})],
    "tatweel": lambda its: [(DAY, its | {"own_reference": its["own_reference"] + "ـ\u064e"})],
    "taken back once": lambda its: [(DAY, its), (DAY, its | {"state": "reversed"}), (DAY, its)],
}
"""Written in another way, and yet no disagreement."""
REVERSED: tuple[Callable[[Cells], list[Line]], ...] = (
    lambda _: [],
    lambda its: [(DAY, its | {"state": "reversed"})],
    lambda its: [(DAY, its), (DAY, its | {"state": "reversed"})],
)
"""How a payment that was reversed may be booked."""


def right(its: Cells) -> list[Line]:
    return [(DAY, its)]


@dataclass
class Planting:
    with_fee: bool
    books: dict[ParticipantCode, Book] = field(
        default_factory=lambda: {owner: Book(owner, {DAY: [], TOMORROW: []}) for owner in (BANK, OTHER_BANK, BILLER)}
    )
    planted: Found = field(default_factory=Counter)

    def write(self, payment: Payment, at_bank: Callable[[Cells], list[Line]], at_biller: Callable[[Cells], list[Line]]) -> None:
        for owner, written in ((payment.request.bank, at_bank), (BILLER, at_biller)):
            for day, line in written(cells(payment, owner, self.with_fee)):
                self.books[owner].days[day].append(line)

    def lie(self, payment: Payment, side: str, kind: str, written: Callable[[Cells], list[Line]]) -> None:
        at_bank = side == "bank"
        self.write(payment, written if at_bank else right, right if at_bank else written)
        owner = payment.request.bank if at_bank else BILLER
        self.planted[owner, kind.format(side=side), str(payment.payment_id)] += 1


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await seed(database, {BANK: 10**9, OTHER_BANK: 10**9})
    yield database
    await database.close()


async def paid(database: Database, count: int, bank: ParticipantCode = BANK, *, advised: bool = False) -> list[Payment]:
    commands = [order(1_000 + number, bank=bank, fees=FEES, reference=f"10{number:08d}", accept=advised) for number in range(count)]
    decisions = await write_batch(database, commands, START)
    if not advised:
        asked = [
            Conclude(command.payment.payment_id, Accepted(f"B{number:05d}"), START, "biller", START)
            for number, command in enumerate(commands)
        ]
        decisions = await write_batch(database, asked, START)
    assert all(isinstance(decision, Stands) for decision in decisions)
    return [decision.payment for decision in decisions if isinstance(decision, Stands)]


async def hand_in_and_reconcile(database: Database, books: list[Book]) -> Found:
    take_in = ImportStatement(FixedClock(), database, {"csv-1": CsvFormat()}, NOWHERE)
    days = sorted({day for book in books for day in book.days})
    for book in books:
        for day in book.days:
            await take_in(participant(book.owner), io.BytesIO(book.content(day)))
    for day in days:
        await Reconcile(FixedClock(), database)(day)
    breaks = await Breaks(database).page(limit=100_000)
    assert all(found.break_id == found.content_id() and found.differences for found in breaks)
    return Counter((found.participant, found.kind, str(found.payment_id)) for found in breaks)


@pytest.mark.parametrize("seed_number", [1, 2, 3])
async def test_of_every_kind_exactly_the_planted_ones_are_found(database: Database, seed_number: int) -> None:
    chance = random.Random(seed_number)
    planting = Planting(with_fee=bool(seed_number % 2))
    waiting = await paid(database, 150) + await paid(database, 80, OTHER_BANK)
    not_advised, *advised = await paid(database, 40, advised=True)
    chance.shuffle(waiting)
    await reverse_in_the_books(database, reversed_ones := [waiting.pop() for _ in range(6)])
    for side in ("bank", "biller"):
        for kind, written in LIES.values():
            for _ in range(PLANTED if kind != "fee_differs" or planting.with_fee else 0):
                planting.lie(waiting.pop(), side, kind, written)
        one, other = waiting.pop(), waiting.pop()
        planting.lie(one, side, "reference_differs", named_like(other))
        planting.lie(other, side, "reference_differs", named_like(one))
    for same in SAME.values():
        planting.write(waiting.pop(), same, same)
    for number, payment in enumerate(reversed_ones):
        planting.write(payment, REVERSED[number % 3], REVERSED[(number + 1) % 3])
    planting.write(not_advised, right, lambda _: [])
    planting.planted[BILLER, "not_advised", str(not_advised.payment_id)] += 1
    for payment in [*waiting, *advised]:
        planting.write(payment, right, right)
    made_up = cells(waiting[0], BANK, planting.with_fee) | {"payment_id": str(STRANGER)}
    planting.books[BANK].days[DAY].append(made_up)
    planting.planted[BANK, "missing_at_switch", str(STRANGER)] += 1
    for book in planting.books.values():
        chance.shuffle(book.days[DAY])

    assert await hand_in_and_reconcile(database, list(planting.books.values())) == planting.planted
    for day in (TOMORROW, DAY):
        await Reconcile(FixedClock(START + timedelta(hours=1)), database)(day)
    again = await Breaks(database).page(limit=100_000)
    assert Counter((found.participant, found.kind, str(found.payment_id)) for found in again) == planting.planted
    assert {(found.opened_at, found.state) for found in again} == {(START, "open")}


def named_like(other: Payment) -> Callable[[Cells], list[Line]]:
    return lambda its: [(DAY, its | {"customer_reference": other.request.customer_reference})]


async def reverse_in_the_books(database: Database, payments: list[Payment]) -> None:
    async with database.transaction() as connection:
        for payment in payments:
            whole = "state = 'REVERSED', refunded_minor = amount_minor, refunds = 1"
            await connection.execute(text(f"UPDATE payment SET {whole} WHERE payment_id = :id"), {"id": payment.payment_id})


def short(reference: str) -> str:
    """Which of two customers it is, and not who."""
    return "~" + customer_pseudonym(reference)[:12]


async def test_every_differing_field_stands_side_by_side(database: Database) -> None:
    (payment,) = await paid(database, 1)
    book = Book(BANK)
    book.days[DAY] = [cells(payment, BANK, fee=True) | {"customer_reference": "77", "counterparty": "200027", "fee": "0.00"}]
    await hand_in_and_reconcile(database, [book])
    found = {each.kind: each.differences for each in await Breaks(database).page()}
    assert [(its.field, its.ours, its.theirs) for its in found["reference_differs"]] == [  # type: ignore[index]
        ("counterparty", BILLER, "200027"), ("customer_reference", short(payment.request.customer_reference), short("77")),
    ]  # fmt: skip
    assert [(its.field, its.ours, its.theirs) for its in found["fee_differs"]] == [("fee", "0.30", "0.00")]  # type: ignore[index]


async def test_a_rejected_payment_that_a_bank_booked_is_of_another_status(database: Database) -> None:
    command = order(1_000)
    await write_batch(database, [command], START)
    await write_batch(database, [Conclude(command.payment.payment_id, Refused(Reason.OTHER), START, "biller", START)], START)
    book = Book(BANK)
    book.days[DAY] = [cells(command.payment, BANK, fee=False)]
    found = await hand_in_and_reconcile(database, [book])
    assert found == Counter([(BANK, "status_differs", str(command.payment.payment_id))])


async def test_how_far_a_payment_is_carried_and_how_much_may_be_off_is_data(database: Database) -> None:
    exact, near, shifted = await paid(database, 3)
    book = Book(BANK)
    book.days[DAY] = [cells(exact, BANK, fee=False), cells(near, BANK, fee=False)]
    book.days[DAY][1]["amount"] = one_unit_more(book.days[DAY][1]["amount"])
    book.days[DAY + timedelta(days=2)] = [cells(shifted, BANK, fee=False)]
    async with database.transaction() as connection:
        await statement_rules.append(connection, BANK, MatchingRule(carry_forward_days=1, tolerance_minor=1), None, START, "test")
    found = await hand_in_and_reconcile(database, [book])
    assert found == Counter([
        (BANK, "missing_at_bank", str(shifted.payment_id)), (BANK, "date_differs", str(shifted.payment_id)),
    ])  # fmt: skip
    async with database.transaction() as connection:
        await statement_rules.append(connection, BANK, MatchingRule(2, 0), None, START + timedelta(seconds=1), "test")
    for day in book.days:
        await Reconcile(FixedClock(), database)(day)
    still_open = {(each.kind, each.payment_id, each.business_date) for each in await Breaks(database).page() if each.state == "open"}
    assert still_open == {("amount_differs", near.payment_id, DAY), ("date_differs", shifted.payment_id, DAY)}


async def test_a_second_booking_that_was_taken_back_is_no_duplicate(database: Database) -> None:
    (payment,) = await paid(database, 1)
    line = cells(payment, BANK, fee=False)
    book = Book(BANK)
    book.days[DAY] = [line, line, line | {"state": "reversed"}]
    assert await hand_in_and_reconcile(database, [book]) == Counter()


async def test_what_did_not_change_is_not_compared_again(database: Database) -> None:
    payments = await paid(database, 3)
    book = Book(BANK)
    book.days[DAY] = [cells(payment, BANK, fee=False) for payment in payments]
    await hand_in_and_reconcile(database, [book])
    later = FixedClock(START + timedelta(hours=1))
    await Reconcile(later, database)(DAY)
    assert await compared_at(database) == {BANK: START, BILLER: START}
    (more,) = await paid(database, 1)
    (bank, _) = await Reconcile(later, database)(DAY)
    assert (bank.matched, bank.breaks_by_kind) == (3, {"missing_at_bank": 1})
    assert await compared_at(database) == {BANK: later.now(), BILLER: later.now()}
    assert replace(book, days={DAY: [*book.days[DAY], cells(more, BANK, fee=False)]}).content(DAY)


async def compared_at(database: Database) -> dict[str, object]:
    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT participant_code, reconciled_at FROM reconciled_side"))).all()
    return {row.participant_code: row.reconciled_at for row in rows}
