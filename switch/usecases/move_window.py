"""Move: what is owed for a window that is not sent goes on into the open one, by two people; its payments are settled and listed there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from switch.domain.approvals import DecisionKind
from switch.domain.ledger import window_moved
from switch.domain.money import Money
from switch.domain.nets import Nets
from switch.domain.proposals import Change, Effect, Foreseen, Proposal
from switch.domain.settlement import Window, WindowState
from switch.domain.settlement_errors import WindowNotMovable
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import approvals, claims, journal, open_window, windows
from switch.store.database import Connection, Database, Together
from switch.usecases.decide_window import decidable, moved_to, still_decidable
from switch.usecases.window_nets import proven_nets


@dataclass(frozen=True, slots=True)
class MoveWindow:
    clock: Clock
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:  # noqa: ARG002 - nothing but the window
        """Every account in both windows, and who pays how much more in the open one.

        Raises WindowUnknown, WindowNotDecidable, WindowMoved, WindowNotMovable.
        """
        async with self.database.transaction() as connection:
            window = await decidable(connection, subject)
            nets = await _movable(connection, window)
            following = (await open_window.share(connection, [window.currency]))[window.currency].window_id
        currency = window.currency
        out = tuple(Effect(f"{window.window_id} {account}", -minor, currency) for account, minor in sorted(nets.balances.items()))
        carried = tuple(Effect(f"open {account}", minor, currency) for account, minor in sorted(nets.balances.items()))
        owed = (
            Change(f"net of {leg.participant}", "pays" if leg.minor > 0 else "receives", Money(abs(leg.minor), currency).text())
            for leg in nets.legs
        )
        return Foreseen((*out, *carried), (Change("settled with", window.window_id, following), *owed))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times, in one transaction. A window that was sent meanwhile is left alone, which is kept with it."""
        async with self.database.transaction() as connection:
            if (agreed := await still_decidable(connection, proposal)) is None:
                return
            window, approval = agreed
            nets = await _movable(connection, window)
            shared = (await open_window.share(connection, [window.currency]))[window.currency]
            following = await windows.find(connection, shared.window_id)
            assert following is not None
            await approvals.decide(connection, window, approval, DecisionKind.MOVED, proposal)
            if entries := window_moved(window, following, nets.balances, self.clock.now()):
                together = Together()
                await journal.append(together, entries)
                await together.run(connection)
            aborted = moved_to(window, WindowState.ABORTED, proposal.reason)
            await windows.update(connection, replace(aborted, reason=proposal.reason))
            await windows.move(connection, window.window_id, following.window_id)
            fail_point(FailPoint.MOVING)
        fail_point(FailPoint.MOVED)


async def _movable(connection: Connection, window: Window) -> Nets:
    """Raises WindowNotMovable where there is nothing to move, or a default is in it, which is settled where it was covered."""
    nets = await proven_nets(connection, window.window_id)
    if not nets.instructed or await claims.of_windows(connection, [window.window_id]):
        raise WindowNotMovable(window=window.window_id)
    return nets
