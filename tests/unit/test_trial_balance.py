"""A trial balance that does not balance says by how much, and in which currency."""

from switch.cli.trial_balance import differences
from switch.reports.journal import AccountSum


def test_each_currency_must_balance_by_itself() -> None:
    balanced = [AccountSum("position:100010", "SYP", 500, 0), AccountSum("settlement:200019", "SYP", 0, 500)]
    assert differences(balanced) == {"SYP": 0}
    assert differences([*balanced, AccountSum("suspense", "USD", 500, 499)]) == {"SYP": 0, "USD": 1}
