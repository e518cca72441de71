"""Debts paid in parts: each part ends each claim in proportion, in whole units, and all of them together end all, to the last unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.domain.debts import Debt, DebtAmountRefused, parts_of
from switch.domain.defaults import Claim, Source
from switch.domain.identifiers import ParticipantCode

DEFAULTER, KEEPER = ParticipantCode("100028"), ParticipantCode("900025")
CREDITORS = [ParticipantCode(code) for code in ("100010", "100036", "100044", "100051")]
AMOUNTS = st.integers(1, 10**13)


@st.composite
def debts(draw: st.DrawFn) -> Debt:
    shares = draw(st.dictionaries(st.sampled_from(CREDITORS), AMOUNTS))
    claims = [Claim(DEFAULTER, creditor, Source.SHARE, minor) for creditor, minor in shares.items()]
    if not claims or draw(st.booleans()):
        claims.append(Claim(DEFAULTER, KEEPER, Source.GUARANTEE, draw(AMOUNTS)))
    return Debt(DEFAULTER, "SYP", tuple(draw(st.permutations(claims))))


@given(debts(), st.lists(st.fractions(0, 1), max_size=6))
def test_parts_are_fair_to_less_than_a_unit_and_end_the_claims_to_the_last_one(debt: Debt, shares: list[Fraction]) -> None:
    left = {(claim.creditor, claim.source): claim.minor for claim in debt.claims}
    whole = sum(left.values())
    paid = 0
    for share in [*shares, Fraction(1)]:
        owed = sum(left.values())
        minor = int(owed * share)
        if not minor:
            continue
        standing = Debt(DEFAULTER, "SYP", tuple(Claim(DEFAULTER, *place, minor) for place, minor in left.items() if minor))
        parts = {(part.creditor, part.source): part.minor for part in parts_of(standing, minor)}
        assert sum(parts.values()) == minor
        for place, before in left.items():
            part = parts.get(place, 0)
            assert 0 <= part <= before
            assert abs(part - Fraction(minor * before, owed)) < 1
        left = {place: before - parts.get(place, 0) for place, before in left.items()}
        paid += minor
    assert (paid, set(left.values())) == (whole, {0})


@given(debts(), st.integers(-5, 5))
def test_more_than_is_owed_or_nothing_is_refused(debt: Debt, beyond: int) -> None:
    for minor in (debt.minor + 1 + abs(beyond), -abs(beyond)):
        with pytest.raises(DebtAmountRefused):
            parts_of(debt, minor)
