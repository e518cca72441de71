"""Settle: the nets of a closed window go to the RTGS, all or none, exactly once; its answer clears the window's accounts."""

from dataclasses import dataclass, replace
from typing import NamedTuple, assert_never

from switch.domain import accounts
from switch.domain.accounts import AccountKind
from switch.domain.approvals import ApprovalState, WindowNotApproved
from switch.domain.errors import WindowUnknown
from switch.domain.identifiers import WindowId
from switch.domain.ledger import window_settled
from switch.domain.nets import Nets
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus, Window, WindowState, instruction_id
from switch.domain.settlement_errors import (
    NetsDisagree,
    RtgsContradicts,
    SettlementOwnerMissing,
    WindowAborted,
    WindowMoved,
    WindowStillOpen,
)
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock, SettlementBank
from switch.store import journal, positions, settlement_instructions, windows
from switch.store.database import Connection, Database, Together
from switch.usecases.ask_rtgs import again_at, ask_rtgs, leased_until, not_in_suspense, settled_after_all
from switch.usecases.window_approval import approval_of
from switch.usecases.window_nets import WindowNets, proven_nets


class _Begun(NamedTuple):
    window: Window
    instruction: SettlementInstruction | None = None
    """None where there is nothing (more) to send."""
    may_have_left: bool = False
    asked: int = 1
    waits_for: ApprovalState | None = None
    """Where its approval keeps it from being sent."""


