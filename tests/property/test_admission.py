"""A batch gives exactly what its commands one by one would give, and both agree with an independent model of the books."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from switch.domain.admission import (
    Command,
    Conclude,
    Contradicted,
    Decision,
    KeyConflict,
    RefusedUnderKey,
    Reserve,
    Stands,
    admit_batch,
)
from switch.domain.bills import Bill, BillKey
from switch.domain.books import Books, Changes, KeyOf, OpenWindow
from switch.domain.catalogue import AmountRuleKind
from switch.domain.fees import Fees
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ServiceCode, WindowId, bucketed_id
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.domain.positions import Position

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
BANKS = [ParticipantCode("100010"), ParticipantCode("100028")]
BILLER, SERVICE = ParticipantCode("200019"), ServiceCode("200019011")
CAP = 1_000
BILLS = {"EXACT": (300, AmountRuleKind.EXACT), "PARTS": (400, AmountRuleKind.UP_TO)}


@dataclass(frozen=True)
class Step:
    """What may happen: an order (perhaps of a used key), or an answer to an earlier order."""

    bank: int
    key: int
    minor: int
    fee: int
    bill: str | None
    accept: bool
    answers: int | None
    outcome: str


steps = st.builds(
    Step,
    bank=st.integers(0, 1),
    key=st.integers(0, 5),
    minor=st.sampled_from([100, 150, 200, 300, 400, 700]),
    fee=st.sampled_from([0, 0, 7]),
    bill=st.sampled_from([None, None, "EXACT", "PARTS"]),
    accept=st.booleans(),
    answers=st.one_of(st.none(), st.integers(0, 8)),
    outcome=st.sampled_from(["accepted", "refused", "unknown"]),
)


def commands_of(story: list[Step]) -> list[Command]:
    commands: list[Command] = []
    orders: list[Reserve] = []
    for step in story:
        if step.answers is not None and orders:
            order = orders[step.answers % len(orders)]
            answers: dict[str, Outcome] = {"accepted": Accepted("B"), "refused": Refused(Reason.OTHER), "unknown": Unknown("silence")}
            outcome = answers[step.outcome]
            commands.append(Conclude(order.payment.payment_id, outcome, AT, "biller", AT))
        else:
            orders.append(_order(step))
            commands.append(orders[-1])
    return commands


def _order(step: Step) -> Reserve:
    request = PaymentRequest(
        bank=BANKS[step.bank],
        idempotency_key=IdempotencyKey(f"key-{step.key:04d}"),
        service=SERVICE,
        customer_reference="10000000",
        amount=Money(step.minor, "SYP"),
        bank_reference="FT1",
        channel=Channel.MOBILE,
        method=Method.ACCOUNT,
        bill_number=step.bill,
    )
    payment = Payment(
        payment_id=PaymentId(bucketed_id(7, AT)),
        request=request,
        request_digest=request.digest(),
        biller=BILLER,
        fees=Fees(payer=step.fee, switch=step.fee),
        tariff_id=None,
        state=PaymentState.RESERVED,
        reserved_at=AT,
        certain_by=AT + timedelta(hours=1),
        next_attempt_at=AT,
    )
    return Reserve(payment, accept_as=Accepted() if step.accept else None)


def fresh_books() -> Books:
    bills = [
        Bill(BillKey(SERVICE, "10000000", number), Money(minor, "SYP"), rule, uploaded=True) for number, (minor, rule) in BILLS.items()
    ]
    return Books(
        bills={bill.key: bill for bill in bills},
        positions={(bank, "SYP"): Position(bank, "SYP", CAP) for bank in BANKS},
        windows={"SYP": OpenWindow(WindowId("SYP-20261124-01"), date(2026, 11, 24))},
    )


def told(decision: Decision) -> object:
    """What a caller learns."""
    match decision:
        case Stands(payment=payment, replayed=replayed):
            return payment.payment_id, payment.state, payment.events, replayed
        case RefusedUnderKey(refusal=refusal, replayed=replayed):
            return refusal.code, replayed
        case Contradicted(payment=payment):
            return "contradicted", payment.payment_id, payment.events
        case other:
            return type(other)


@dataclass
class Model:
    """The books, kept in the plainest way by somebody who has never seen the switch."""

    keys: dict[tuple[str, str], tuple[bytes, PaymentId | None]] = field(default_factory=dict)
    live: dict[PaymentId, tuple[str, int, str | None, int]] = field(default_factory=dict)
    final: dict[PaymentId, str] = field(default_factory=dict)
    owed: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    paid: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def reserve(self, command: Reserve) -> str:
        request, total = command.payment.request, command.payment.hold_minor
        key = (request.bank, request.idempotency_key)
        if key in self.keys:
            digest, _ = self.keys[key]
            return "replay" if digest == request.digest() else "conflict"
        if not (self._fits(request.bill_number, request.amount.minor) and self._used(request.bank) + total <= CAP):
            self.keys[key] = (request.digest(), None)
            return "refused"
        self.keys[key] = (request.digest(), command.payment.payment_id)
        self.live[command.payment.payment_id] = (request.bank, total, request.bill_number, request.amount.minor)
        if command.accept_as is not None:
            self.conclude(command.payment.payment_id, "accepted")
        return "new"

    def conclude(self, payment_id: PaymentId, outcome: str) -> None:
        if payment_id not in self.live or outcome == "unknown":
            return
        bank, total, bill, minor = self.live.pop(payment_id)
        self.final[payment_id] = outcome
        if outcome == "accepted":
            self.owed[bank] += total
            if bill is not None:
                self.paid[bill] += minor

    def held(self, bank: str) -> int:
        return sum(total for owner, total, _, _ in self.live.values() if owner == bank)

    def _used(self, bank: str) -> int:
        return self.held(bank) + self.owed[bank]

    def _fits(self, bill: str | None, minor: int) -> bool:
        if bill is None:
            return True
        amount, rule = BILLS[bill]
        taken = self.paid[bill] + sum(part for _, _, number, part in self.live.values() if number == bill)
        return minor == amount and taken == 0 if rule is AmountRuleKind.EXACT else taken + minor <= amount


def apply(books: Books, changes: Changes) -> None:
    books.keys.update(changes.keys)
    books.bills.update(changes.bills)
    books.positions.update(changes.positions)
    books.payments.update(changes.reserved)
    books.payments.update(changes.concluded)


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, min_size=1, max_size=40), st.lists(st.integers(1, 12), min_size=1, max_size=40))
def test_a_batch_gives_what_its_commands_one_by_one_give(story: list[Step], sizes: list[int]) -> None:
    commands = commands_of(story)
    one_by_one, alone = fresh_books(), []
    for command in commands:
        decisions, changes = admit_batch([command], _copy(one_by_one))
        apply(one_by_one, changes)
        alone += decisions
    batched, together, events, entries, begin = fresh_books(), [], 0, 0, 0
    for size in [*sizes, len(commands)]:
        decisions, changes = admit_batch(commands[begin : begin + size], _copy(batched))
        apply(batched, changes)
        together += decisions
        events += len(changes.events)
        entries += len(changes.entries)
        begin += size
    assert [told(decision) for decision in together] == [told(decision) for decision in alone]
    assert batched.positions == one_by_one.positions
    assert batched.bills == one_by_one.bills
    assert batched.payments == one_by_one.payments
    assert events == sum(payment.events for payment in batched.payments.values())
    assert entries == sum(payment.state is PaymentState.COMPLETED for payment in batched.payments.values())


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, min_size=1, max_size=60))
def test_the_books_agree_with_the_model(story: list[Step]) -> None:
    commands, books, model = commands_of(story), fresh_books(), Model()
    decisions, changes = admit_batch(commands, books)
    for command, decision in zip(commands, decisions, strict=True):
        if isinstance(command, Reserve):
            expected = model.reserve(command)
            assert _kind(decision) == expected
        elif isinstance(command, Conclude):
            model.conclude(command.payment_id, {Accepted: "accepted", Refused: "refused", Unknown: "unknown"}[type(command.outcome)])
    for bank in BANKS:
        position = books.positions[bank, "SYP"]
        assert (position.held, position.posted) == (model.held(bank), model.owed[bank])
        assert position.held + position.posted <= CAP
    for number in BILLS:
        assert books.bills[BillKey(SERVICE, "10000000", number)].paid == model.paid[number]
    ledger: defaultdict[str, int] = defaultdict(int)
    for entry in changes.entries:
        assert sum(posting.minor for posting in entry.postings) == 0
        for posting in entry.postings:
            ledger[posting.account] += posting.minor
    for bank in BANKS:
        assert ledger[f"position:{bank}"] == model.owed[bank]
    assert len(changes.advices) == sum(
        payment.state is PaymentState.COMPLETED and payment.biller_reference is None for payment in books.payments.values()
    )


def _kind(decision: Decision) -> str:
    match decision:
        case Stands(replayed=True) | RefusedUnderKey(replayed=True):
            return "replay"
        case Stands():
            return "new"
        case RefusedUnderKey():
            return "refused"
        case KeyConflict():
            return "conflict"
        case other:
            return type(other).__name__


def _copy(books: Books) -> Books:
    return replace(books, keys=dict(books.keys), payments=dict(books.payments), bills=dict(books.bills), positions=dict(books.positions))


def test_a_key_stands_for_the_bank_that_used_it() -> None:
    story = [Step(0, 1, 100, 0, None, True, None, ""), Step(1, 1, 100, 0, None, True, None, "")]
    decisions, changes = admit_batch(commands_of(story), fresh_books())
    assert [_kind(decision) for decision in decisions] == ["new", "new"]
    assert set(changes.keys) == {KeyOf(bank, IdempotencyKey("key-0001")) for bank in BANKS}
