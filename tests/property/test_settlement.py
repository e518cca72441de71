"""Properties of settlement: nets sum to zero and equal what the payments give one by one; the entry that settles leaves nothing."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.ledger import window_settled
from switch.domain.nets import Authorities, Collected, agreed_nets, cells_of, legs_of
from switch.domain.settlement import Window, WindowState, nets_of
from switch.domain.settlement_errors import NetsDisagree, SettlementOwnerMissing

AUTHORITIES = Authorities(ParticipantCode("900017"), ParticipantCode("900025"))
WINDOW = WindowId("SYP-20261124-01")
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
BANKS, BILLERS = ("100010", "100028", "100036"), ("200019", "200027")

Paid = tuple[str, str, int, Fees]


@st.composite
def paid(draw: st.DrawFn) -> Paid:
    amount = draw(st.integers(1, 10**12))
    parts = [draw(st.integers(0, 10**6)) for _ in range(4)]
    fee = sum(parts)
    by_biller = draw(st.booleans()) and fee <= amount
    fees = Fees(0 if by_biller else fee, fee if by_biller else 0, *parts)
    return draw(st.sampled_from(BANKS)), draw(st.sampled_from(BILLERS)), amount, fees


def collected(payments: list[Paid]) -> list[Collected]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 8)
    for bank, biller, amount, fees in payments:
        each = (1, amount, fees.payer, fees.biller, fees.switch, fees.bank, fees.central_bank, fees.tax)
        sums[bank, biller] = [total + part for total, part in zip(sums[bank, biller], each, strict=True)]
    return [Collected(ParticipantCode(bank), ParticipantCode(biller), *parts) for (bank, biller), parts in sums.items()]


def balances(payments: list[Paid]) -> dict[str, int]:
    """As the ledger is posted, payment by payment."""
    sums: defaultdict[str, int] = defaultdict(int)
    for bank, biller, amount, fees in payments:
        sums[f"position:{bank}"] += amount + fees.payer
        sums[f"payable:{bank}:{biller}"] -= amount - fees.biller
        sums[f"fee_bank:{bank}"] -= fees.bank
        sums["fee_switch"] -= fees.switch
        sums["fee_central_bank"] -= fees.central_bank
        sums["tax"] -= fees.tax
    return {account: minor for account, minor in sums.items() if minor}


def alone(payments: list[Paid]) -> dict[str, int]:
    """Each participant's net, from nothing but the single payments."""
    nets: defaultdict[str, int] = defaultdict(int)
    for bank, biller, amount, fees in payments:
        nets[bank] += amount + fees.payer - fees.bank
        nets[biller] -= amount - fees.biller
        nets["900017"] -= fees.switch
        nets["900025"] -= fees.central_bank + fees.tax
    return {participant: minor for participant, minor in nets.items() if minor}


@given(st.lists(paid(), max_size=40))
def test_nets_sum_to_zero_and_equal_the_recomputation(payments: list[Paid]) -> None:
    nets = agreed_nets(WINDOW, balances(payments), collected(payments), AUTHORITIES)
    assert sum(leg.minor for leg in nets.legs) == 0
    assert {leg.participant: leg.minor for leg in nets.legs} == alone(payments)
    assert nets.legs == nets_of(nets.cells) == nets_of(cells_of(collected(payments), AUTHORITIES)) == legs_of(nets.balances, AUTHORITIES)
    assert all(cell.minor > 0 for cell in nets.cells)


@given(st.lists(paid(), min_size=1, max_size=40))
def test_the_entry_that_settles_a_window_brings_every_account_to_zero(payments: list[Paid]) -> None:
    nets = agreed_nets(WINDOW, balances(payments), collected(payments), AUTHORITIES)
    window = Window(WINDOW, "SYP", AT.date(), 1, WindowState.SETTLED, AT, AT, AT, AT)
    left = defaultdict(int, nets.balances)
    for posting in window_settled(window, nets, AT).postings:
        left[posting.account] += posting.minor
    assert set(left.values()) == {0}


@given(st.lists(paid(), min_size=1, max_size=20), st.data())
def test_one_minor_unit_anywhere_is_enough_to_disagree(payments: list[Paid], data: st.DataObject) -> None:
    ledger = balances(payments)
    ledger[data.draw(st.sampled_from(sorted(ledger)))] += data.draw(st.sampled_from([-1, 1]))
    with pytest.raises(NetsDisagree):
        agreed_nets(WINDOW, ledger, collected(payments), AUTHORITIES)


def test_fees_need_somebody_to_whom_they_are_owed() -> None:
    payments = [("100010", "200019", 1_000, Fees(payer=10, switch=10))]
    with pytest.raises(SettlementOwnerMissing):
        agreed_nets(WINDOW, balances(payments), collected(payments), Authorities(None, None))
