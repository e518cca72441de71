"""Ask the RTGS: for an instruction, or what became of one that may have left; what is not a whole answer is not known."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from switch.domain.outcomes import Unknown
from switch.domain.retries import pause_milliseconds
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus
from switch.domain.settlement_errors import RtgsNotSure
from switch.domain.suspense import in_suspense
from switch.ports import SettlementBank
from switch.store import suspense
from switch.store.database import Connection

LEASE_SECONDS = 30
"""Longer than the RTGS may take to answer: for so long no other worker asks."""
MIDDLE_CHANCE = 500
LONGEST_PAUSE_SECONDS = 60


async def ask_rtgs(rtgs: SettlementBank, instruction: SettlementInstruction, *, may_have_left: bool) -> SettlementAnswer | Unknown:
    """Settled or rejected, and whole; or Unknown."""
    answer = await _asked(rtgs, instruction, may_have_left)
    if isinstance(answer, Unknown) or _is_whole(answer, instruction):
        return answer
    return Unknown("the answer is not whole")


async def not_in_suspense(connection: Connection, refused: Sequence[SettlementInstruction]) -> list[SettlementInstruction]:
    """Without those of which two people have booked all that the RTGS has moved after all: nothing is to be asked about them any more."""
    booked = await suspense.of_instructions(connection, [each.instruction_id for each in refused])
    return [each for each in refused if not in_suspense(each, booked)]


async def settled_after_all(
    rtgs: SettlementBank, refused: Sequence[SettlementInstruction], known: Collection[str] = ()
) -> SettlementAnswer | None:
    """Asked before another instruction for the same money is sent: of what was refused, what the RTGS now calls settled.

    Without what is in the books under one of the `known` references. Raises RtgsNotSure where it does not say again that it was refused.
    """
    for instruction in refused:
        answer = await rtgs.enquire(instruction, anew=True)
        if isinstance(answer, Unknown):
            raise RtgsNotSure(instruction=instruction.instruction_id, why=answer.why)
        if answer.status is SettlementStatus.SETTLED:
            if not _is_whole(answer, instruction):
                raise RtgsNotSure(instruction=instruction.instruction_id, why="the answer is not whole")
            if answer.rtgs_reference not in known:
                return answer
    return None


def again_at(now: datetime, asked: int) -> datetime:
    """When to ask once more, after so many times."""
    return now + timedelta(milliseconds=pause_milliseconds(asked, MIDDLE_CHANCE, LONGEST_PAUSE_SECONDS))


def leased_until(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


async def _asked(rtgs: SettlementBank, instruction: SettlementInstruction, may_have_left: bool) -> SettlementAnswer | Unknown:
    if may_have_left:
        found = await rtgs.enquire(instruction)
        if isinstance(found, Unknown) or found.status is not SettlementStatus.UNKNOWN_INSTRUCTION:
            return found
    return await rtgs.instruct(instruction)


def _is_whole(answer: SettlementAnswer, instruction: SettlementInstruction) -> bool:
    """A yes comes with its reference and moment, and every answer is for what was asked; anything else is not known."""
    if answer.instruction_id != instruction.instruction_id:
        return False
    match answer.status:
        case SettlementStatus.SETTLED:
            return bool(answer.rtgs_reference) and answer.settled_at is not None
        case SettlementStatus.REJECTED:
            return True
        case SettlementStatus.UNKNOWN_INSTRUCTION:
            return False
        case _:
            assert_never(answer.status)
