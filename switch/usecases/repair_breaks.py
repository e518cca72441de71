"""Repair breaks: what two people have agreed on is done through the ledger and the normal ways, once for each break."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from switch.domain import breaks
from switch.domain.adjustments import Adjustment
from switch.domain.break_errors import BreakUnknown, RepairDoesNotFit
from switch.domain.break_repairs import Repair, charged, require_fit, suspended
from switch.domain.breaks import MOST_BULK, require_open
from switch.domain.catalogue import RefundFees
from switch.domain.directory import Directory
from switch.domain.errors import Refusal
from switch.domain.identifiers import AdjustmentId, EntryId, IdempotencyKey, ReversalId, bucket_for, bucketed_id
from switch.domain.ledger import EntryKind, JournalEntry, payment_reversed
from switch.domain.outcomes import Accepted, Outcome, Refused
from switch.domain.payments import Payment
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, chosen
from switch.domain.reconciliation import Break, BreakState
from switch.domain.reversals import ReversalReason, ReversalRequest, fees_back
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.posting.repairs import RepairPosting
from switch.store import break_work, payments, reversals
from switch.store.database import Connection, Database
from switch.usecases.biller_lines import BillerLines

REPAIR, AMOUNT, BREAKS = "repair", "amount", "breaks"
"""What a proposal holds: which repair, the part that is written off, and the ids of all breaks, one a line."""


@dataclass(frozen=True, slots=True)
class RepairBreaks:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    billers: BillerLines
    posting: RepairPosting

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Every account before anything is done. Raises BreakUnknown, BreakEnded, RepairDoesNotFit, RepairAmountRefused, NoOpenWindow."""
        del subject
        repair, effects, changes = chosen(Repair, content, REPAIR), defaultdict[tuple[str, str], int](int), list[Change]()
        async with self.database.transaction() as connection:
            for break_id in _ids(content):
                found, payment = await _locked(connection, break_id)
                require_open(found)
                require_fit(repair, found, payment)
                await _require_first(connection, repair, found)
                for account, minor in await self._effects(connection, repair, found, payment, content.get(AMOUNT)):
                    effects[account, found.currency] += minor
                changes.append(Change(f"break {break_id[:12]} ({found.kind})", "open", _becomes(repair)))
        return Foreseen(
            tuple(Effect(account, minor, currency) for (account, currency), minor in sorted(effects.items()) if minor), tuple(changes)
        )

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: a break of which the proposal is in the history is left alone."""
        repair = chosen(Repair, proposal.content, REPAIR)
        for break_id in _ids(proposal.content):
            answer = await self._asked(proposal, break_id) if repair is Repair.REPEAT_PAYMENT else None
            try:
                await self._once(proposal, repair, break_id, answer)
            except Refusal as refusal:
                await self._failed(proposal, repair, break_id, str(refusal))

    async def _asked(self, proposal: Proposal, break_id: str) -> Outcome | None:
        """The same payment under the same id: the biller has it once. No transaction is open meanwhile."""
        async with self.database.transaction() as connection:
            found, payment = await _locked(connection, break_id)
            if await break_work.carried_out(connection, break_id, proposal.proposal_id) or found.state is not BreakState.OPEN:
                return None
        if payment is None:
            return None
        answer = await self.billers.pay(self.directory().service(payment.request.service), payment)
        fail_point(FailPoint.ASKING)
        return answer

    async def _once(self, proposal: Proposal, repair: Repair, break_id: str, answer: Outcome | None) -> None:
        """In one transaction with the line of history that says it was done."""
        now, people, name = self.clock.now(), proposal.people, str(proposal.proposal_id)
        async with self.database.transaction() as connection:
            found, payment = await _locked(connection, break_id)
            if await break_work.carried_out(connection, break_id, proposal.proposal_id):
                return
            require_open(found)
            require_fit(repair, found, payment)
            await _require_first(connection, repair, found)
            facts: dict[str, str] = {}
            match repair:
                case Repair.RE_ADVISE:
                    assert payment is not None
                    facts["event_id"] = str(await self.posting.advise_again(connection, payment, now))
                case Repair.REPEAT_PAYMENT:
                    facts["answer"] = _said(repair, found, answer)
                case Repair.GIVE_BACK:
                    assert payment is not None
                    facts["reversal_id"] = str(await self.posting.give_back(connection, _back(payment, proposal), now, people))
                case Repair.ADJUST | Repair.WRITE_OFF:
                    assert payment is not None
                    made = await self._adjustment(connection, repair, found, payment, proposal.content.get(AMOUNT), people)
                    await self.posting.adjust(connection, made)
                    facts["entry_id"] = str(made.adjustment_id)
                case Repair.SUSPEND:
                    entry = await self._suspension(connection, found, now)
                    await self.posting.enter(connection, entry)
                    facts["entry_id"] = str(entry.entry_id)
                case Repair.ACCEPT:
                    pass
            fail_point(FailPoint.MENDING)
            if repair in _ENDS:
                facts["repair"] = repair
                done = breaks.decided(found, _ENDS[repair], proposal.reason, people, now, facts, name)
            else:
                done = breaks.repairing(found, repair, facts, people, now, name)
            await break_work.keep(connection, *done)
        fail_point(FailPoint.MENDED)

    async def _failed(self, proposal: Proposal, repair: Repair, break_id: str, why: str) -> None:
        """What does not fit any more when it is done, or what the biller does not take, stands in the history."""
        async with self.database.transaction() as connection:
            found, _ = await _locked(connection, break_id)
            if not await break_work.carried_out(connection, break_id, proposal.proposal_id):
                done = breaks.repair_failed(found, repair, why, proposal.people, self.clock.now(), str(proposal.proposal_id))
                await break_work.keep(connection, *done)

    async def _effects(
        self, connection: Connection, repair: Repair, found: Break, payment: Payment | None, amount: str | None
    ) -> Sequence[tuple[str, int]]:
        now = self.clock.now()
        if repair is Repair.GIVE_BACK and payment is not None:
            window = await self.posting.window(connection, found.currency)
            earlier = await reversals.standing_of_payment(connection, payment.payment_id)
            fees = fees_back(payment, earlier, payment.left, RefundFees.SHARED)
            back = ReversalId(bucketed_id(payment.bucket, now))
            entry = payment_reversed(payment, back, payment.left, fees, window.window_id, window.business_date, now)
            return [(leg.account, leg.minor) for leg in entry.postings]
        if repair in (Repair.ADJUST, Repair.WRITE_OFF) and payment is not None:
            made = await self._adjustment(connection, repair, found, payment, amount, "")
            return [(leg.account, leg.minor) for leg in made.entry().postings]
        if repair is Repair.SUSPEND:
            return [(leg.account, leg.minor) for leg in suspended(found)]
        return []

    async def _adjustment(
        self, connection: Connection, repair: Repair, found: Break, payment: Payment, amount: str | None, by: str
    ) -> Adjustment:
        now, charge = self.clock.now(), charged(repair, found, amount)
        window = await self.posting.window(connection, found.currency)
        kind = EntryKind.FEE_ADJUSTED if repair is Repair.ADJUST else EntryKind.BREAK_WRITTEN_OFF
        return Adjustment(
            AdjustmentId(bucketed_id(payment.bucket, now)), found.break_id, payment.payment_id, kind, found.currency, payment.request.bank,
            payment.biller, charge.payer_fee, charge.biller_fee, charge.switch_fee, charge.written_off, window.window_id,
            window.business_date, now, by,
        )  # fmt: skip

    async def _suspension(self, connection: Connection, found: Break, now: datetime) -> JournalEntry:
        window = await self.posting.window(connection, found.currency)
        entry_id = EntryId(bucketed_id(bucket_for(found.currency, found.break_id), now))
        return JournalEntry(entry_id, EntryKind.SUSPENSE_BOOKED, window.window_id, window.business_date, now, suspended(found))


_ENDS: Mapping[Repair, BreakState] = {
    Repair.ADJUST: BreakState.REPAIRED,
    Repair.SUSPEND: BreakState.REPAIRED,
    Repair.WRITE_OFF: BreakState.WRITTEN_OFF,
    Repair.ACCEPT: BreakState.ACCEPTED,
}
"""At once; after the others the next reconciliation ends it, or finds it still."""
_POSTS = frozenset({Repair.ADJUST, Repair.WRITE_OFF, Repair.SUSPEND})


async def _require_first(connection: Connection, repair: Repair, found: Break) -> None:
    """One that was opened again has its posting still: the same repair again would book it twice. Raises RepairDoesNotFit."""
    if repair in _POSTS and await break_work.ended_by(connection, found.break_id, repair):
        raise RepairDoesNotFit(repair=repair, kind=found.kind, state="booked by an earlier repair")


def _becomes(repair: Repair) -> str:
    return _ENDS.get(repair, "repairing, until the books agree")


def _said(repair: Repair, found: Break, answer: Outcome | None) -> str:
    """Raises RepairDoesNotFit where the biller has not taken it."""
    if isinstance(answer, Accepted):
        return answer.biller_reference or "accepted"
    heard = answer.reason if isinstance(answer, Refused) else "not taken by its biller"
    raise RepairDoesNotFit(repair=repair, kind=found.kind, state=heard)


def _back(payment: Payment, proposal: Proposal) -> ReversalRequest:
    """Under a key of the proposal's own, which no bank can know before."""
    key = IdempotencyKey(f"repair-{proposal.proposal_id}-{payment.payment_id}")
    return ReversalRequest(payment.request.bank, key, payment.payment_id, ReversalReason.OTHER)


def _ids(content: Mapping[str, str]) -> list[str]:
    """Raises BreakUnknown."""
    ids = sorted(set(content.get(BREAKS, "").split()))
    if not 0 < len(ids) <= MOST_BULK:
        raise BreakUnknown()
    return ids


async def _locked(connection: Connection, break_id: str) -> tuple[Break, Payment | None]:
    """Raises BreakUnknown."""
    if (found := await break_work.lock(connection, break_id)) is None:
        raise BreakUnknown()
    if found.payment_id is None:
        return found, None
    payment = (await payments.find(connection, [found.payment_id])).get(found.payment_id)
    return found, payment if payment is not None and found.participant in (payment.request.bank, payment.biller) else None
