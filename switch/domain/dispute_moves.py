"""Moves of disputes: who may do what in which state. Each returns the dispute after it and one line of history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from switch.domain import dispute_errors as errors
from switch.domain.dispute_standing import (
    Clock,
    Done,
    agreed_amount,
    become_accepted,
    become_closed,
    become_escalated,
    become_rejected,
    noted,
    remedy_facts,
)
from switch.domain.dispute_terms import RULES, DisputeReason, DisputeTerm, Party, Remedy
from switch.domain.dispute_words import MOVE_WORDS, NOBODY, PARTY_WORDS, STATE_WORDS
from switch.domain.disputes import (
    CONTACT_CHARACTERS,
    MOST_EVENTS,
    MOST_EXTENSION_HOURS,
    MOST_HAND_OVERS,
    MOST_OF_PAYMENT,
    Actor,
    Dispute,
    DisputeAttachment,
    DisputeEvent,
    DisputeEventKind,
    DisputeOrder,
    DisputeOutcome,
    DisputeState,
    given_text,
    most_claimed,
)
from switch.domain.identifiers import DisputeId
from switch.domain.money import Money
from switch.domain.payments import Payment
from switch.domain.texts import require_plain

_STATE, _KIND = DisputeState, DisputeEventKind
_HANDED_TO = (Party.BANK, Party.BILLER, Party.SWITCH)


def opened(
    order: DisputeOrder, dispute_id: DisputeId, payment: Payment, earlier: Sequence[Dispute], term: DisputeTerm, clock: Clock
) -> Done:
    """`earlier` are all of the payment. Raises why it cannot be opened."""
    rule, reason = RULES[order.reason], order.reason
    opener = payment.request.bank if rule.opens is Party.BANK else payment.biller
    if order.opener != opener:
        raise errors.DisputeReasonNotYours(reason=reason, opener=rule.opens, opener_ar=PARTY_WORDS[rule.opens].ar)
    if payment.state not in rule.states or (reason is DisputeReason.REVERSAL_WRONG and not payment.refunded):
        raise errors.DisputePaymentState(reason=reason, state=payment.state)
    if clock.at > (payment.concluded_at or payment.reserved_at) + timedelta(days=term.open_days):
        raise errors.DisputeTooLate(reason=reason, days=term.open_days)
    if standing := next((each for each in earlier if each.live and each.reason is reason), None):
        raise errors.DisputeAlreadyOpen(dispute=str(standing.dispute_id))
    if len(earlier) >= MOST_OF_PAYMENT:
        raise errors.DisputesTooMany(most=MOST_OF_PAYMENT, most_events=MOST_EVENTS)
    most, currency = most_claimed(reason, payment), payment.request.amount.currency
    claimed = most if order.claimed_minor is None else order.claimed_minor
    if not 0 < claimed <= most:
        raise errors.DisputeAmountRefused(most=Money(most, currency).text())
    require_plain(order.contact, "contact", CONTACT_CHARACTERS)
    dispute = Dispute(
        dispute_id, payment.payment_id, payment.request.bank, payment.biller, order.idempotency_key, reason, currency, claimed, clock.at,
        term, _STATE.OPEN, term.first, clock.until(term.answer_hours),
    )  # fmt: skip
    text = given_text(order.text)
    facts = {
        "payment_id": str(payment.payment_id),
        "reason": reason.value,
        "claimed_minor": str(claimed),
        "currency": currency,
        "to": term.first.value,
    }
    return dispute, DisputeEvent(dispute_id, 1, clock.at, order.opener, _KIND.OPENED, text, order.contact.strip(), facts)


def commented(dispute: Dispute, text: str, actor: Actor, clock: Clock) -> Done:
    """At any time, also when it has ended. Raises DisputesTooMany."""
    if dispute.events >= MOST_EVENTS:
        raise errors.DisputesTooMany(most=MOST_OF_PAYMENT, most_events=MOST_EVENTS)
    return noted(dispute, _KIND.COMMENTED, actor.by, clock, given_text(text))


def attached(dispute: Dispute, attachment: DisputeAttachment, actor: Actor, clock: Clock) -> Done:
    _require_live(dispute, "attach")
    return noted(dispute, _KIND.ATTACHED, actor.by, clock, facts={"name": attachment.name, "sha256": attachment.sha256})


def handed_over(dispute: Dispute, to: Party, note: str, actor: Actor, clock: Clock) -> Done:
    """While an answer is awaited. The clock runs on: whoever hands over late leaves the other little time, and that is seen."""
    _require_state(dispute, "hand_over", _STATE.OPEN)
    _require(dispute, "hand_over", actor.party in (dispute.holder, Party.SWITCH))
    if to not in _HANDED_TO or to is dispute.holder or dispute.hand_overs >= MOST_HAND_OVERS:
        raise errors.DisputeHandOverRefused(most=MOST_HAND_OVERS)
    moved = replace(dispute, holder=to, hand_overs=dispute.hand_overs + 1, told=0)
    return noted(moved, _KIND.HANDED_OVER, actor.by, clock, given_text(note), {"from": dispute.holder or "", "to": to})


def accepted(dispute: Dispute, remedy: Remedy, minor: int | None, note: str, actor: Actor, clock: Clock) -> Done:
    """By whoever has it, and has not opened it."""
    _require_answer(dispute, "accept", actor)
    return become_accepted(dispute, remedy, minor, given_text(note), actor.by, clock)


def rejected(dispute: Dispute, note: str, actor: Actor, clock: Clock) -> Done:
    _require_answer(dispute, "reject", actor)
    return become_rejected(dispute, given_text(note), actor.by, clock)


def escalated(dispute: Dispute, note: str, actor: Actor, clock: Clock) -> Done:
    """By whoever opened it, against a rejection or an acceptance that did not come true; by staff at any time before."""
    answered = dispute.state is _STATE.REJECTED or (dispute.state is _STATE.ACCEPTED and dispute.remedy is Remedy.PUT_RIGHT)
    if not (answered or (actor.party is Party.SWITCH and dispute.reversal_id is None and dispute.state in (_STATE.OPEN, _STATE.ACCEPTED))):
        raise _refused(dispute, "escalate")
    _require(dispute, "escalate", actor.party in (dispute.opener, Party.SWITCH))
    return become_escalated(dispute, given_text(note), actor.by, clock)


def decided(
    dispute: Dispute, remedy: Remedy | None, minor: int | None, note: str, by: str, clock: Clock, proposal_id: str | None = None
) -> Done:
    """By two people of the central bank: with a remedy for whoever opened it, without one against."""
    _require_state(dispute, "decide", _STATE.ESCALATED)
    if remedy is None:
        return become_closed(dispute, DisputeOutcome.DISMISSED, _KIND.DISMISSED, by, clock, given_text(note), proposal_id=proposal_id)
    agreed = agreed_amount(dispute, remedy, minor)
    moved = replace(
        dispute, state=_STATE.UPHELD, holder=Party.SWITCH, deadline=clock.until(dispute.term.decide_hours), remedy=remedy,
        agreed_minor=agreed, told=0,
    )  # fmt: skip
    return noted(moved, _KIND.UPHELD, by, clock, given_text(note), remedy_facts(remedy, agreed, dispute.currency), proposal_id)


def withdrawn(dispute: Dispute, note: str, actor: Actor, clock: Clock) -> Done:
    _require_live(dispute, "withdraw")
    _require(dispute, "withdraw", actor.party is dispute.opener)
    return become_closed(dispute, DisputeOutcome.WITHDRAWN, _KIND.WITHDRAWN, actor.by, clock, given_text(note))


def confirmed(dispute: Dispute, note: str, actor: Actor, clock: Clock) -> Done:
    """It was put right: says whoever opened it; of what moves money at the switch, staff, where that was done in another way."""
    _require_state(dispute, "confirm", _STATE.ACCEPTED, _STATE.UPHELD)
    _require(dispute, "confirm", actor.party is Party.SWITCH or (actor.party is dispute.opener and dispute.remedy is Remedy.PUT_RIGHT))
    return become_closed(dispute, DisputeOutcome.PUT_RIGHT, _KIND.CLOSED, actor.by, clock, given_text(note))


def extended(dispute: Dispute, hours: int, note: str, actor: Actor, clock: Clock) -> Done:
    """By staff, with a reason: the clock that runs, from where it would have ended, or from now where it has."""
    if dispute.deadline is None or actor.party is not Party.SWITCH or not 1 <= hours <= MOST_EXTENSION_HOURS:
        raise errors.DisputeExtensionRefused(most=MOST_EXTENSION_HOURS)
    until = clock.until(hours, max(dispute.deadline, clock.at))
    moved = replace(dispute, deadline=until, told=0)
    return noted(moved, _KIND.EXTENDED, actor.by, clock, given_text(note), {"hours": str(hours), "until": until.isoformat()})


def linked(dispute: Dispute, break_id: str, actor: Actor, clock: Clock) -> Done:
    """The break whose end ends it."""
    _require_live(dispute, "link")
    _require(dispute, "link", actor.party is Party.SWITCH)
    return noted(replace(dispute, break_id=break_id), _KIND.LINKED, actor.by, clock, facts={"break_id": break_id})


def refund_asked(dispute: Dispute, reversal_id: str, by: str, clock: Clock, proposal_id: str | None) -> Done:
    require_refundable(dispute)
    moved = replace(dispute, reversal_id=reversal_id)
    return noted(moved, _KIND.REFUND_ASKED, by, clock, facts={"reversal_id": reversal_id}, proposal_id=proposal_id)


def require_refundable(dispute: Dispute) -> None:
    """Accepted or upheld with a refund that nobody has made for it yet. Raises DisputeMoveRefused."""
    agreed = dispute.state in (_STATE.ACCEPTED, _STATE.UPHELD) and dispute.remedy is Remedy.REFUND
    if not agreed or dispute.reversal_id is not None:
        raise _refused(dispute, "refund")


def landed(dispute: Dispute, outcome: DisputeOutcome, facts: Mapping[str, str], clock: Clock) -> Done:
    """The money is back, or the break has ended, whoever did it."""
    _require_live(dispute, "close")
    moved = replace(dispute, reversal_id=facts.get("reversal_id", dispute.reversal_id))
    return become_closed(moved, outcome, _KIND.CLOSED, "switch", clock, facts=facts)


def _require_answer(dispute: Dispute, move: str, actor: Actor) -> None:
    _require_state(dispute, move, _STATE.OPEN)
    _require(dispute, move, actor.party is dispute.holder and actor.party is not dispute.opener)


def _require_state(dispute: Dispute, move: str, *states: DisputeState) -> None:
    if dispute.state not in states:
        raise _refused(dispute, move)


def _require_live(dispute: Dispute, move: str) -> None:
    if not dispute.live:
        raise _refused(dispute, move)


def _require(dispute: Dispute, move: str, allowed: bool) -> None:
    if not allowed:
        raise errors.DisputeNotYours(**_said(dispute, move))


def _refused(dispute: Dispute, move: str) -> errors.DisputeMoveRefused:
    state = STATE_WORDS[dispute.state]
    return errors.DisputeMoveRefused(**_said(dispute, move), state=state.en, state_ar=state.ar)


def _said(dispute: Dispute, move: str) -> dict[str, str]:
    """In the words of both languages; what has ended is with nobody."""
    named, holder = MOVE_WORDS[move], NOBODY if dispute.holder is None else PARTY_WORDS[dispute.holder]
    return {"move": named.en, "move_ar": named.ar, "holder": holder.en, "holder_ar": holder.ar}
