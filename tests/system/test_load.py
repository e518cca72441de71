"""`make load`, small: banks pay under Locust, and what was acknowledged is there; a run whose books do not hold is a failed run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadtests.load import wrong_with

PAYMENT: dict[str, Any] = {
    "payment_id": "p", "service_code": "s", "customer_reference": "c", "bill_number": None, "amount": {"amount": "1.00", "currency": "SYP"},
    "payer_fee": {"amount": "0.00", "currency": "SYP"}, "bank_reference": "b", "idempotency_key": "k", "final": True, "state": "COMPLETED",
    "window_id": "w", "business_date": "2026-11-24",
}  # fmt: skip
GOOD: dict[str, Any] = {"scenario": "pay", "requests": 9, "failures": 0, "errors": [], "acknowledged": 9, "missing": 0}


def test_a_scenario_pays_and_everything_acknowledged_is_there(project_root: Path) -> None:
    words = [sys.executable, "-m", "loadtests.load", "--scenario", "cut-off", "--seconds", "5", "--json"]
    done = subprocess.run(words, cwd=project_root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert (report["verified"], report["wrongs"]) == (True, [])
    (scenario,) = report["scenarios"]
    assert scenario["acknowledged"] > 20
    assert (scenario["missing"], scenario["failures"]) == (0, 0)
    assert {"inquiry", "payment"} <= scenario["by_name"].keys()


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        ({"missing": 1}, "missing or changed"),
        ({"failures": 2, "errors": ["silence"]}, "failed"),
        ({"acknowledged": 0}, "nothing was paid"),
        ({"requests": 0, "acknowledged": 1}, "nothing was asked"),
    ],
)
def test_what_must_not_be_fails_the_run(spoiled: dict[str, Any], says: str) -> None:
    assert wrong_with([GOOD], verified=True) == []
    (wrong,) = wrong_with([GOOD | spoiled], verified=True)
    assert says in wrong


def test_books_that_do_not_verify_fail_the_run() -> None:
    assert wrong_with([GOOD], verified=False) == ["the books do not verify"]


def test_an_acknowledged_payment_may_not_change_and_a_fault_is_no_refusal(project_root: Path) -> None:
    doubtful = PAYMENT | {"final": False, "state": "IN_DOUBT", "window_id": None, "business_date": None}
    pairs = [
        (PAYMENT, PAYMENT, False),
        (doubtful, PAYMENT, False),
        (PAYMENT, None, True),
        (PAYMENT, PAYMENT | {"amount": {"amount": "2.00", "currency": "SYP"}}, True),
        (PAYMENT, PAYMENT | {"state": "REVERSED"}, True),
        (doubtful, PAYMENT | {"payment_id": "q"}, True),
    ]
    answers = [(422, "cap_exceeded", False), (503, "overloaded", False), (503, "internal_fault", True), (500, "unknown", True)]
    # In a process of its own: Locust changes the standard library of the one that imports it.
    judge = (
        "import json, sys; from loadtests.locustfile import is_changed, is_fault; from switch.client import Refused;"
        "pairs, answers = json.load(sys.stdin);"
        "print(json.dumps([[is_changed(a, b) for a, b, _ in pairs], [is_fault(Refused({'status': s, 'code': c})) for s, c, _ in answers]]))"
    )
    words = [sys.executable, "-c", judge]
    done = subprocess.run(
        words, cwd=project_root, input=json.dumps([pairs, answers]), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[bad for _, _, bad in pairs], [bad for _, _, bad in answers]]