@dataclass(frozen=True, slots=True)
class SettleWindow:
    clock: Clock
    database: Database
    settlement: SettlementBank

    async def __call__(self, window_id: str, *, again: bool = False) -> Window:
        """As it stands then; still SETTLING where the RTGS gave no answer, and the next call asks what became of it.

        `again` sends what the RTGS refused as a new instruction. Raises WindowUnknown, WindowStillOpen, WindowAborted, WindowMoved,
        WindowNotApproved, NetsDisagree, RtgsContradicts, RtgsNotSure.
        """
        try:
            if (settled := await settled_after_all(self.settlement, await self._refused(window_id, again))) is not None:
                return await self._take_as_settled(WindowId(window_id), settled, by_hand=again)
            begun = await self._begin(window_id, again)
        except (NetsDisagree, SettlementOwnerMissing, RtgsContradicts) as refusal:
            await WindowNets(self.database).let_wait(WindowId(window_id), str(refusal))
            raise
        if begun.waits_for is not None:
            raise WindowNotApproved(window=begun.window.window_id, state=begun.waits_for)
        if begun.instruction is None:
            return begun.window
        fail_point(FailPoint.INSTRUCTING)
        answer = await ask_rtgs(self.settlement, begun.instruction, may_have_left=begun.may_have_left)
        fail_point(FailPoint.HEARD)
        return await self._conclude(begun, begun.instruction, answer)

    async def _refused(self, window_id: str, again: bool) -> list[SettlementInstruction]:
        """What the RTGS has refused of the money for which an instruction would be sent now."""
        async with self.database.reading() as connection:
            window = await windows.find(connection, window_id)
            if window is None or not (window.state is WindowState.CLOSED or (again and window.state is WindowState.ABORTED)):
                return []
            return await not_in_suspense(connection, await settlement_instructions.refused(connection, window_id))

    async def _take_as_settled(self, window_id: WindowId, answer: SettlementAnswer, *, by_hand: bool) -> Window:
        """What was refused is settled after all. Raises RtgsContradicts where nobody says to take it so, or the sums are other ones now."""
        async with self.database.transaction() as connection:
            window = await windows.lock(connection, window_id)
            assert window is not None
            nets = await proven_nets(connection, window_id)
            refused = {each.instruction_id: each for each in await settlement_instructions.refused(connection, window_id)}
            moved = refused.get(answer.instruction_id)
            as_it_was_sent = moved is not None and (moved.window_id, moved.legs) == (window_id, nets.instructed)
            if not (by_hand and as_it_was_sent and window.state in (WindowState.CLOSED, WindowState.ABORTED)):
                raise RtgsContradicts(instruction=answer.instruction_id, reference=answer.rtgs_reference or "")
            await settlement_instructions.keep_settled_after_all(connection, answer, self.clock.now())
            settling = window.moved(WindowState.SETTLING, reason=None)
            await windows.update(connection, settling)
            settled = _concluded(settling, answer)
            await self._clear(connection, settled, nets)
            await windows.update(connection, settled)
        return settled

    async def _begin(self, window_id: str, again: bool) -> _Begun:
        """On record before the RTGS hears of it."""
        async with self.database.transaction() as connection:
            window = await windows.lock(connection, window_id)
            if window is None:
                raise WindowUnknown(window=window_id[:40])
            match window.state:
                case WindowState.OPEN:
                    raise WindowStillOpen(window=window.window_id)
                case WindowState.ABORTED if window.moved_to is not None:
                    raise WindowMoved(window=window.window_id, into=window.moved_to)
                case WindowState.ABORTED if not again:
                    raise WindowAborted(window=window.window_id, reason=window.reason or "?")
                case WindowState.SETTLED:
                    return _Begun(window)
                case WindowState.SETTLING:
                    return await self._resume(connection, window)
                case WindowState.CLOSED | WindowState.ABORTED:
                    return await self._start(connection, window)
                case _:
                    assert_never(window.state)

    async def _start(self, connection: Connection, window: Window) -> _Begun:
        now = self.clock.now()
        approval = await approval_of(connection, window, now)
        if not approval.may_be_sent(now):
            return _Begun(window, waits_for=approval.state(now))
        nets = await proven_nets(connection, window.window_id)
        if not nets.instructed:
            settled = window.moved(WindowState.SETTLED, settled_at=now, reason=None)
            await windows.update(connection, settled)
            return _Begun(settled)
        settling = window.moved(WindowState.SETTLING, attempt=window.attempt + 1, reason=None)
        instruction = SettlementInstruction(
            instruction_id(window.window_id, settling.attempt), window.window_id, window.currency, nets.instructed
        )
        await windows.update(connection, settling)
        await settlement_instructions.insert(connection, instruction, now, leased_until(now))
        return _Begun(settling, instruction)

    async def _resume(self, connection: Connection, window: Window) -> _Begun:
        sent = await settlement_instructions.find(connection, instruction_id(window.window_id, window.attempt), window)
        await settlement_instructions.keep_asked(connection, sent.instruction.instruction_id, leased_until(self.clock.now()))
        return _Begun(window, sent.instruction, may_have_left=True, asked=sent.asked)

    async def _conclude(self, begun: _Begun, instruction: SettlementInstruction, answer: SettlementAnswer | Unknown) -> Window:
        async with self.database.transaction() as connection:
            window = await windows.lock(connection, instruction.window_id)
            assert window is not None
            if (window.state, window.attempt) != (WindowState.SETTLING, begun.window.attempt):
                return window  # another worker has heard the answer first
            if isinstance(answer, Unknown):
                await settlement_instructions.postpone(connection, instruction.instruction_id, again_at(self.clock.now(), begun.asked))
                return window
            await settlement_instructions.keep_answer(connection, answer, self.clock.now())
            concluded = _concluded(window, answer)
            if concluded.state is WindowState.SETTLED:
                await self._clear(connection, concluded, await proven_nets(connection, window.window_id))
            await windows.update(connection, concluded)
            fail_point(FailPoint.CLEARING)
        fail_point(FailPoint.CLEARED)
        return concluded

    async def _clear(self, connection: Connection, window: Window, nets: Nets) -> None:
        """Nobody owes anything for this window any more; what banks owed in it is room under their caps again."""
        if not nets.balances:  # what moved was between the accounts of one biller
            return
        together = Together()
        await journal.append(together, [window_settled(window, nets, self.clock.now())])
        await together.run(connection)
        owed = {
            (account.participant, window.currency): minor
            for account, minor in ((accounts.account(code), minor) for code, minor in nets.balances.items())
            if account.kind is AccountKind.POSITION and account.participant is not None
        }
        locked = await positions.lock(connection, owed)
        lowered = [replace(position, posted=position.posted - owed[owner]) for owner, position in locked.items()]
        await positions.clear(connection, lowered)


def _concluded(window: Window, answer: SettlementAnswer) -> Window:
    if answer.status is SettlementStatus.SETTLED:
        return window.moved(WindowState.SETTLED, settled_at=answer.settled_at, rtgs_reference=answer.rtgs_reference, reason=None)
    return window.moved(WindowState.ABORTED, reason=answer.reason or "no reason given")
