"""Answer: a net debtor approves its debit of a closed window, or objects to it; its last word before the window is sent counts."""

from dataclasses import dataclass, replace

from switch.domain.approvals import Answered, Approval, ApprovalNetDiffers, ApprovalNotAsked, given_objection
from switch.domain.errors import WindowUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.settlement import WindowState
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import approvals, windows
from switch.store.database import Database

_DECIDABLE = (WindowState.CLOSED, WindowState.ABORTED)


@dataclass(frozen=True, slots=True)
class AnswerWindow:
    clock: Clock
    database: Database

    async def approve(self, window_id: str, participant: ParticipantCode, net: Money, *, by: str) -> Approval:
        """What is approved is this sum and no other. Raises WindowUnknown, ApprovalNotAsked, ApprovalNetDiffers."""
        return await self._say(window_id, participant, net, None, by)

    async def object(self, window_id: str, participant: ParticipantCode, reason: str, *, by: str) -> Approval:
        """The window is not sent until the participant approves or two people decide. Raises WindowUnknown, ApprovalNotAsked."""
        return await self._say(window_id, participant, None, given_objection(reason), by)

    async def _say(self, window_id: str, participant: ParticipantCode, net: Money | None, reason: str | None, by: str) -> Approval:
        """The same again is one answer."""
        async with self.database.transaction() as connection:
            window = await windows.lock(connection, window_id)
            if window is None:
                raise WindowUnknown(window=window_id[:40])
            approval = await approvals.of_window(connection, window.window_id)
            asked = approval.asked_of(participant)
            if asked is None or window.state not in _DECIDABLE:
                raise ApprovalNotAsked(window=window.window_id, state=window.state)
            owed = Money(asked.net, window.currency)
            if net is not None and net != owed:
                raise ApprovalNetDiffers(window=window.window_id, net=owed.text(), currency=owed.currency)
            said = Answered(participant, net is not None, reason, self.clock.now(), by)
            last = approval.answer_of(participant)
            if last is not None and (last.approves, last.reason) == (said.approves, said.reason):
                return approval
            await approvals.answer(connection, window.window_id, approval, said)
            fail_point(FailPoint.APPROVING)
        return replace(approval, answers=(*approval.answers, said))
