"""Re-rate: a tariff that was wrong for days that are over is corrected by two people, who have seen who pays and who gets what."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from switch.domain import accounts
from switch.domain.calendar import read_day
from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.directory import Directory
from switch.domain.directory_rules import require_tariff
from switch.domain.fees import in_place_of
from switch.domain.money import Money
from switch.domain.proposals import Change, Effect, Foreseen, Proposal, given
from switch.domain.reratings import (
    Charged,
    Corrected,
    FeeChange,
    Rerating,
    ReratingTaken,
    ReratingTooEarly,
    ReratingWrong,
    require_rerating,
)
from switch.ports import Clock
from switch.store import archive_queries, reratings
from switch.store.database import Connection, Database
from switch.usecases.change_tariff import DOCUMENT, read_tariff_document
from switch.usecases.rerate_payments import ReratePayments

SINCE, UNTIL = "from", "to"
"""In a proposal's content beside the document: the first and the last business date; its subject names the re-rating."""


@dataclass(frozen=True, slots=True)
class RerateTariff:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    rerate_payments: ReratePayments

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Every account's sum, and how many payments. Raises ReratingWrong, ReratingTooEarly, DateArchived, ReratingTaken,
        CatalogueMalformed.
        """
        since, until = (_day(given(content, name)) for name in (SINCE, UNTIL))
        directory = self.directory()
        lines = proposed_tariffs(read_tariff_document(given(content, DOCUMENT)), tuple(directory.services.values()))
        require_rerating(subject, since, until, lines)
        for line in lines:
            require_tariff(line)
        corrected = Corrected(
            in_place_of(directory.tariffs, lines), {code: service.refund_fees for code, service in directory.services.items()}
        )
        sums = _Sums()
        async with self.database.snapshot() as connection:
            await _require_past(connection, until)
            await archive_queries.require_hot(connection, since, until)
            if await reratings.find(connection, subject) is not None:
                raise ReratingTaken(rerating=subject)
            async for its in reratings.charged_in(connection, since, until):
                sums.add(its, corrected.change(its))
        return sums.foreseen(f"{since} to {until}")

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: on record, and the first payments of it; the worker does the rest. Raises ReratingTaken, DateArchived."""
        async with self.database.transaction() as connection:
            standing = await reratings.find(connection, proposal.subject, lock=True)
            if standing is not None and standing.proposal_id != proposal.proposal_id:
                raise ReratingTaken(rerating=proposal.subject)
            if standing is None:
                agreed = _agreed(proposal)
                await archive_queries.require_hot(connection, agreed.since, agreed.until)
                await reratings.insert_missing(connection, agreed)
        await self.rerate_payments.run(proposal.subject)


async def _require_past(connection: Connection, until: date) -> None:
    """So that no payment comes into the period any more."""
    if (open_window := await reratings.open_within(connection, until)) is not None:
        raise ReratingTooEarly(window=open_window[0], day=open_window[1].isoformat())


def _agreed(proposal: Proposal) -> Rerating:
    assert proposal.decided_at is not None
    since, until = (_day(proposal.content[name]) for name in (SINCE, UNTIL))
    document = proposal.content[DOCUMENT]
    return Rerating(proposal.subject, since, until, (), document, proposal.proposal_id, proposal.people, proposal.decided_at)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise ReratingWrong(why="a day is written 2026-12-01", why_ar="يُكتب اليوم بصيغة 2026-12-01") from None


class _Sums:
    def __init__(self) -> None:
        self.payments = self.adjusted = 0
        self.accounts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.nets: defaultdict[tuple[str, str], int] = defaultdict(int)

    def add(self, its: Charged, change: FeeChange) -> None:
        self.payments += 1
        if change.nothing:
            return
        self.adjusted += 1
        currency = its.amount.currency
        for account, minor in (
            (accounts.position(its.bank), change.payer),
            (accounts.payable(its.bank, its.biller), change.biller),
            (accounts.FEE_SWITCH, -change.switch),
            (accounts.fee_bank(its.bank), -change.bank),
            (accounts.FEE_CENTRAL_BANK, -change.central_bank),
            (accounts.TAX, -change.tax),
        ):
            self.accounts[account, currency] += minor
        self.nets[f"bank {its.bank}", currency] += change.payer - change.bank
        self.nets[f"biller {its.biller}", currency] += change.biller

    def foreseen(self, period: str) -> Foreseen:
        effects = (Effect(account, minor, currency) for (account, currency), minor in sorted(self.accounts.items()) if minor)
        nets = (
            Change(f"net of {who}, {currency}", "pays more" if minor > 0 else "receives more", Money(abs(minor), currency).text())
            for (who, currency), minor in sorted(self.nets.items())
            if minor
        )
        told = Change(f"payments of {period}", f"{self.payments} in all", f"{self.adjusted} are adjusted")
        return Foreseen(tuple(effects), (told, *nets))
