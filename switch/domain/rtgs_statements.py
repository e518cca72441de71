"""The RTGS's own statement of a day, compared with the windows that the switch holds for settled."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.settlement import SettlementInstruction


@dataclass(frozen=True, slots=True)
class RtgsEntry:
    """One leg as the RTGS has booked it. Positive: the participant paid."""

    instruction_id: str
    rtgs_reference: str
    participant: ParticipantCode
    minor: int
    account: str = ""
    """Its number, where the participant has several."""


@dataclass(frozen=True, slots=True)
class RtgsStatement:
    """All that was settled for the switch on a day; the highest sequence number of a day counts."""

    statement_id: str
    day: date
    currency: str
    sequence: int
    entries: tuple[RtgsEntry, ...]


@dataclass(frozen=True, slots=True)
class SettledInstruction:
    """As the switch holds it."""

    instruction: SettlementInstruction
    rtgs_reference: str
    """Empty where it is not known before."""


_Place = tuple[str, ParticipantCode, str]
"""Instruction, participant, number of the account."""
_Booked = tuple[int, str]
"""Minor units, and the RTGS reference."""


class RtgsDifferenceKind(StrEnum):
    MISSING_AT_RTGS = "missing_at_rtgs"
    """Settled for the switch, and the statement does not have it."""
    MISSING_AT_SWITCH = "missing_at_switch"
    """The RTGS has moved money that the switch does not know of."""
    AMOUNT_DIFFERS = "amount_differs"
    REFERENCE_DIFFERS = "reference_differs"
    TWICE_AT_RTGS = "twice_at_rtgs"


@dataclass(frozen=True, slots=True)
class RtgsDifference:
    kind: RtgsDifferenceKind
    instruction_id: str
    participant: ParticipantCode
    ours: str
    theirs: str
    account: str = ""
    """Its number, where the participant has several."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A statement beside the instructions that were settled on its day."""

    statement: RtgsStatement
    instructions: int
    differences: list[RtgsDifference]


def compare(statement: RtgsStatement, settled: Iterable[SettledInstruction]) -> list[RtgsDifference]:
    """Leg by leg, to the last unit; sorted by instruction, participant and account."""
    ours = {
        (each.instruction.instruction_id, leg.participant, "" if leg.account is None else leg.account.number): (
            leg.minor,
            each.rtgs_reference,
        )
        for each in settled
        for leg in each.instruction.legs
    }
    times = Counter(map(_place, statement.entries))
    theirs = {_place(entry): (entry.minor, entry.rtgs_reference) for entry in statement.entries}
    found = []
    for place in sorted(ours.keys() | theirs.keys()):
        found += _at(place, ours.get(place), theirs.get(place), statement.currency)
        if times[place] > 1:
            found.append(_differs(RtgsDifferenceKind.TWICE_AT_RTGS, place, "1", str(times[place])))
    return found


def _place(entry: RtgsEntry) -> _Place:
    return (entry.instruction_id, entry.participant, entry.account)


def _at(place: _Place, ours: _Booked | None, theirs: _Booked | None, currency: str) -> list[RtgsDifference]:
    def amount(of: _Booked | None) -> str:
        return "" if of is None else Money(of[0], currency).text()

    if ours is None:
        return [_differs(RtgsDifferenceKind.MISSING_AT_SWITCH, place, "", amount(theirs))]
    if theirs is None:
        return [_differs(RtgsDifferenceKind.MISSING_AT_RTGS, place, amount(ours), "")]
    found = []
    if ours[0] != theirs[0]:
        found.append(_differs(RtgsDifferenceKind.AMOUNT_DIFFERS, place, amount(ours), amount(theirs)))
    if ours[1] and ours[1] != theirs[1]:
        found.append(_differs(RtgsDifferenceKind.REFERENCE_DIFFERS, place, ours[1], theirs[1]))
    return found


def _differs(kind: RtgsDifferenceKind, place: _Place, ours: str, theirs: str) -> RtgsDifference:
    instruction, participant, account = place
    return RtgsDifference(kind, instruction, participant, ours, theirs, account)
