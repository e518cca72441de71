"""`make load`, small: banks pay under Locust, and what was acknowledged is there; a run whose books do not hold is a failed run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadtests.load import wrong_with

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
