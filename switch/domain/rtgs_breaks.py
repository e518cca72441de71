"""Breaks against the RTGS: one leg of one instruction that its statement has otherwise than the settled windows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from switch.domain.identifiers import ParticipantCode
from switch.domain.money import SCALES
from switch.domain.reconciliation import Break, BreakKind, BreakSide, BreakState, Difference
from switch.domain.rtgs_statements import RtgsDifference, RtgsDifferenceKind

KIND_OF: Mapping[RtgsDifferenceKind, BreakKind] = MappingProxyType(
    {
        RtgsDifferenceKind.MISSING_AT_RTGS: BreakKind.MISSING_AT_RTGS,
        RtgsDifferenceKind.MISSING_AT_SWITCH: BreakKind.RTGS_NOT_OURS,
        RtgsDifferenceKind.AMOUNT_DIFFERS: BreakKind.RTGS_AMOUNT_DIFFERS,
        RtgsDifferenceKind.REFERENCE_DIFFERS: BreakKind.RTGS_REFERENCE_DIFFERS,
        RtgsDifferenceKind.TWICE_AT_RTGS: BreakKind.DUPLICATE_AT_RTGS,
    }
)
_FIELD = MappingProxyType({RtgsDifferenceKind.REFERENCE_DIFFERS: "rtgs_reference", RtgsDifferenceKind.TWICE_AT_RTGS: "times"})
_AMOUNTS = frozenset({RtgsDifferenceKind.MISSING_AT_RTGS, RtgsDifferenceKind.MISSING_AT_SWITCH, RtgsDifferenceKind.AMOUNT_DIFFERS})


def break_of(difference: RtgsDifference, day: date, currency: str, participant: ParticipantCode, at: datetime) -> Break:
    """`participant` is the leg's own, or the switch company where the RTGS names nobody whom we know."""
    ours, theirs = difference.ours or None, difference.theirs or None
    found = Break(
        break_id="",
        kind=KIND_OF[difference.kind],
        side=BreakSide.RTGS,
        participant=participant,
        business_date=day,
        currency=currency,
        payment_id=None,
        minor=_at_stake(difference, currency),
        differences=(
            Difference("instruction", difference.instruction_id, difference.instruction_id),
            Difference("participant", difference.participant, difference.participant),
            *(Difference("account", number, number) for number in [difference.account] if number),
            Difference(_FIELD.get(difference.kind, "amount"), ours, theirs),
        ),
        state=BreakState.OPEN,
        opened_at=at,
    )
    return replace(found, break_id=found.content_id())


def _at_stake(difference: RtgsDifference, currency: str) -> int:
    if difference.kind not in _AMOUNTS:
        return 0
    return abs(_minor(difference.ours, currency) - _minor(difference.theirs, currency))


def _minor(text: str, currency: str) -> int:
    """As `Money.text` writes it; nothing is nothing."""
    if not text:
        return 0
    whole, _, decimals = text.removeprefix("-").partition(".")
    minor = int(whole + decimals.ljust(SCALES[currency], "0"))
    return -minor if text.startswith("-") else minor
