"""Clocks of disputes: reminders, and what follows when one runs out; silence means what is written in the term, and else nothing."""

from dataclasses import replace
from typing import assert_never

from switch.domain.dispute_standing import Clock, Done, become_accepted, become_closed, become_escalated, become_rejected, noted
from switch.domain.dispute_terms import RULES, Remedy, Silence
from switch.domain.disputes import Dispute, DisputeEventKind, DisputeOutcome, DisputeState


def reminded(dispute: Dispute, clock: Clock) -> Done:
    return noted(replace(dispute, told=1), DisputeEventKind.DUE_SOON, "switch", clock, facts={"with": dispute.holder or ""})


def ran_out(dispute: Dispute, clock: Clock) -> list[Done]:
    """One or two lines of history. Where nothing is written, as of the switch and of the central bank, it stays where it is, overdue."""
    facts = {"with": dispute.holder or "", "state": dispute.state}
    late, line = noted(replace(dispute, late=True, told=2), DisputeEventKind.OVERDUE, "switch", clock, facts=facts)
    silence = silence_of(dispute)
    return [(late, line)] if silence is None else [(late, line), _follows(late, silence, clock)]


def silence_of(dispute: Dispute) -> Silence | None:
    """What it would mean here; None: nothing."""
    match dispute.state:
        case DisputeState.OPEN:
            # Whoever opened it and was asked something late neither wins nor loses by silence.
            return Silence.ESCALATES if dispute.holder is dispute.opener else dispute.term.answer_silence
        case DisputeState.REJECTED:
            return dispute.term.review_silence
        case DisputeState.ACCEPTED:
            return dispute.term.review_silence if dispute.remedy is Remedy.PUT_RIGHT else None
        case DisputeState.ESCALATED | DisputeState.UPHELD | DisputeState.CLOSED:
            return None
        case _:
            assert_never(dispute.state)


def _follows(dispute: Dispute, silence: Silence, clock: Clock) -> Done:
    match silence:
        case Silence.ESCALATES:
            return become_escalated(dispute, "", "switch", clock)
        case Silence.REJECTS:
            return become_rejected(dispute, "", "switch", clock)
        case Silence.ACCEPTS:
            return become_accepted(dispute, RULES[dispute.reason].remedies[0], None, "", "switch", clock)
        case Silence.CLOSES:
            outcome = DisputeOutcome.REJECTED if dispute.state is DisputeState.REJECTED else DisputeOutcome.PUT_RIGHT
            return become_closed(dispute, outcome, DisputeEventKind.CLOSED, "switch", clock)
        case _:
            assert_never(silence)
