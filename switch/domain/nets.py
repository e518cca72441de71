"""Nets: what a closed window's payments make each participant pay or receive, and that the ledger says the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from switch.domain import accounts
from switch.domain.accounts import AccountKind
from switch.domain.defaults import WindowClaim, claim_legs
from switch.domain.defaults import cells_of as cells_of_claims
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.settlement import Bilateral, SettlementLeg, nets_of, require_zero_sum
from switch.domain.settlement_errors import NetsDisagree, SettlementOwnerMissing
from switch.domain.splits import AccountNet, legs_by_account

Balances = Mapping[str, int]
"""Sum of a window's postings by account, in minor units; accounts at zero are left out."""


@dataclass(frozen=True, slots=True)
class Collected:
    """One bank's completed payments to one biller in a window less those reversed in it, summed one by one. Minor units."""

    bank: ParticipantCode
    biller: ParticipantCode
    payments: int
    amount: int
    payer_fee: int
    biller_fee: int
    switch_fee: int
    bank_fee: int
    central_bank_fee: int
    tax: int
    written_off: int = 0


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who is owed what is no bank's and no biller's. None where the directory has nobody of that kind."""

    operator: ParticipantCode | None
    overseer: ParticipantCode | None

    def require_operator(self) -> ParticipantCode:
        return _there(self.operator, "operator")

    def require_overseer(self) -> ParticipantCode:
        return _there(self.overseer, "overseer")


@dataclass(frozen=True, slots=True)
class Nets:
    """The bilateral matrix of a window, the net of each participant, and the balances that both were proven against.

    The matrix is that of the payments; what defaults have changed is beside it, and in the nets.
    """

    cells: tuple[Bilateral, ...]
    legs: tuple[SettlementLeg, ...]
    balances: Balances
    accounts: tuple[AccountNet, ...] = ()
    """Of billers whose money goes to several accounts."""

    @property
    def instructed(self) -> tuple[SettlementLeg, ...]:
        """What the RTGS is told."""
        return legs_by_account(self.legs, self.accounts)


def agreed_nets(
    window_id: WindowId,
    balances: Balances,
    collected: Iterable[Collected],
    authorities: Authorities,
    claims: Sequence[WindowClaim] = (),
) -> Nets:
    """Raises NetsDisagree where ledger and payments differ in any account: then nothing may be sent."""
    payments = tuple(collected)
    expected = _with_claims(_balances_of(payments), claims)
    for account in sorted(balances.keys() | expected.keys()):
        if balances.get(account, 0) != expected.get(account, 0):
            raise NetsDisagree(window=window_id, account=account, ledger=balances.get(account, 0), payments=expected.get(account, 0))
    cells, legs = cells_of(payments, authorities), legs_of(balances, authorities)
    if nets_of((*cells, *cells_of_claims(claims))) != legs:
        raise ValueError(f"window {window_id}: the bilateral matrix and the accounts give different nets")
    require_zero_sum(legs)
    return Nets(cells, legs, balances)


def cells_of(collected: Iterable[Collected], authorities: Authorities) -> tuple[Bilateral, ...]:
    """Everything is owed by the payer's bank: to the biller, to the switch company, and to the central bank, which takes in the tax.

    Where reversals are more than payments it is owed the other way round.
    """
    owed: defaultdict[tuple[ParticipantCode, ParticipantCode], int] = defaultdict(int)
    for sums in collected:
        owed[sums.bank, sums.biller] += sums.amount - sums.biller_fee
        if sums.switch_fee or sums.written_off:
            owed[sums.bank, authorities.require_operator()] += sums.switch_fee - sums.written_off
        if sums.central_bank_fee + sums.tax:
            owed[sums.bank, authorities.require_overseer()] += sums.central_bank_fee + sums.tax
    cells = (
        Bilateral(debtor, creditor, minor) if minor > 0 else Bilateral(creditor, debtor, -minor)
        for (debtor, creditor), minor in owed.items()
        if minor
    )
    return tuple(sorted(cells, key=lambda cell: (cell.debtor, cell.creditor)))


def require_accounts(window_id: WindowId, collected: Iterable[Collected], accounts: Iterable[AccountNet]) -> None:
    """Every biller's accounts have together what its payments give, bank by bank. Raises NetsDisagree."""
    sums: defaultdict[tuple[ParticipantCode, ParticipantCode], int] = defaultdict(int)
    for net in accounts:
        sums[net.bank, net.biller] += net.minor
    billers = {biller for _, biller in sums}
    owed = {(each.bank, each.biller): each.amount - each.biller_fee for each in collected if each.biller in billers}
    for place in sorted(sums.keys() | owed.keys()):
        if sums[place] != owed.get(place, 0):
            raise NetsDisagree(window=window_id, account=f"accounts of {place[1]}", ledger=sums[place], payments=owed.get(place, 0))


def legs_of(balances: Balances, authorities: Authorities) -> tuple[SettlementLeg, ...]:
    """The net of each owner of accounts, by its code; who neither pays nor receives is left out."""
    sums: defaultdict[ParticipantCode, int] = defaultdict(int)
    for code, minor in balances.items():
        sums[_owner(code, authorities)] += minor
    return tuple(SettlementLeg(participant, minor) for participant, minor in sorted(sums.items()) if minor)


def _balances_of(collected: Iterable[Collected]) -> dict[str, int]:
    """What the ledger must have, by the rules of `ledger.payment_completed` and `payment_reversed`, from the payments' own figures."""
    sums: defaultdict[str, int] = defaultdict(int)
    for each in collected:
        sums[accounts.position(each.bank)] += each.amount + each.payer_fee
        sums[accounts.payable(each.bank, each.biller)] -= each.amount - each.biller_fee
        sums[accounts.fee_bank(each.bank)] -= each.bank_fee
        sums[accounts.FEE_SWITCH] -= each.switch_fee
        sums[accounts.FEE_CENTRAL_BANK] -= each.central_bank_fee
        sums[accounts.TAX] -= each.tax
        sums[accounts.WRITTEN_OFF] += each.written_off
    return {account: minor for account, minor in sums.items() if minor}


def _with_claims(payments: Balances, claims: Iterable[WindowClaim]) -> dict[str, int]:
    """By the rules of `ledger.default_covered`, `default_carried` and `debt_ended`, from the claims that are on record."""
    sums = defaultdict(int, payments)
    for each in claims:
        for account, minor in claim_legs([each.claim]):
            sums[account] += -minor if each.carried else minor
    return {account: minor for account, minor in sums.items() if minor}


def _owner(code: str, authorities: Authorities) -> ParticipantCode:
    account = accounts.account(code)
    match account.kind:
        case AccountKind.POSITION | AccountKind.FEE_BANK | AccountKind.SETTLEMENT | AccountKind.DEFAULT_SHARE:
            return _there(account.participant, code)
        case AccountKind.PAYABLE:
            return _there(account.counterparty, code)
        case AccountKind.FEE_SWITCH | AccountKind.WRITTEN_OFF:
            return authorities.require_operator()
        case AccountKind.FEE_CENTRAL_BANK | AccountKind.TAX | AccountKind.GUARANTEE:
            return authorities.require_overseer()
        case AccountKind.RTGS | AccountKind.SUSPENSE | AccountKind.COMPENSATION:
            raise SettlementOwnerMissing(kind=code)
        case _:
            assert_never(account.kind)


def _there(code: ParticipantCode | None, kind: str) -> ParticipantCode:
    if code is None:
        raise SettlementOwnerMissing(kind=kind)
    return code
