"""What the answer to a first question means; repeated ones are read as they are."""

from switch.domain.outcomes import Outcome, Reason, Refused, Unknown


def first_answer(outcome: Outcome) -> Outcome:
    """Where it is certain that the first and only question never left us, the biller has done nothing: nobody need wait."""
    if isinstance(outcome, Unknown) and not outcome.asked:
        return Refused(Reason.NOT_REACHED)
    return outcome
