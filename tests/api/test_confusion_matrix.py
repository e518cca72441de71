"""The confusion matrix over the API, in every layout: of known numbers of every disagreement exactly those are found, and nothing else."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from switch.domain.admission import Conclude, Stands
from switch.domain.catalogue import RefundRule
from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.outcomes import Accepted, Reason, Refused
from switch.domain.payments import Payment
from switch.domain.reconciliation import MatchingRule
from switch.domain.statement_mapping import mapping_of
from switch.posting.batch import write_batch
from switch.store.database import Database, connect
from tests.api.line import BANK, BILLER, ONLINE, OTHER_BANK, Line
from tests.planted import (
    AFTER,
    AMOUNT,
    BEFORE,
    DAY,
    PLANTS,
    SAME,
    STATUS,
    SWAPS,
    SWAPS_WITHOUT_IDS,
    TWICE,
    Expected,
    InStatements,
    Plant,
    back,
    more,
    swapped,
)
from tests.planted_files import LAYOUTS, Entry, Head, Layout
from tests.seeded import START, order

DAYS = (BEFORE, DAY, AFTER)
STRANGER = "019ab000-0000-7000-8000-00000000abcd"
FEES = Fees(payer=30, biller=20, switch=30, bank=10, central_bank=5, tax=5)
Found = Counter[tuple[str, str, str, str | None]]
"""Participant, kind, business date, payment where its line names one."""


class Books:
    """What the bank and the biller will hand in, and what is to be found in it."""

    def __init__(self, layout: Layout, chance: random.Random) -> None:
        self.layout, self.chance, self.planted = layout, chance, Found()
        self.names: dict[str, str] = {}
        self.days: dict[str, dict[date, list[Entry]]] = {owner: {day: [] for day in DAYS} for owner in (BANK, BILLER)}

    def write(self, owner: str, stands: InStatements) -> None:
        for day, entry in stands:
            self.days[owner][day].append(entry)

    def right(self, payment: Payment, *owners: str) -> None:
        for owner in owners or (BANK, BILLER):
            if owner in (BILLER, payment.request.bank):
                self.write(owner, [(DAY, entry(payment, owner))])

    def expect(self, owner: str, payment_id: str | None, expected: Expected) -> None:
        for kind, day in expected:
            self.planted[owner, kind.format(side=_side(owner)), str(day), payment_id] += 1

    def plant(self, payment: Payment, owner: str, plant: Plant) -> None:
        self.names[str(payment.payment_id)] = plant.name
        self.right(payment, BILLER if owner == BANK else BANK)
        self.write(owner, plant.write(entry(payment, owner)))
        self.expect(owner, str(payment.payment_id), plant.expected)

    def told(self, found: Found) -> list[str]:
        return sorted(f"{self.names.get(one[3] or '', '')}: {' '.join(map(str, one))}" for one in found.elements())

    async def hand_in(self, line: Line) -> None:
        for owner, days in self.days.items():
            for day, entries in days.items():
                self.chance.shuffle(entries) if day != DAY else None
                content = self.layout.write(Head(owner, _side(owner), day), entries)
                url = f"/v1/statements?layout={self.layout.name}&business_date={day}"
                taken = await line.of(ParticipantCode(owner)).post(url, content=content, headers={"Content-Type": self.layout.media_type})
                assert taken.status_code == 201, taken.text


def entry(payment: Payment, owner: str) -> Entry:
    at_bank, asked = owner == BANK, payment.request
    own = asked.bank_reference if at_bank else payment.biller_reference or ""
    fee = payment.fees.payer if at_bank else payment.fees.biller
    counterparty = payment.biller if at_bank else asked.bank
    return Entry(str(payment.payment_id), own, counterparty, asked.customer_reference, asked.amount.minor, DAY, fee=fee)


def _side(owner: str) -> str:
    return "biller" if owner == BILLER else "bank"


async def paid(database: Database, count: int, bank: ParticipantCode = BANK) -> list[Payment]:
    """Some of customers whose reference is in Arabic; no two amounts the same."""
    made = [
        order(
            10_000 + 7 * number, bank=bank, fees=FEES, key=f"{bank}{number:04d}",
            reference=f"إشتراك 10{number:04d}" if number % 5 == 0 else f"10{number:06d}",
        )
        for number in range(count)
    ]  # fmt: skip
    await write_batch(database, made, START)
    concluded = [
        Conclude(each.payment.payment_id, Accepted(f"B{bank}{number:04d}"), START, "biller", START) for number, each in enumerate(made)
    ]
    decisions = await write_batch(database, concluded, START)
    return [decision.payment for decision in decisions if isinstance(decision, Stands)]


async def rejected(database: Database) -> Payment:
    command = order(10_001)
    await write_batch(database, [command], START)
    (decision,) = await write_batch(database, [Conclude(command.payment.payment_id, Refused(Reason.OTHER), START, "biller", START)], START)
    assert isinstance(decision, Stands)
    return decision.payment


async def take_back(line: Line, payment: Payment, *amounts: str | None) -> None:
    """In parts, or wholly."""
    for number, amount in enumerate(amounts):
        asked = {"reason": "wrong_amount"} | ({} if amount is None else {"amount": {"amount": amount, "currency": "SYP"}})
        key = {"Idempotency-Key": f"back-{payment.payment_id}-{number}"}
        done = await line.bank.post(f"/v1/payments/{payment.payment_id}/reversals", json=asked, headers=key)
        assert done.status_code in (200, 201), done.text


async def what_was_taken_back(line: Line, books: Books, payments: Iterator[Payment]) -> None:
    """Wholly or in parts, and how each side has booked it: right, and wrong."""
    known = line.switch.directory.current().service(ServiceCode(ONLINE))
    await line.switch.offer_service(replace(known, refunds=RefundRule.PARTS), by="test")
    wholly: list[tuple[Callable[[Entry], InStatements], Expected]] = [
        (lambda its: [(DAY, its), (DAY, back(its))], []),
        (lambda its: [(DAY, back(its))], []),
        (lambda _: [], []),
        (lambda its: [(DAY, its)], [STATUS]),
    ]
    parts: list[tuple[Callable[[Entry], InStatements], Expected]] = [
        (lambda its: [(DAY, its), (DAY, part(its, 1_000)), (DAY, part(its, 500))], []),
        (lambda its: [(DAY, its), (DAY, part(its, 1_500))], []),
        (lambda its: [(DAY, its), (DAY, part(its, 1_000))], [STATUS]),
        (lambda its: [(DAY, its), (DAY, part(its, 1_000)), (DAY, part(its, 500)), (DAY, part(its, 500))], [STATUS]),
        (lambda its: [(DAY, more(its)), (DAY, part(its, 1_500))], [AMOUNT]),
        (lambda its: [(DAY, its), (DAY, its), (DAY, part(its, 1_500))], [TWICE]),
        (lambda its: [(DAY, part(its, 1_500))], [("missing_at_{side}", DAY)]),
    ]
    for amounts, written in (((None,), wholly), (("10.00", "5.00"), parts)):
        for owner in (BANK, BILLER):
            for write, expected in written:
                payment = next(payments)
                await take_back(line, payment, *amounts)
                other = BILLER if owner == BANK else BANK
                books.write(other, written[0][0](entry(payment, other)))
                books.write(owner, write(entry(payment, owner)))
                books.expect(owner, str(payment.payment_id), expected)


def part(its: Entry, minor: int) -> Entry:
    return replace(its, minor=minor, taken_back=True)


async def plant(line: Line, database: Database, books: Books) -> None:
    layout = books.layout
    able = {"": True} | {need: getattr(layout, need) for need in ("counterparty", "fee", "currency", "eastern", "ids")}
    sides = (BANK, BILLER)
    plants = [each for each in (*PLANTS, *SAME) if able[each.needs]]
    payments, others = await paid(database, 2 * len(plants) + 4 * len(SWAPS) + 40), await paid(database, 5, OTHER_BANK)
    books.chance.shuffle(payments)
    waiting = iter(payments)
    for owner in sides:
        for each in plants:
            books.plant(next(waiting), owner, each)
        for field, expected in SWAPS if layout.ids else SWAPS_WITHOUT_IDS:
            pair = next(waiting), next(waiting)
            for payment, false in zip(pair, swapped(entry(pair[0], owner), entry(pair[1], owner), field), strict=True):
                books.right(payment, BILLER if owner == BANK else BANK)
                books.write(owner, [(DAY, false)])
                books.expect(owner, str(payment.payment_id), expected)
    if layout.name in ("csv-1", "mt940"):
        await what_was_taken_back(line, books, waiting)
    for payment in [*waiting, *others]:
        books.right(payment)
    made_up = replace(entry(payments[0], BANK), payment_id=STRANGER, own="FT-NONE", customer="77")
    not_theirs = replace(entry(others[0], BANK), own="FT-STOLEN")
    for stray in (made_up, not_theirs):
        books.write(BANK, [(DAY, stray)])
        books.expect(BANK, stray.payment_id if layout.ids else None, [("missing_at_switch", DAY)])
    booked, undone = await rejected(database), await rejected(database)
    books.write(BANK, [(DAY, entry(booked, BANK)), (DAY, entry(undone, BANK)), (DAY, back(entry(undone, BANK)))])
    books.expect(BANK, str(booked.payment_id), [STATUS])


async def found(line: Line) -> Found:
    """As the participants themselves read it, page by page."""
    breaks = Found()
    for owner in (BANK, OTHER_BANK, BILLER):
        cursor = ""
        while cursor is not None:
            page = (await line.of(owner).get(f"/v1/breaks?state=open&limit=100{cursor and f'&cursor={cursor}'}")).json()
            breaks.update((owner, its["kind"], its["business_date"], its["payment_id"]) for its in page["items"])
            cursor = page["next_cursor"]
    return breaks


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.write.__name__)
async def test_exactly_what_was_planted_is_found(line: Line, furnished_url: str, layout: Layout) -> None:
    books = Books(layout, random.Random(f"breaks {layout.name}"))
    database = connect(furnished_url)
    await plant(line, database, books)
    await database.close()
    for owner in (BANK, BILLER):
        participant = line.switch.directory.current().participant(owner)
        mapping = mapping_of(layout.mapping) if layout.mapping is not None else None
        await line.switch.set_statement_rule(participant, MatchingRule(), mapping, by="test")
    await books.hand_in(line)

    for day in DAYS:
        await line.switch.reconcile(day)

    assert books.told(await found(line) - books.planted) == [], "found, and not planted"
    assert books.told(books.planted - await found(line)) == [], "planted, and not found"
    verified = await line.switch.verification()
    assert [each for each in verified.findings if each.where.startswith(("break", "statement"))] == []
