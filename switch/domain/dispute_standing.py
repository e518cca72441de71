"""Standing of a dispute: what it becomes by an answer, a decision, a silence, whoever brought that about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from switch.domain import dispute_errors as errors
from switch.domain.calendar import Calendar
from switch.domain.dispute_terms import RULES, Party, Remedy, business_hours_after
from switch.domain.disputes import Dispute, DisputeEvent, DisputeEventKind, DisputeOutcome, DisputeState
from switch.domain.money import Money

Done = tuple[Dispute, DisputeEvent]
_STATE, _KIND = DisputeState, DisputeEventKind


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment, and the calendar by which clocks run."""

    at: datetime
    calendar: Calendar

    def until(self, hours: int, begin: datetime | None = None) -> datetime:
        return business_hours_after(self.calendar, begin or self.at, hours)


def become_accepted(dispute: Dispute, remedy: Remedy, minor: int | None, note: str, by: str, clock: Clock) -> Done:
    agreed = agreed_amount(dispute, remedy, minor)
    reviewed = remedy is Remedy.PUT_RIGHT
    hours = dispute.term.review_hours if reviewed else dispute.term.decide_hours
    moved = replace(
        dispute, state=_STATE.ACCEPTED, holder=dispute.opener if reviewed else Party.SWITCH, deadline=clock.until(hours), remedy=remedy,
        agreed_minor=agreed, told=0,
    )  # fmt: skip
    return noted(moved, _KIND.ACCEPTED, by, clock, note, remedy_facts(remedy, agreed, dispute.currency))


def become_rejected(dispute: Dispute, note: str, by: str, clock: Clock) -> Done:
    until = clock.until(dispute.term.review_hours)
    return noted(replace(dispute, state=_STATE.REJECTED, holder=dispute.opener, deadline=until, told=0), _KIND.REJECTED, by, clock, note)


def become_escalated(dispute: Dispute, note: str, by: str, clock: Clock) -> Done:
    moved = replace(
        dispute, state=_STATE.ESCALATED, holder=Party.CENTRAL_BANK, deadline=clock.until(dispute.term.decide_hours), remedy=None,
        agreed_minor=None, told=0,
    )  # fmt: skip
    return noted(moved, _KIND.ESCALATED, by, clock, note)


def become_closed(
    dispute: Dispute, outcome: DisputeOutcome, kind: DisputeEventKind, by: str, clock: Clock, note: str = "",
    facts: Mapping[str, str] | None = None, proposal_id: str | None = None,
) -> Done:  # fmt: skip
    moved = replace(dispute, state=_STATE.CLOSED, holder=None, deadline=None, outcome=outcome, ended_at=clock.at)
    return noted(moved, kind, by, clock, note, {"outcome": outcome, **(facts or {})}, proposal_id)


def agreed_amount(dispute: Dispute, remedy: Remedy, minor: int | None) -> int | None:
    """Raises DisputeRemedyRefused, DisputeAmountRefused."""
    possible = RULES[dispute.reason].remedies
    if remedy not in possible:
        raise errors.DisputeRemedyRefused(reason=dispute.reason, possible=", ".join(possible), remedy=remedy)
    if remedy is Remedy.PUT_RIGHT:
        return None
    agreed = dispute.claimed_minor if minor is None else minor
    if not 0 < agreed <= dispute.claimed_minor:
        raise errors.DisputeAmountRefused(most=Money(dispute.claimed_minor, dispute.currency).text())
    return agreed


def remedy_facts(remedy: Remedy, agreed: int | None, currency: str) -> dict[str, str]:
    return {"remedy": remedy} | ({} if agreed is None else {"amount": Money(agreed, currency).text()})


def noted(
    dispute: Dispute, kind: DisputeEventKind, by: str, clock: Clock, note: str = "", facts: Mapping[str, str] | None = None,
    proposal_id: str | None = None,
) -> Done:  # fmt: skip
    numbered = replace(dispute, events=dispute.events + 1)
    return numbered, DisputeEvent(dispute.dispute_id, numbered.events, clock.at, by, kind, note, "", facts, proposal_id)
