"""Properties of defaults: nets sum to zero, nobody bears less than nothing, defaulters pay nothing, and order is nothing."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.defaults import Claim, Member, Sharing, Source, Standing, WindowClaim, claim_legs, members_of, shared, without
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.ledger import default_carried, default_covered
from switch.domain.nets import Authorities, legs_of
from switch.domain.settlement import SettlementLeg, Window, WindowState

KEEPER = ParticipantCode("900025")
BANKS = [ParticipantCode(f"10{number:04d}") for number in range(6)]
BILLERS = [ParticipantCode(f"20{number:04d}") for number in range(3)]
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
WINDOW = Window(WindowId("SYP-20261124-01"), "SYP", date(2026, 11, 24), 1, WindowState.CLOSED, AT, AT, AT)
units = st.integers(0, 10**12)


@st.composite
def countries(draw: st.DrawFn) -> list[Member]:
    """Banks with any nets, which somebody has to make good; claims from before are in their nets."""
    members = []
    for bank in BANKS:
        carried = [
            Claim(bank, other, Source.SHARE, draw(st.integers(1, 10**9)))
            for other in draw(st.sets(st.sampled_from([other for other in BANKS if other != bank]), max_size=2))
        ]
        if draw(st.booleans()):
            carried.append(Claim(bank, KEEPER, Source.GUARANTEE, draw(st.integers(1, 10**9))))
        members.append(
            Member(
                bank,
                draw(st.integers(-(10**12), 10**12)),
                draw(st.booleans()),
                draw(units),
                draw(units),
                draw(units),
                draw(units),
                tuple(carried),
            )
        )
    members.append(Member(KEEPER, draw(st.integers(-(10**9), 0))))
    return [*members, Member(BILLERS[0], -sum(member.net for member in members))]


@given(countries(), st.sets(st.sampled_from(BANKS), min_size=1))
def test_nets_sum_to_zero_and_the_others_bear_exactly_what_is_not_paid(members: list[Member], gone: set[ParticipantCode]) -> None:
    plan = without(gone, members, KEEPER)
    before = {member.participant: member for member in members}
    after = {leg.participant: leg.minor for leg in plan.legs}

    assert sum(after.values()) == 0
    assert all(claim.minor > 0 and claim.defaulter in gone and claim.creditor != claim.defaulter for claim in plan.claims)
    assert sum(max(after.get(code, 0), 0) for code in gone) == plan.uncovered
    for code, member in before.items():
        if code not in gone:
            assert after.get(code, 0) >= member.net, "nobody is better off by another's default"
    assert after.get(BILLERS[0], 0) == before[BILLERS[0]].net, "billers get all of theirs"


@given(countries(), st.lists(st.sampled_from(BANKS), min_size=1, unique=True), st.randoms())
def test_order_does_not_matter(members: list[Member], gone: list[ParticipantCode], chance: object) -> None:
    mixed, turned = list(members), list(gone)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    chance.shuffle(turned)  # type: ignore[attr-defined]

    assert without(turned, mixed, KEEPER) == without(gone, members, KEEPER)


@given(countries(), st.sets(st.sampled_from(BANKS), min_size=1))
def test_a_guarantee_is_used_before_anybody_shares_and_never_beyond_itself(members: list[Member], gone: set[ParticipantCode]) -> None:
    by_code = {member.participant: member for member in members}
    for each in without(gone, members, KEEPER).defaulters:
        guarantee = by_code[each.participant].guarantee
        assert 0 <= each.guarantee <= guarantee
        assert each.shared + each.uncovered == 0 or each.guarantee == guarantee
        assert each.waiting <= sum(claim.minor for claim in by_code[each.participant].carried)
        assert each.net == each.waiting + each.guarantee + each.shared + each.uncovered


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**12), min_size=1).filter(any))
def test_shares_are_whole_and_within_one_unit_of_what_is_fair(minor: int, weights: list[int]) -> None:
    parts = shared(minor, weights)
    assert sum(parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part * sum(weights) - (minor * weight - minor * weight % sum(weights)) <= sum(weights)


@given(countries(), st.sets(st.sampled_from(BANKS), min_size=1))
def test_the_entries_of_a_default_move_what_the_plan_says_and_leave_nothing_over_both_windows(
    members: list[Member], gone: set[ParticipantCode]
) -> None:
    plan = without(gone, members, KEEPER)
    if not plan.claims:
        return
    covered, carried = default_covered(WINDOW, plan.claims, AT), default_carried(WINDOW, plan.claims, AT)
    moved: dict[str, int] = {}
    for account, minor in claim_legs(plan.claims):
        moved[account] = moved.get(account, 0) + minor
    both = [*covered.postings, *carried.postings]
    assert all(sum(posting.minor for posting in both if posting.account == account) == 0 for account in moved)
    legs = {leg.participant: leg.minor for leg in legs_of(moved, Authorities(ParticipantCode("900017"), KEEPER))}
    before = {member.participant: member.net for member in members}
    after = {leg.participant: leg.minor for leg in plan.legs}
    assert legs == {code: after.get(code, 0) - net for code, net in before.items() if after.get(code, 0) != net}


def test_a_second_default_carries_on_what_is_owed_from_the_first_and_nobody_covers_the_same_twice() -> None:
    """100000 owed 100 in the first window: 60 out of its guarantee, 40 shared. In the second one it owes that and 50 more."""
    bank, other, third = BANKS[:3]
    first = without(
        [bank],
        [Member(bank, 100, shares=True, guarantee=60), Member(other, 0, shares=True, weight=3), Member(third, 0, shares=True, weight=1)],
        KEEPER,
    )
    assert first.claims == (
        Claim(bank, other, Source.SHARE, 30),
        Claim(bank, third, Source.SHARE, 10),
        Claim(bank, KEEPER, Source.GUARANTEE, 60),
    )
    nets = {bank: 150, other: -30, third: -10, KEEPER: -60, BILLERS[0]: -50}
    second = without(
        [bank],
        [
            Member(bank, nets[bank], shares=True, guarantee=0, carried=first.claims),
            Member(other, nets[other], shares=True, weight=3),
            Member(third, nets[third], shares=True, weight=1),
            Member(KEEPER, nets[KEEPER]),
            Member(BILLERS[0], nets[BILLERS[0]]),
        ],
        KEEPER,
    )
    assert {leg.participant: leg.minor for leg in second.legs} == {other: 38, third: 12, BILLERS[0]: -50}
    assert second.defaulters[0].waiting == 100


def test_who_has_defaulted_in_a_window_before_shares_no_other_loss_in_it() -> None:
    bank, other, third = BANKS[:3]
    claimed = [WindowClaim(WINDOW.window_id, Claim(bank, other, Source.SHARE, 5), carried=False)]
    legs = [SettlementLeg(other, 20), SettlementLeg(third, -20)]
    standings = {code: Standing(shares=True, cap=100) for code in (bank, other, third)}
    members = {member.participant: member for member in members_of(legs, {}, standings, claimed, Sharing.BY_CAP)}
    assert (bank in members, members[other].shares, members[third].weight) == (False, True, 100)
