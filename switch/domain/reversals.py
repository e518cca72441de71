"""A reversal: a completed payment, or a part of it, taken back by its bank; agreed by its biller, or by the switch where that is let.

Of a payment that is taken back part by part each part is a reversal of its own; only when nothing is left is the payment REVERSED.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never

from switch.domain.adjustments import Rerated, undone
from switch.domain.advices import reversal_advice
from switch.domain.bills import Bill
from switch.domain.books import Changes, Declined, Move, OpenWindow
from switch.domain.catalogue import RefundFees, RefundRule, ReversalRule, Service
from switch.domain.errors import CurrencyUnsupported
from switch.domain.fees import NO_FEES, Fees
from switch.domain.identifiers import (
    IdempotencyKey,
    ParticipantCode,
    PaymentId,
    ReversalId,
    WindowId,
    bucket_of,
)
from switch.domain.ledger import payment_reversed
from switch.domain.messages import OrderMessage, answer_note
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment, PaymentEvent, PaymentState
from switch.domain.positions import Position
from switch.domain.reversal_errors import (
    PartsNotAllowed,
    PaymentAlreadyReversed,
    PaymentNotCompleted,
    RefundTooLarge,
    ReversalNotAllowed,
    ReversalTooLate,
    ReversalUnderWay,
)
from switch.domain.stand_in import StandInState


class ReversalState(StrEnum):
    ASKED = "ASKED"
    """The biller is being asked."""
    IN_DOUBT = "IN_DOUBT"
    """Its answer is not known: it is asked again, for the same reversal, until it is."""
    AGREED = "AGREED"
    REFUSED = "REFUSED"


class ReversalReason(StrEnum):
    CUSTOMER_REQUEST = "customer_request"
    DUPLICATE = "duplicate"
    WRONG_BILL = "wrong_bill"
    WRONG_AMOUNT = "wrong_amount"
    PAYER_NOT_DEBITED = "payer_not_debited"
    FRAUD = "fraud"
    OTHER = "other"


GRACE_SECONDS = 5
"""After the biller's deadline, before the resolver takes over one that is still ASKED."""
LIVE = frozenset({ReversalState.ASKED, ReversalState.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """What a bank asked for, under a key of its own."""

    bank: ParticipantCode
    idempotency_key: IdempotencyKey
    payment_id: PaymentId
    reason: ReversalReason
    bank_reference: str | None = None
    amount: Money | None = None
    """How much of the payment's amount; None: all that is left of it."""

    def digest(self) -> bytes:
        """SHA-256 of the content; no payment's content has the same."""
        part = None if self.amount is None else [self.amount.minor, self.amount.currency]
        content = ("reversal", self.bank, self.idempotency_key, str(self.payment_id), self.reason, self.bank_reference, part)
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True, slots=True)
class Reversal:
    """`certain_by` is when the outcome is certain at the latest; `next_attempt_at` when the biller is asked (again)."""

    reversal_id: ReversalId
    request: ReversalRequest
    state: ReversalState
    amount: Money
    """What is taken back of the payment's amount, and with it of its fees."""
    fees: Fees
    asked_at: datetime
    certain_by: datetime
    next_attempt_at: datetime
    attempts: int = 0
    refused_because: Reason | None = None
    response_code: str | None = None
    biller_reference: str | None = None
    window_id: WindowId | None = None
    """The one that was open when it was agreed; there it counts."""
    business_date: date | None = None
    concluded_at: datetime | None = None

    @property
    def bucket(self) -> int:
        return bucket_of(self.reversal_id)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def given_back_minor(self) -> int:
        """What the payer bank gets back: the amount and what of the fee the payer bore."""
        return self.amount.minor + self.fees.payer

    def is_part_of(self, payment: Payment) -> bool:
        return self.amount != payment.request.amount


@dataclass(frozen=True, slots=True)
class Returned:
    """What a reversal gives back is taken from these, which its transaction has locked."""

    bill: Bill | None
    position: Position
    window: OpenWindow
    rerated: Rerated | None = None
    """Where the payment was."""


def asked(
    request: ReversalRequest, reversal_id: ReversalId, payment: Payment, earlier: Sequence[Reversal], service: Service, now: datetime
) -> Reversal:
    """`earlier` are those that are live or agreed, in their order. Raises why the payment cannot be reversed."""
    if live := [reversal for reversal in earlier if reversal.live]:
        raise ReversalUnderWay(reversal=str(live[0].reversal_id))
    if payment.state is PaymentState.REVERSED:
        raise PaymentAlreadyReversed(reversal=str(earlier[-1].reversal_id) if earlier else "")
    if payment.state is not PaymentState.COMPLETED or payment.concluded_at is None:
        raise PaymentNotCompleted(state=payment.state)
    if payment.stand_in is not StandInState.REFUSED:
        _require_in_time(payment.concluded_at, service, now)
    amount = _amount_back(request, payment, service)
    return Reversal(
        reversal_id=reversal_id,
        request=request,
        state=ReversalState.ASKED,
        amount=amount,
        fees=fees_back(payment, earlier, amount, service.refund_fees),
        asked_at=now,
        certain_by=now + timedelta(seconds=service.certain_seconds),
        next_attempt_at=now + timedelta(seconds=service.answer_seconds + GRACE_SECONDS),
    )


def not_before(at: datetime, payment: Payment, earlier: Sequence[Reversal]) -> datetime:
    """What waited for another reversal of the payment happened after it, whenever it came in and whatever the clock says."""
    moments = (payment.concluded_at, *(moment for its in earlier for moment in (its.asked_at, its.concluded_at)))
    return max([at, *(moment + timedelta(microseconds=1) for moment in moments if moment is not None)])


def agreed_at_once(payment: Payment, service: Service) -> bool:
    """Nobody is asked: the biller is told, or has refused the payment already, and then it has nothing to take back."""
    return service.reversal is ReversalRule.TOLD or payment.stand_in is StandInState.REFUSED


def _require_in_time(completed_at: datetime, service: Service, now: datetime) -> None:
    if service.reversal is ReversalRule.NEVER:
        raise ReversalNotAllowed(service=service.code)
    until = completed_at + timedelta(seconds=service.reversal_seconds)
    if now >= until:
        raise ReversalTooLate(until=f"{until:%Y-%m-%dT%H:%M:%SZ}")


def _amount_back(request: ReversalRequest, payment: Payment, service: Service) -> Money:
    left, wanted = payment.left, request.amount or payment.left
    if wanted.currency != left.currency:
        raise CurrencyUnsupported(currency=wanted.currency)
    if wanted > left:
        raise RefundTooLarge(left=left.text(), currency=left.currency)
    if wanted != payment.request.amount and service.refunds is RefundRule.WHOLE:
        raise PartsNotAllowed(service=service.code)
    return wanted


def fees_back(payment: Payment, earlier: Sequence[Reversal], amount: Money, rule: RefundFees) -> Fees:
    """All that is left of them with the rest of the amount; with a part by the rule.

    Where they are shared, what was given back of the fee is, after each part, the part of it that the amount taken back is of the whole
    amount, rounded down: many small parts give back as much as one large one.
    """
    left = payment.fees
    for reversal in earlier:
        left = left.less(reversal.fees)
    if amount == payment.left:
        return left
    if rule is RefundFees.KEPT:
        return NO_FEES
    due = payment.fees.total * (payment.refunded + amount.minor) // payment.request.amount.minor
    return left.part(max(due - (payment.fees.total - left.total), 0))


def note_asked(reversal: Reversal, payment: Payment, message: OrderMessage, changes: Changes) -> Payment:
    """The payment with one more line in its history."""
    if message.content:
        changes.messages[reversal.reversal_id] = message.content
    part = f" of {reversal.amount}" if reversal.is_part_of(payment) else ""
    told = f"reversal asked{part}: {reversal.request.reason}"
    return _noted(payment, _note(told, message.note), reversal.asked_at, reversal.request.bank, changes)


def concluded(
    reversal: Reversal, payment: Payment, outcome: Outcome, returned: Returned, again_at: datetime, at: datetime, by: str
) -> tuple[Reversal, Changes]:
    """What the answer makes of a live reversal, and of the books. `again_at` counts only where the answer is Unknown."""
    changes = Changes()
    match outcome:
        case Accepted(biller_reference=biller_reference, heard=heard):
            window = returned.window
            done = replace(
                reversal, state=ReversalState.AGREED, biller_reference=biller_reference or None, window_id=window.window_id,
                business_date=window.business_date, concluded_at=at,
            )  # fmt: skip
            _give_back(done, payment, returned, at, by, answer_note(heard), changes)
            return done, changes
        case Refused(reason=reason, response_code=response_code, heard=heard):
            noted = _noted(payment, _note(f"reversal refused: {reason}", answer_note(heard)), at, by, changes)
            changes.declined.append(Declined(noted, at, reason, response_code, reversal.reversal_id))
            return replace(
                reversal, state=ReversalState.REFUSED, refused_because=reason, response_code=response_code or None, concluded_at=at
            ), changes
        case Unknown(why=why):
            if reversal.state is ReversalState.ASKED:
                _noted(payment, f"reversal in doubt: {why}", at, by, changes)
            return replace(reversal, state=ReversalState.IN_DOUBT, attempts=reversal.attempts + 1, next_attempt_at=again_at), changes
        case _:
            assert_never(outcome)


def late_answer(reversal: Reversal, payment: Payment, outcome: Outcome, at: datetime, by: str, changes: Changes) -> Payment:
    """An answer to one that is final: noted where it says otherwise."""
    agreed = reversal.state is ReversalState.AGREED
    if isinstance(outcome, Unknown) or isinstance(outcome, Accepted) is agreed:
        return payment
    said = "agreed" if isinstance(outcome, Accepted) else "refused"
    return _noted(payment, _note(f"late answer: reversal {said}, it is {reversal.state}", answer_note(outcome.heard)), at, by, changes)


def tell_biller(reversal: Reversal, payment: Payment, changes: Changes) -> None:
    """Where it was not asked it must be told, unless it has refused the payment."""
    if payment.stand_in is StandInState.REFUSED:
        return
    assert reversal.business_date is not None
    changes.advices.append(reversal_advice(reversal.reversal_id, payment, reversal.amount, reversal.business_date, reversal.asked_at))


def _give_back(reversal: Reversal, payment: Payment, returned: Returned, at: datetime, by: str, answer: str, changes: Changes) -> None:
    """A bill of which a part is taken back stays paid; after the whole it is due again."""
    done = payment.taken_back(reversal.amount.minor)
    window = returned.window
    note = _note(f"{reversal.amount} taken back" if reversal.is_part_of(payment) else "", answer)
    changes.concluded[payment.payment_id] = done
    changes.events.append(PaymentEvent(payment.payment_id, done.events, at, payment.state, done.state, by, note))
    changes.moves.append(Move(done, at))
    changes.entries.append(
        payment_reversed(payment, reversal.reversal_id, reversal.amount, reversal.fees, window.window_id, window.business_date, at)
    )
    if returned.bill is not None and done.state is PaymentState.REVERSED:
        changes.bills[returned.bill.key] = returned.bill.reopened(payment.request.amount, at)
    given_back = reversal.given_back_minor
    if returned.rerated is not None:
        back = returned.rerated.given_back(reversal.fees, reversal.amount.minor, payment.left.minor)
        if not back.nothing:
            undo = undone(payment, back, returned.rerated.rerating, window.window_id, window.business_date, at, by)
            changes.adjustments.append(undo)
            changes.entries.append(undo.entry())
            given_back -= undo.payer_fee
    owner = (payment.request.bank, payment.request.amount.currency)
    changes.positions[owner] = returned.position.given_back(given_back)


def _note(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _noted(payment: Payment, note: str, at: datetime, by: str, changes: Changes) -> Payment:
    noted = payment.noted()
    changes.concluded[payment.payment_id] = noted
    changes.events.append(PaymentEvent(payment.payment_id, noted.events, at, payment.state, payment.state, by, note))
    return noted
