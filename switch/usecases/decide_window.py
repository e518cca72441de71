"""Decide about a window: two people send it whatever its debtors say, or hold it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from switch.domain.approvals import Approval, ApprovalState, DecisionKind, WindowNotDecidable
from switch.domain.errors import WindowUnknown
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, ProposalKind
from switch.domain.settlement import Window, WindowState
from switch.domain.settlement_errors import WindowMoved
from switch.ports import Clock
from switch.store import approvals, windows
from switch.store.database import Connection, Database
from switch.usecases.window_nets import proven_nets

DECIDABLE = (WindowState.CLOSED, WindowState.ABORTED)
_BECOMES = {
    ProposalKind.OVERRIDE_WINDOW: (DecisionKind.OVERRIDDEN, ApprovalState.OVERRIDDEN, WindowState.CLOSED),
    ProposalKind.WITHHOLD_WINDOW: (DecisionKind.WITHHELD, ApprovalState.WITHHELD, WindowState.ABORTED),
}


class Agreed(NamedTuple):
    """What two people have agreed to decide about."""

    window: Window
    approval: Approval

    @property
    def decidable(self) -> bool:
        return self.window.state in DECIDABLE and self.window.moved_to is None


@dataclass(frozen=True, slots=True)
class DecideWindow:
    """For both kinds of decision."""

    clock: Clock
    database: Database
    kind: ProposalKind

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:  # noqa: ARG002 - nothing but the window
        """What the RTGS would move, or not. Raises WindowUnknown, WindowNotDecidable, NetsDisagree."""
        _, approval_state, state = _BECOMES[self.kind]
        async with self.database.transaction() as connection:
            window = await decidable(connection, subject)
            nets = await proven_nets(connection, window.window_id)
            approval = await approvals.of_window(connection, window.window_id)
        sent = self.kind is ProposalKind.OVERRIDE_WINDOW
        return Foreseen(
            tuple(Effect(f"rtgs {leg.participant}", leg.minor, window.currency) for leg in nets.legs if sent),
            (
                Change("approval", approval.state(self.clock.now()), approval_state),
                Change("window", window.state, state),
            ),
        )

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times. A window that was sent meanwhile is left alone, which is kept with it."""
        kind, _, state = _BECOMES[self.kind]
        async with self.database.transaction() as connection:
            if (agreed := await still_decidable(connection, proposal)) is None:
                return
            window, approval = agreed
            await approvals.decide(connection, window, approval, kind, proposal)
            reason = proposal.reason if state is WindowState.ABORTED else None
            await windows.update(connection, moved_to(window, state, reason))


async def decidable(connection: Connection, window_id: str) -> Window:
    """Locked. Raises WindowUnknown, WindowNotDecidable."""
    window = await windows.lock(connection, window_id)
    if window is None:
        raise WindowUnknown(window=window_id[:40])
    if window.moved_to is not None:
        raise WindowMoved(window=window.window_id, into=window.moved_to)
    if window.state not in DECIDABLE:
        raise WindowNotDecidable(window=window.window_id, state=window.state)
    return window


async def still_decidable(connection: Connection, proposal: Proposal) -> Agreed | None:
    """None where it was carried out already, or the window was sent meanwhile, which is kept with it."""
    agreed = await not_carried_out(connection, proposal)
    if agreed is None or agreed.decidable:
        return agreed
    await approvals.decide(connection, *agreed, DecisionKind.LAPSED, proposal)
    return None


async def not_carried_out(connection: Connection, proposal: Proposal) -> Agreed | None:
    """What every carrying out begins with: its window, locked. None where it was carried out already."""
    window = await windows.lock(connection, proposal.subject)
    assert window is not None
    if await approvals.done(connection, proposal.proposal_id):
        return None
    return Agreed(window, await approvals.of_window(connection, window.window_id))


def moved_to(window: Window, state: WindowState, reason: str | None) -> Window:
    return window.moved(state, reason=reason) if window.state is not state else window
