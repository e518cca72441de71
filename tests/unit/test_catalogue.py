"""The catalogue's rules: how a customer is named, what amount may be paid, and what an edit does to a digest."""

from dataclasses import fields, replace
from typing import Any

import pytest

from switch.domain.catalogue import (
    AmountRule,
    AmountRuleKind,
    Mode,
    OverdueRule,
    ReferenceRule,
    RefundFees,
    RefundRule,
    ReversalRule,
    Service,
    plain_reference,
)
from switch.domain.errors import AmountNotAllowed, CurrencyUnsupported, ReferenceMalformed, ServiceClosed
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name

RULE = ReferenceRule(Name("رقم الاشتراك", "Subscription number"), "[0-9]{8,12}", "100452371")
SERVICE = Service(
    ServiceCode("200019011"), ParticipantCode("200019"), Name("فاتورة كهرباء", "Electricity bill"), Mode.UPLOADED, RULE,
    AmountRule(AmountRuleKind.UP_TO), "SYP",
)  # fmt: skip


def syp(minor: int) -> Money:
    return Money(minor, "SYP")


@pytest.mark.parametrize("text", ["100452371", " 100452371 ", "١٠٠٤٥٢٣٧١", "۱۰۰۴۵۲۳۷۱", "1٠0٤52٣71"])
def test_every_spelling_of_a_reference_is_one_content(text: str) -> None:
    assert RULE.normalise(text) == "100452371"
    assert plain_reference(text) == "100452371"


@pytest.mark.parametrize("text", ["", "1004523", "1004523711234", "10045237a", "100452371\n1", "100 452 371", "१००४५२३७१", "0" * 10_000])
def test_a_reference_of_another_form_is_refused_and_not_echoed(text: str) -> None:
    with pytest.raises(ReferenceMalformed) as refused:
        RULE.normalise(text)
    assert set(refused.value.facts) == {"label_en", "label_ar", "pattern"}


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        (AmountRuleKind.EXACT, [100], [99, 101]),
        (AmountRuleKind.UP_TO, [1, 100], [101]),
        (AmountRuleKind.AT_LEAST, [100, 1_000], [99]),
        (AmountRuleKind.ANY, [1, 100, 1_000], []),
    ],
)
def test_an_amount_is_held_against_what_is_due(kind: AmountRuleKind, allowed: list[int], refused: list[int]) -> None:
    rule = AmountRule(kind)
    for minor in allowed:
        rule.require(syp(minor), syp(100))
    for minor in refused:
        with pytest.raises(AmountNotAllowed):
            rule.require(syp(minor), syp(100))


def test_an_amount_is_held_against_its_range() -> None:
    rule = AmountRule(AmountRuleKind.RANGE, syp(10), syp(20))
    rule.require(syp(10), None)
    rule.require(syp(20), None)
    for minor in (9, 21):
        with pytest.raises(AmountNotAllowed):
            rule.require(syp(minor), None)


def test_a_bill_in_another_currency_cannot_be_paid() -> None:
    with pytest.raises(CurrencyUnsupported):
        AmountRule(AmountRuleKind.ANY).require(syp(1), Money(1, "USD"))


def test_a_closed_service_says_so() -> None:
    SERVICE.require_open()
    with pytest.raises(ServiceClosed):
        replace(SERVICE, open=False).require_open()


def test_a_fixed_amount_is_exact_whatever_the_rule() -> None:
    assert replace(SERVICE, mode=Mode.FEE, fixed_amount=syp(500)).bill_rule == AmountRule(AmountRuleKind.EXACT)
    assert SERVICE.bill_rule == AmountRule(AmountRuleKind.UP_TO)


def test_any_edit_of_a_service_changes_its_digest() -> None:
    others: dict[str, Any] = {
        "code": "200019029", "biller": "200027", "name": Name("أخرى", "Electricity bill"), "mode": Mode.ONLINE,
        "reference": replace(RULE, pattern="[0-9]{8,13}"), "rule": AmountRule(AmountRuleKind.UP_TO, maximum=syp(1)), "currency": "USD",
        "fixed_amount": syp(1), "typical_amount": syp(1), "cycle": "month", "open": False, "answer_seconds": 6, "certain_seconds": 7,
        "overdue": OverdueRule.FORCE, "reversal": ReversalRule.TOLD, "reversal_seconds": 8,
            "refunds": RefundRule.PARTS, "refund_fees": RefundFees.SHARED,
    }  # fmt: skip
    edited = [replace(SERVICE, **{field.name: others[field.name]}) for field in fields(SERVICE)]
    edited += [replace(SERVICE, rule=AmountRule(AmountRuleKind.UP_TO, minimum=syp(1)))]
    edited += [replace(SERVICE, reference=replace(RULE, label=Name("رقم", "Subscription number")))]
    assert len({SERVICE.digest(), *(service.digest() for service in edited)}) == len(edited) + 1
