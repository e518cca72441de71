"""Admission: what a batch of commands does to the books. Pure; a batch gives exactly what its commands one by one give.

The posting lane locks and reads what the commands touch (`Books`), calls `admit_batch`, and writes the `Changes`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from switch.domain.advices import payment_advice
from switch.domain.bills import Bill, BillKey, PresentedBill
from switch.domain.books import Books, Changes, KeyOf, KeyRecord, Move
from switch.domain.errors import BillUnknown, NoOpenWindow, Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId
from switch.domain.ledger import payment_completed
from switch.domain.messages import NOT_KEPT, OrderMessage, answer_note
from switch.domain.outcomes import Accepted, Outcome, Refused, Unknown
from switch.domain.payments import Payment, PaymentEvent, PaymentState
from switch.domain.stand_in import StandInRule
from switch.domain.values import changed, value

# --- commands --------------------------------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Reserve:
    """Claim the key, claim the bill, hold under the cap. `accept_as`: nobody to ask, so completed in the same breath."""

    payment: Payment
    presented: PresentedBill | None = None
    presented_at: datetime | None = None
    accept_as: Accepted | None = None
    stand_in: StandInRule | None = None
    """Given where its biller would have to be asked, and is known to be out."""
    message: OrderMessage = NOT_KEPT

    @property
    def bill_key(self) -> BillKey | None:
        request = self.payment.request
        if request.bill_number is None:
            return None
        return BillKey(request.service, request.customer_reference, request.bill_number)


@value(frozen=True, slots=True)
class RecordRefusal:
    """A refusal before anything was held is an answer under the key, too: a late retry must not pay."""

    bank: ParticipantCode
    idempotency_key: IdempotencyKey
    request_digest: bytes
    refusal: Refusal


@value(frozen=True, slots=True)
class Conclude:
    """What the biller's answer makes of a live payment. `next_attempt_at` counts only where the answer is Unknown."""

    payment_id: PaymentId
    outcome: Outcome
    at: datetime
    by: str
    next_attempt_at: datetime
    alone_until: datetime | None = None
    """Given where the outcome is ours, because nobody was asked: it holds only while the payment's own next attempt is still this one,
    since a resolver that was given the payment meanwhile may have asked."""


Command = Reserve | RecordRefusal | Conclude

# --- decisions -------------------------------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Stands:
    """The payment as it stands after the command. `replayed`: the key was known and nothing was done."""

    payment: Payment
    replayed: bool = False


@value(frozen=True, slots=True)
class RefusedUnderKey:
    refusal: Refusal
    replayed: bool = False


@value(frozen=True, slots=True)
class KeyConflict:
    """The key was used before, with other content."""


@value(frozen=True, slots=True)
class Contradicted:
    """An answer after finality that says otherwise: kept in the history, money untouched (I8)."""

    payment: Payment


@value(frozen=True, slots=True)
class Absent:
    """There is no such payment."""


Decision = Stands | RefusedUnderKey | KeyConflict | Contradicted | Absent


def admit_batch(commands: Sequence[Command], books: Books) -> tuple[list[Decision], Changes]:
    """Decide the commands in their order. `books` is used up."""
    changes = Changes()
    return [_admit(command, books, changes) for command in commands], changes


def _admit(command: Command, books: Books, changes: Changes) -> Decision:
    match command:
        case Reserve():
            return _reserve(command, books, changes)
        case RecordRefusal():
            return _record_refusal(command, books, changes)
        case Conclude():
            return _conclude(command, books, changes)
        case _:
            assert_never(command)


def _reserve(command: Reserve, books: Books, changes: Changes) -> Decision:
    payment = command.payment
    request = payment.request
    key = KeyOf(request.bank, request.idempotency_key)
    if (known := books.keys.get(key)) is not None:
        return _replay(known, payment.request_digest, books)
    try:
        bill = _claimed_bill(command, books)
        stood_in = None
        if command.stand_in is not None:
            stood_in = command.stand_in.with_one_more(books.stand_ins.get(request.service, 0), request.amount)
        owner = (request.bank, request.amount.currency)
        position = books.positions[owner].hold(payment.hold_minor)
        if (window := books.windows.get(request.amount.currency)) is None:
            raise NoOpenWindow(currency=request.amount.currency)
    except Refusal as refusal:
        return _refuse(key, payment.request_digest, refusal, books, changes)
    books.positions[owner] = changes.positions[owner] = position
    if bill is not None:
        books.bills[bill.key] = changes.bills[bill.key] = bill
    if stood_in is not None:
        books.stand_ins[request.service] = changes.stand_ins[request.service] = stood_in
    payment = changed(payment, business_date=window.business_date, events=1)
    _record(payment, None, payment.reserved_at, request.bank, command.message.note, changes)
    if command.message.content:
        changes.messages[payment.payment_id] = command.message.content
    books.payments[payment.payment_id] = changes.reserved[payment.payment_id] = payment
    books.keys[key] = changes.keys[key] = KeyRecord(payment.request_digest, payment.payment_id, None)
    if command.accept_as is not None:
        return Stands(_complete(payment, command.accept_as, payment.reserved_at, "switch", books, changes, advise=True))
    return Stands(payment)


def _record_refusal(command: RecordRefusal, books: Books, changes: Changes) -> Decision:
    key = KeyOf(command.bank, command.idempotency_key)
    if (known := books.keys.get(key)) is not None:
        return _replay(known, command.request_digest, books)
    return _refuse(key, command.request_digest, command.refusal, books, changes)


