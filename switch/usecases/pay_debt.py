"""Pay a debt: what a defaulter owes from before is paid over the RTGS, noted as paid there, or written off; two people say so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from switch.domain.calendar import local_date, local_moment, read_day
from switch.domain.debts import (
    Debt,
    DebtChanged,
    DebtPayment,
    DebtReferenceTaken,
    DebtState,
    DebtUnderWay,
    DebtWay,
    NoDebt,
    debt_payment_id,
    parts_of,
)
from switch.domain.defaults import Claim, claim_legs
from switch.domain.errors import CurrencyUnsupported, NoOpenWindow
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.money import SCALES, Money, parse_amount
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, ProposalKind, given
from switch.domain.texts import require_plain
from switch.ports import Clock
from switch.store import debts, open_window
from switch.store.database import Connection, Database
from switch.usecases.settle_debts import SettleDebts

CURRENCY, AMOUNT, REFERENCE, DAY = "currency", "amount", "rtgs_reference", "day"
"""In a proposal's content; its subject is the defaulter. Without an amount it is all that is owed; reference and day where it is noted."""
REFERENCE_CHARACTERS = 64
WAY_OF = {
    ProposalKind.PAY_DEBT: DebtWay.RTGS,
    ProposalKind.NOTE_DEBT_PAYMENT: DebtWay.NOTED,
    ProposalKind.WRITE_OFF_DEBT: DebtWay.WRITTEN_OFF,
}


@dataclass(frozen=True, slots=True)
class PayDebt:
    """For each way of ending a debt."""

    clock: Clock
    database: Database
    kind: ProposalKind
    settle_debts: SettleDebts

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Every account, what is owed before and after, and what the RTGS moves. Raises NoDebt, DebtAmountRefused, DebtUnderWay,
        DebtReferenceTaken, ContentWrong, CurrencyUnsupported and what an amount or a code is refused for.
        """
        async with self.database.transaction() as connection:
            debt, parts = await self._agreed(connection, subject, content)
        return self._foreseen(debt, parts)

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times. What was shown is what is done. Raises DebtChanged, DebtUnderWay, NoOpenWindow."""
        async with self.database.transaction() as connection:
            made = await debts.of_proposal(connection, proposal.proposal_id)
            if made is None:
                made = await self._order(connection, proposal)
        if made.state is DebtState.ASKED:
            await self.settle_debts.ask(made.debt_payment_id)

    async def _order(self, connection: Connection, proposal: Proposal) -> DebtPayment:
        try:
            debt, parts = await self._agreed(connection, proposal.subject, proposal.content)
        except NoDebt:
            raise DebtChanged(participant=proposal.subject) from None
        if self._foreseen(debt, parts) != proposal.foreseen:
            raise DebtChanged(participant=debt.defaulter)
        now = self.clock.now()
        window = (await open_window.share(connection, [debt.currency])).get(debt.currency)
        if window is None:
            raise NoOpenWindow(currency=debt.currency)
        number = await debts.next_number(connection, debt.currency, debt.defaulter)
        ordered = DebtPayment(
            debt_payment_id(debt.currency, debt.defaulter, number), debt.currency, debt.defaulter, number, WAY_OF[self.kind], parts,
            DebtState.ASKED, proposal.proposal_id, now, proposal.people, proposal.reason, window.window_id,
        )  # fmt: skip
        if ordered.way is DebtWay.RTGS:
            await debts.insert(connection, ordered, now, next_attempt_at=now)
            return ordered
        noted = ordered.way is DebtWay.NOTED
        done = replace(
            ordered,
            state=DebtState.DONE,
            rtgs_reference=_reference(proposal.content) if noted else None,
            settled_at=self._day(proposal.content) if noted else None,
            window_id=window.window_id,
        )
        await debts.insert(connection, done, now, next_attempt_at=None)
        await self.settle_debts.post(connection, done)
        return done

    async def _agreed(self, connection: Connection, subject: str, content: Mapping[str, str]) -> tuple[Debt, tuple[Claim, ...]]:
        """The debt, locked, and the parts that are ended of it."""
        defaulter, currency = participant_code(subject), given(content, CURRENCY)
        if currency not in SCALES:
            raise CurrencyUnsupported(currency=currency[:8])
        await debts.lock(connection, currency, defaulter)
        debt = await _owed(connection, currency, defaulter)
        if (waiting := await debts.under_way(connection, currency, defaulter)) is not None:
            raise DebtUnderWay(payment=waiting)
        if self.kind is ProposalKind.NOTE_DEBT_PAYMENT:
            reference = _reference(content)
            self._day(content)
            if await debts.with_reference(connection, currency, reference) is not None:
                raise DebtReferenceTaken(reference=reference)
        minor = parse_amount(content[AMOUNT], currency).minor if content.get(AMOUNT) else debt.minor
        return debt, parts_of(debt, minor)

    def _foreseen(self, debt: Debt, parts: tuple[Claim, ...]) -> Foreseen:
        effects = [Effect(account, minor, debt.currency) for account, minor in claim_legs(parts)]
        ended = {(part.creditor, part.source): part.minor for part in parts}
        changes = [
            Change(
                f"owed to {claim.creditor}, {claim.source}",
                Money(claim.minor, debt.currency).text(),
                Money(claim.minor - ended.get((claim.creditor, claim.source), 0), debt.currency).text(),
            )
            for claim in debt.claims
        ]
        paid = Money(sum(part.minor for part in parts), debt.currency)
        before, after = debt.minor, debt.minor - paid.minor
        changes.append(Change(f"debt of {debt.defaulter}", *(Money(minor, debt.currency).text() for minor in (before, after))))
        does = {DebtWay.RTGS: "asked of the RTGS", DebtWay.NOTED: "paid already", DebtWay.WRITTEN_OFF: "borne for good"}[WAY_OF[self.kind]]
        return Foreseen(tuple(effects), (*changes, Change(does, "", paid.text())))

    def _day(self, content: Mapping[str, str]) -> datetime:
        """The beginning of the day on which the RTGS has moved it. Raises ContentWrong where it is none, or is to come."""
        today = local_date(self.clock.now())
        try:
            day = read_day(content[DAY]) if content.get(DAY) else today
        except ValueError:
            raise ContentWrong(field=DAY) from None
        if day > today:
            raise ContentWrong(field=DAY)
        return local_moment(day)


async def _owed(connection: Connection, currency: str, defaulter: ParticipantCode) -> Debt:
    """Raises NoDebt."""
    found = next(iter(await debts.owed(connection, currency, defaulter)), None)
    if found is None or found.minor <= 0:
        raise NoDebt(participant=defaulter, currency=currency)
    return found


def _reference(content: Mapping[str, str]) -> str:
    """Raises ContentWrong, TextForbidden."""
    reference = given(content, REFERENCE)
    require_plain(reference, REFERENCE, REFERENCE_CHARACTERS)
    return reference
