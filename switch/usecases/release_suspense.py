"""Release from suspense: two people say whose it is; it is paid on over the RTGS, or written off. Once for each proposal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain import breaks
from switch.domain.break_errors import BreakUnknown, RepairDoesNotFit
from switch.domain.directory import Directory
from switch.domain.identifiers import EntryId, bucket_for, bucketed_id, participant_code
from switch.domain.ledger import EntryKind, JournalEntry
from switch.domain.money import Money
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, given
from switch.domain.reconciliation import Break
from switch.domain.suspense import WRITTEN_OFF, Held, released
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.posting.repairs import RepairPosting
from switch.store import break_work, suspense
from switch.store.database import Connection, Database

BREAK, TO, AMOUNT = "break", "to", "amount"


@dataclass(frozen=True, slots=True)
class ReleaseSuspense:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    posting: RepairPosting

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Raises BreakUnknown, RepairDoesNotFit, RepairAmountRefused, ParticipantUnknown, ContentWrong."""
        del subject
        async with self.database.transaction() as connection:
            _, held = await _locked(connection, given(content, BREAK))
        to, part = self._to(content), held.part(content.get(AMOUNT))
        effects = tuple(Effect(leg.account, leg.minor, leg.currency) for leg in released(part, to))
        after = Money(held.left.minor - part.minor, part.currency)
        return Foreseen(effects, (Change(f"in suspense of break {held.break_id[:12]}, for {to}", held.left.text(), after.text()),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: a break of which the proposal is in the history is left alone."""
        now, name = self.clock.now(), str(proposal.proposal_id)
        async with self.database.transaction() as connection:
            found, held = await _locked(connection, given(proposal.content, BREAK))
            if await break_work.carried_out(connection, found.break_id, proposal.proposal_id):
                return
            to, part = self._to(proposal.content), held.part(proposal.content.get(AMOUNT))
            window = await self.posting.window(connection, found.currency)
            entry_id = EntryId(bucketed_id(bucket_for(found.currency, found.break_id), now))
            entry = JournalEntry(entry_id, EntryKind.SUSPENSE_RELEASED, window.window_id, window.business_date, now, released(part, to))
            await self.posting.enter(connection, entry)
            fail_point(FailPoint.RELEASING)
            facts = {
                "to": to, "minor": str(part.minor), "entry_id": str(entry_id),
                "instruction_id": f"SUSPENSE-{found.break_id[:12]}-{found.events + 1}",
            }  # fmt: skip
            await break_work.keep(connection, *breaks.released(found, facts, proposal.reason, proposal.people, now, name))
        fail_point(FailPoint.RELEASED)

    def _to(self, content: Mapping[str, str]) -> str:
        """A bank, a biller, or nobody."""
        named = given(content, TO)
        return WRITTEN_OFF if named == WRITTEN_OFF else self.directory().participant(participant_code(named)).code


async def _locked(connection: Connection, break_id: str) -> tuple[Break, Held]:
    if (found := await break_work.lock(connection, break_id)) is None:
        raise BreakUnknown()
    held = next(iter(await suspense.held(connection, break_id)), None)
    if held is None:
        raise RepairDoesNotFit(repair="release", kind=found.kind, state="nothing of it is in suspense")
    return found, held