def _conclude(command: Conclude, books: Books, changes: Changes) -> Decision:
    payment = books.payments.get(command.payment_id)
    if payment is None:
        return Absent()
    changes.exchanges += [(payment.payment_id, exchange) for exchange in command.outcome.heard]
    if command.alone_until is not None and payment.next_attempt_at != command.alone_until:
        command = changed(command, outcome=Unknown("somebody else has taken it over"))
    if not payment.live:
        return _after_finality(payment, command, books, changes)
    match command.outcome:
        case Accepted():
            return Stands(_complete(payment, command.outcome, command.at, command.by, books, changes, advise=False))
        case Refused():
            return Stands(_reject(payment, command.outcome, command, books, changes))
        case Unknown(why=why):
            doubtful = payment.in_doubt(command.next_attempt_at)
            if payment.state is not PaymentState.IN_DOUBT:
                _record(doubtful, payment.state, command.at, command.by, why, changes)
            _keep(payment, doubtful, books, changes)
            return Stands(doubtful)
        case _:
            assert_never(command.outcome)


# --- the steps, in the order in which they are used ------------------------------------------------------------------


def _replay(known: KeyRecord, request_digest: bytes, books: Books) -> Decision:
    if known.request_digest != request_digest:
        return KeyConflict()
    if known.refusal is not None:
        return RefusedUnderKey(known.refusal, replayed=True)
    assert known.payment_id is not None
    if (archived := books.archived.get(known.payment_id)) is not None and known.payment_id not in books.payments:
        return RefusedUnderKey(archived.refusal(), replayed=True)
    return Stands(books.payments[known.payment_id], replayed=True)


def _claimed_bill(command: Reserve, books: Books) -> Bill | None:
    key = command.bill_key
    if key is None:
        return None
    bill = books.bills.get(key)
    if command.presented is not None and command.presented_at is not None:
        shown = command.presented
        if bill is None:
            bill = Bill(key, shown.due, shown.rule, uploaded=False, issued_on=shown.issued_on, due_on=shown.due_on)
        elif not bill.uploaded:
            bill = bill.refreshed(shown, command.presented_at)
    if bill is None:
        raise BillUnknown()
    return bill.claim(command.payment.request.amount)


def _refuse(key: KeyOf, request_digest: bytes, refusal: Refusal, books: Books, changes: Changes) -> Decision:
    books.keys[key] = changes.keys[key] = KeyRecord(request_digest, None, refusal)
    return RefusedUnderKey(refusal)


def _complete(payment: Payment, outcome: Accepted, at: datetime, by: str, books: Books, changes: Changes, *, advise: bool) -> Payment:
    amount = payment.request.amount
    window = books.windows[amount.currency]
    done = payment.completed(outcome, window.window_id, window.business_date, at)
    owner = (payment.request.bank, amount.currency)
    books.positions[owner] = changes.positions[owner] = books.positions[owner].post(payment.hold_minor)
    if (bill := _bill_of(payment, books)) is not None:
        books.bills[bill.key] = changes.bills[bill.key] = bill.settle(amount, at)
    stood_in = "" if payment.stand_in is None else "stood in for its biller"
    _record(done, payment.state, at, by, "; ".join(filter(None, (stood_in, answer_note(outcome.heard)))), changes)
    _keep(payment, done, books, changes)
    changes.entries.append(payment_completed(done, window.window_id, window.business_date, at))
    if advise:
        changes.advices.append(payment_advice(done, at))
    return done


def _reject(payment: Payment, outcome: Refused, command: Conclude, books: Books, changes: Changes) -> Payment:
    done = payment.rejected(outcome, command.at)
    owner = (payment.request.bank, payment.request.amount.currency)
    books.positions[owner] = changes.positions[owner] = books.positions[owner].void(payment.hold_minor)
    if (bill := _bill_of(payment, books)) is not None:
        books.bills[bill.key] = changes.bills[bill.key] = bill.release(payment.request.amount)
    note = "; ".join(filter(None, (outcome.reason, answer_note(outcome.heard))))
    _record(done, payment.state, command.at, command.by, note, changes)
    _keep(payment, done, books, changes)
    return done


def _record(payment: Payment, from_state: PaymentState | None, at: datetime, by: str, note: str, changes: Changes) -> None:
    """The last line of its history; where its state has changed, those who listen are told."""
    changes.events.append(PaymentEvent(payment.payment_id, payment.events, at, from_state, payment.state, by, note))
    if payment.state is not from_state:
        changes.moves.append(Move(payment, at))


def _keep(before: Payment, after: Payment, books: Books, changes: Changes) -> None:
    books.payments[before.payment_id] = after
    written = changes.reserved if before.payment_id in changes.reserved else changes.concluded
    written[before.payment_id] = after


def _bill_of(payment: Payment, books: Books) -> Bill | None:
    request = payment.request
    if request.bill_number is None:
        return None
    return books.bills[BillKey(request.service, request.customer_reference, request.bill_number)]


def _after_finality(payment: Payment, command: Conclude, books: Books, changes: Changes) -> Decision:
    same = (
        isinstance(command.outcome, Unknown)
        or (isinstance(command.outcome, Accepted) and payment.state in (PaymentState.COMPLETED, PaymentState.REVERSED))
        or (isinstance(command.outcome, Refused) and payment.state is PaymentState.REJECTED)
    )
    if same:
        return Stands(payment, replayed=True)
    said = f"late answer: {type(command.outcome).__name__.lower()}"
    note = "; ".join(filter(None, (said, answer_note(command.outcome.heard))))
    noted = payment.noted()
    _record(noted, payment.state, command.at, command.by, note, changes)
    _keep(payment, noted, books, changes)
    return Contradicted(noted)
