"""Work disputes: answered, handed over, commented on, attached to, escalated, withdrawn; each is one more line of its history."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from switch.domain import dispute_moves
from switch.domain.dispute_attachments import attachment
from switch.domain.dispute_errors import DisputeBreakRefused
from switch.domain.dispute_standing import Clock, Done
from switch.domain.dispute_terms import Party, Remedy
from switch.domain.disputes import Actor, Dispute, DisputeAttachment
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import BreakState
from switch.fail_points import FailPoint, fail_point
from switch.store import break_queries, dispute_queries, disputes
from switch.store.database import Database
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.move_disputes import propose_refund
from switch.usecases.propose import Propose

_log = structlog.get_logger("switch.disputes")

Step = Callable[[Dispute, Actor, Clock], Done]


@dataclass(frozen=True, slots=True)
class WorkDisputes:
    """For staff (`caller` is None), who are on the side of the switch, and for the two participants of its payment.

    Everything raises DisputeUnknown, DisputeNotYours, DisputeMoveRefused, and what is wrong with a text.
    """

    database: Database
    keeping: DisputeKeeping
    propose: Propose

    async def hand_over(self, dispute_id: UUID, to: Party, note: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.handed_over(its, to, note, actor, now), by, caller)

    async def accept(
        self, dispute_id: UUID, remedy: Remedy, minor: int | None, note: str, *, by: str, caller: ParticipantCode | None = None
    ) -> Dispute:
        """`minor`: how much of what was claimed; None: all of it. A refund is proposed at once, for staff to approve."""
        done = await self._step(
            dispute_id, lambda its, actor, now: dispute_moves.accepted(its, remedy, minor, note, actor, now), by, caller
        )
        fail_point(FailPoint.AGREEING)
        if remedy is Remedy.REFUND:
            await self._propose_refund(dispute_id, by)
        return done

    async def _propose_refund(self, dispute_id: UUID, by: str) -> None:
        """What cannot be proposed now, or dies here, is proposed later: the dispute waits with the switch, with its clock."""
        try:
            await propose_refund(self.propose, dispute_id, by)
        except Refusal as refusal:
            _log.warning("dispute.refund_not_proposed", dispute_id=str(dispute_id), refusal=refusal.code)

    async def reject(self, dispute_id: UUID, note: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.rejected(its, note, actor, now), by, caller)

    async def escalate(self, dispute_id: UUID, note: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.escalated(its, note, actor, now), by, caller)

    async def withdraw(self, dispute_id: UUID, note: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.withdrawn(its, note, actor, now), by, caller)

    async def confirm(self, dispute_id: UUID, note: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.confirmed(its, note, actor, now), by, caller)

    async def extend(self, dispute_id: UUID, hours: int, note: str, *, by: str) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.extended(its, hours, note, actor, now), by, None)

    async def comment(self, dispute_id: UUID, text: str, *, by: str, caller: ParticipantCode | None = None) -> Dispute:
        return await self._step(dispute_id, lambda its, actor, now: dispute_moves.commented(its, text, actor, now), by, caller)

    async def link(self, dispute_id: UUID, break_id: str, *, by: str) -> Dispute:
        """An open break of the same payment; its end ends the dispute. Raises DisputeBreakRefused."""
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id)
            its = await break_queries.of_payment(connection, found.payment_id)
            if not any(each.break_id == break_id and each.state is BreakState.OPEN for each in its):
                raise DisputeBreakRefused()
            now = await self.keeping.now(connection, found.currency)
            return await self.keeping.keep(connection, dispute_moves.linked(found, break_id, Actor(Party.SWITCH, by), now))

    async def attach(
        self, dispute_id: UUID, name: str, content: bytes, *, by: str, caller: ParticipantCode | None = None
    ) -> DisputeAttachment:
        """The same bytes again are recognised and change nothing. Raises DisputeAttachmentRefused."""
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id)
            actor, now = _actor(found, by, caller), await self.keeping.now(connection, found.currency)
            kept = await dispute_queries.attachments(connection, found.dispute_id)
            attached = attachment(found, name, content, len(kept), actor, now)
            if same := next((each for each in kept if each.sha256 == attached.sha256), None):
                return same
            done = dispute_moves.attached(found, attached, actor, now)
            await disputes.attach(connection, found, attached, content)
            await self.keeping.keep(connection, done)
        return attached

    async def _step(self, dispute_id: UUID, step: Step, by: str, caller: ParticipantCode | None) -> Dispute:
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id)
            actor = _actor(found, by, caller)
            return await self.keeping.keep(connection, step(found, actor, await self.keeping.now(connection, found.currency)))


def _actor(found: Dispute, by: str, caller: ParticipantCode | None) -> Actor:
    """A stranger's dispute is as unknown as one that nobody has. Raises DisputeUnknown."""
    return Actor(Party.SWITCH if caller is None else found.side_of(caller), by)
