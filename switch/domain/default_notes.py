"""Default notes: a file is about its payments; what a default has changed of what the RTGS moved for the window is said beside them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from switch.domain.account_notes import ACCOUNT_BEGINS
from switch.domain.defaults import Source, WindowClaim, cells_of
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.settlement import nets_of

_BEGINS = "default"
MOVED_BEGINS = "payments of"
"""A window that was moved into this one."""


def default_notes(claims: Iterable[WindowClaim], currency: str) -> Mapping[ParticipantCode, tuple[str, ...]]:
    """Such as `default of 100028: 50.75 more to pay`, for each whom claims in the window touch; and to what they come together.

    The defaulter reads one sum for all the others: there may be many, and a header has little room.
    """
    known = tuple(claims)
    sums: defaultdict[tuple[ParticipantCode, str], int] = defaultdict(int)
    for one in known:
        its = one.claim
        by = "our guarantee" if its.source is Source.GUARANTEE else "others"
        if one.ended:
            sums[its.creditor, f"{_BEGINS} of {its.defaulter}: {{}} not owed any more"] += its.minor
            sums[its.defaulter, f"{_BEGINS}: {{}} not owed to {by} any more"] += its.minor
        else:
            sums[its.creditor, f"{_BEGINS} of {its.defaulter}: {{}} {'less' if one.carried else 'more'} to pay"] += its.minor
            owed = f"{_BEGINS}: {{}} owed to {by} from before" if one.carried else f"{_BEGINS}: {{}} covered by {by}"
            sums[its.defaulter, owed] += its.minor
    notes: dict[ParticipantCode, tuple[str, ...]] = {}
    for (code, line), minor in sorted(sums.items()):
        notes[code] = (*notes.get(code, ()), line.format(Money(minor, currency).text()))
    together = {leg.participant: leg.minor for leg in nets_of(cells_of(known))}
    return {code: (*lines, f"{_BEGINS}s in all: {Money(together.get(code, 0), currency).text()}") for code, lines in notes.items()}


def standing_notes_in(changes: Iterable[str]) -> tuple[str, ...]:
    """What a revision says again."""
    return tuple(change for change in changes if change.startswith((_BEGINS, ACCOUNT_BEGINS, MOVED_BEGINS)))
