"""Work breaks: taken, commented on, handed over, attached to, rejected, opened again; each is one more line of its history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from switch.domain import breaks
from switch.domain.break_errors import BreakNotYours, BreakUnknown
from switch.domain.breaks import SWITCH, Done
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import Break, BreakKind, BreakState
from switch.ports import Clock
from switch.store import archive_queries, break_work, payments
from switch.store.database import Connection, Database

Step = Callable[[Break, datetime], Done]


@dataclass(frozen=True, slots=True)
class WorkBreaks:
    """For staff (`caller` is None: every break), and for a participant on its own breaks and those that it was handed."""

    clock: Clock
    database: Database

    async def take(self, ids: Iterable[str], person: str, *, by: str, caller: ParticipantCode | None = None) -> list[Break]:
        """Raises BreakUnknown, BreakEnded, BreakNotYours."""
        return await self._each(ids, lambda found, at: breaks.taken(found, person, by, at), caller, owned=caller is not None)

    async def comment(self, ids: Iterable[str], text: str, *, by: str, caller: ParticipantCode | None = None) -> list[Break]:
        """Raises BreakUnknown, BreakTextMissing."""
        return await self._each(ids, lambda found, at: breaks.commented(found, text, by, at), caller)

    async def reject(self, ids: Iterable[str], reason: str, *, by: str) -> list[Break]:
        """They are none. Raises BreakUnknown, BreakEnded, BreakTextMissing."""
        return await self._each(ids, lambda found, at: breaks.decided(found, BreakState.REJECTED, reason, by, at), None)

    async def reopen(self, ids: Iterable[str], reason: str, *, by: str) -> list[Break]:
        """What people or a rule have ended. Raises BreakUnknown, BreakStillOpen, BreakTextMissing, DateArchived."""
        ids = list(ids)
        async with self.database.transaction() as connection:
            for break_id in sorted(set(ids)):
                await archive_queries.require_hot(connection, (await _locked(connection, break_id, None)).business_date)
        return await self._each(ids, lambda found, at: breaks.reopened(found, reason, by, at), None)

    async def hand_over(self, ids: Iterable[str], owner: str, note: str, *, by: str, caller: ParticipantCode | None = None) -> list[Break]:
        """To `switch`, or to one of the two of the payment; a participant hands its own only back to the switch.

        Raises BreakUnknown, BreakEnded, BreakNotYours, BreakOwnerRefused, BreakTextMissing.
        """
        code = None if owner == SWITCH else ParticipantCode(owner)
        done = []
        async with self.database.transaction() as connection:
            for break_id in sorted(set(ids)):
                found = await _locked(connection, break_id, caller, owned=caller is not None)
                possible = frozenset[ParticipantCode]() if caller is not None else await _parties(connection, found)
                done.append(await _kept(connection, breaks.handed_over(found, code, possible, note, by, self.clock.now())))
        return done

    async def attach(
        self, break_id: str, name: str, content: bytes, *, by: str, caller: ParticipantCode | None = None
    ) -> breaks.Attachment:
        """The same bytes again are recognised and change nothing. Raises BreakUnknown, AttachmentRefused, TextForbidden."""
        async with self.database.transaction() as connection:
            found = await _locked(connection, break_id, caller)
            kept = await break_work.attachments(connection, found.break_id)
            attachment = breaks.attachment(found, name, content, len(kept), by, self.clock.now())
            if same := next((each for each in kept if each.sha256 == attachment.sha256), None):
                return same
            await break_work.attach(connection, attachment, content)
            await _kept(connection, breaks.attached(found, attachment))
        return attachment

    async def set_term(self, kind: BreakKind, hours: int, *, participant_acts: bool, by: str) -> None:
        """For breaks that are opened from now on."""
        async with self.database.transaction() as connection:
            await break_work.add_term(connection, kind, hours, participant_acts=participant_acts, at=self.clock.now(), by=by)

    async def _each(self, ids: Iterable[str], step: Step, caller: ParticipantCode | None, *, owned: bool = False) -> list[Break]:
        """All or none of them."""
        done = []
        async with self.database.transaction() as connection:
            for break_id in sorted(set(ids)):
                found = await _locked(connection, break_id, caller, owned=owned)
                done.append(await _kept(connection, step(found, self.clock.now())))
        return done


async def _locked(connection: Connection, break_id: str, caller: ParticipantCode | None, *, owned: bool = False) -> Break:
    """A stranger's break is as unknown as one that nobody has. `owned`: only for whoever has it now."""
    found = await break_work.lock(connection, break_id)
    if found is None or (caller is not None and caller not in (found.participant, found.owner)):
        raise BreakUnknown()
    if owned and found.owner != caller:
        raise BreakNotYours()
    return found


async def _parties(connection: Connection, found: Break) -> frozenset[ParticipantCode]:
    payment = None if found.payment_id is None else (await payments.find(connection, [found.payment_id])).get(found.payment_id)
    if payment is None or found.participant not in (payment.request.bank, payment.biller):
        return frozenset({found.participant})
    return frozenset({payment.request.bank, payment.biller})


async def _kept(connection: Connection, done: Done) -> Break:
    await break_work.keep(connection, *done)
    return done[0]
