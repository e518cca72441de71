"""Run as a program of its own: closes a window, has it recomputed and approved, settles it and issues its files; dies at a fail point.

Arguments: database, point, folder. Whoever runs `the_day` again goes on where it was left.
"""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from switch.domain.approvals import DecisionKind
from switch.domain.identifiers import WindowId
from switch.domain.money import Money
from switch.domain.outcomes import Unknown
from switch.domain.proposals import ProposalKind, ProposalState
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus, WindowState
from switch.domain.settlement_errors import WindowNotOpen
from switch.fail_points import Does, FailPoint, Failure, arm
from switch.reports.proposals import Proposals
from switch.store.database import connect
from tests.seeded import BANK, OTHER_BANK, START, WINDOW
from tests.settling import SettlingWorld
from tests.vault_keys import use_test_vault

use_test_vault()


@dataclass
class KeptRtgs:
    """Books what it is told, once for each id, in a folder that outlives whoever told it."""

    folder: Path

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        legs = json.dumps([[leg.participant, leg.minor] for leg in instruction.legs])
        book = self.folder / instruction.instruction_id
        assert not book.exists() or book.read_text(encoding="ascii") == legs
        book.write_text(legs, encoding="ascii")
        return await self.enquire(instruction)

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        instruction_id = instruction.instruction_id
        if not (self.folder / instruction_id).exists():
            return SettlementAnswer(instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)
        return SettlementAnswer(instruction_id, SettlementStatus.SETTLED, f"RTGS-{instruction_id}", START + timedelta(hours=1))


def world_of(url: str, folder: Path) -> SettlingWorld:
    for place in ("rtgs", "files"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    return SettlingWorld(connect(url), folder / "files", rtgs=KeptRtgs(folder / "rtgs"))  # type: ignore[arg-type]


async def the_day(world: SettlingWorld) -> None:
    """Each step is safe to repeat; which of them are done is read from the books."""
    with suppress(WindowNotOpen):
        await world.close("SYP", by="test", only=WindowId(WINDOW))
    await world.advance()
    await _recompute(world)
    await world.advance()
    detail = await world.windows.one(WINDOW)
    if detail.window.state is WindowState.CLOSED and (asked := detail.approval.asked_of(BANK)) is not None:
        await world.answer.approve(WINDOW, BANK, Money(asked.net, "SYP"), by=BANK)
    await world.advance()


async def _recompute(world: SettlingWorld) -> None:
    detail = await world.windows.one(WINDOW)
    if any(decision.kind is DecisionKind.RECOMPUTED for decision in detail.approval.decisions):
        await world.decide.finish()
        return
    await world.answer.object(WINDOW, OTHER_BANK, "insolvent", by=OTHER_BANK)
    made = [one for one in await Proposals(world.clock, world.database).page(None, 50) if one.kind is ProposalKind.RECOMPUTE_WINDOW]
    proposal = made[0] if made else await world.propose(
        ProposalKind.RECOMPUTE_WINDOW, WINDOW, {"without": OTHER_BANK}, reason="insolvent", by="staff:nour"
    )  # fmt: skip
    if proposal.state is ProposalState.PROPOSED:
        await world.decide.approve(proposal.proposal_id, by="staff:sami")
    await world.decide.finish()


async def main(url: str, point: str, folder: Path) -> None:
    arm([Failure(FailPoint(point), Does.EXIT, at=1)])
    world = world_of(url, folder)
    await the_day(world)
    await world.lane.close()
    await world.database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
