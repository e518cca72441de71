"""Settle a doubt: what a biller has said by hand about a payment past its deadline, or its reversal, made final by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from switch.domain.admission import Conclude
from switch.domain.errors import PaymentUnknown
from switch.domain.identifiers import PaymentId
from switch.domain.ledger import payment_completed, payment_reversed
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused
from switch.domain.payments import Payment
from switch.domain.proposal_errors import PaymentNotOverdue
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, ProposalKind
from switch.domain.reversals import Reversal, ReversalState
from switch.domain.texts import require_plain
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.store import open_window, payments, reversals
from switch.store.database import Connection, Database

BILLER_REFERENCE = "biller_reference"
REFERENCE_CHARACTERS = 64
_REVERSAL = "reversal "
"""Before its id, in what the decision changes: what two people have decided of one reversal holds for no other."""


@dataclass(frozen=True, slots=True)
class SettleDoubt:
    """For both kinds of decision: the biller has it booked (then a reversal in doubt was refused), or has it not (then it was agreed)."""

    clock: Clock
    database: Database
    lane: PostingLane
    reversals: ReversalPosting
    kind: ProposalKind

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """What it would do. Raises PaymentUnknown; PaymentNotOverdue where it is for the switch to find out, or final already."""
        require_plain(content.get(BILLER_REFERENCE, ""), BILLER_REFERENCE, REFERENCE_CHARACTERS)
        now = self.clock.now()
        async with self.database.transaction() as connection:
            payment = (await payments.find(connection, [_id(subject)])).get(_id(subject))
            if payment is None:
                raise PaymentUnknown()
            reversal = None if payment.live else await reversals.live_of_payment(connection, payment.payment_id)
            if reversal is not None:
                _require_overdue(reversal.state, reversal.certain_by, now)
                return await self._foresee_reversal(connection, payment, reversal, now)
            if not payment.live:
                raise PaymentNotOverdue(state=payment.state, certain_by=f"{payment.certain_by:%Y-%m-%dT%H:%M:%SZ}")
            _require_overdue(payment.state, payment.certain_by, now)
            return await self._foresee_payment(connection, payment, now)

    async def _foresee_payment(self, connection: Connection, payment: Payment, now: datetime) -> Foreseen:
        currency = payment.request.amount.currency
        windows = await open_window.share(connection, [currency])
        held = Effect(f"hold:{payment.request.bank}", -payment.hold_minor, currency)
        if self.kind is ProposalKind.GIVE_BACK_PAYMENT:
            return Foreseen((held,))
        window = windows[currency]
        entry = payment_completed(payment, window.window_id, window.business_date, now)
        return Foreseen((held, *(Effect(posting.account, posting.minor, posting.currency) for posting in entry.postings)))

    async def _foresee_reversal(self, connection: Connection, payment: Payment, reversal: Reversal, now: datetime) -> Foreseen:
        what = f"{_REVERSAL}{reversal.reversal_id}"
        if self.kind is ProposalKind.FORCE_PAYMENT:
            return Foreseen(changes=(Change(what, reversal.state, ReversalState.REFUSED),))
        window = (await open_window.share(connection, [reversal.amount.currency]))[reversal.amount.currency]
        entry = payment_reversed(payment, reversal.reversal_id, reversal.amount, reversal.fees, window.window_id, window.business_date, now)
        return Foreseen(
            tuple(Effect(posting.account, posting.minor, posting.currency) for posting in entry.postings),
            (Change(what, reversal.state, ReversalState.AGREED),),
        )

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: what is final by now stays so, and a contradiction becomes a line of its history."""
        now = self.clock.now()
        decided = [change.what.removeprefix(_REVERSAL) for change in proposal.foreseen.changes if change.what.startswith(_REVERSAL)]
        if not decided:
            await self.lane.submit(Conclude(_id(proposal.subject), self._outcome(proposal), now, proposal.people, now))
            return
        async with self.database.reading() as connection:
            reversal = await reversals.find(connection, UUID(decided[0]))
        assert reversal is not None
        await self.reversals.conclude(reversal, self._outcome_of_reversal(proposal), at=now, by=proposal.people, again_at=now)

    def _outcome(self, proposal: Proposal) -> Outcome:
        if self.kind is ProposalKind.FORCE_PAYMENT:
            return Accepted(proposal.content.get(BILLER_REFERENCE, ""))
        return Refused(Reason.NOT_CONFIRMED)

    def _outcome_of_reversal(self, proposal: Proposal) -> Outcome:
        if self.kind is ProposalKind.FORCE_PAYMENT:
            return Refused(Reason.NOT_CONFIRMED)
        return Accepted(proposal.content.get(BILLER_REFERENCE, ""))


def _require_overdue(state: str, certain_by: datetime, now: datetime) -> None:
    if now < certain_by:
        raise PaymentNotOverdue(state=state, certain_by=f"{certain_by:%Y-%m-%dT%H:%M:%SZ}")


def _id(subject: str) -> PaymentId:
    try:
        return PaymentId(UUID(subject))
    except ValueError:
        raise PaymentUnknown() from None
