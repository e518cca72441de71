"""Business days of faults: processes of every kind die by kill -9, lines are bad, steps end in a crash, while banks pay and billers lie.

`make faults` is the long version.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.system.running import SWITCH, surroundings

KILLS = 25


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    words = [*SWITCH, "demo", "--payments", "2500", "--kills", str(KILLS), "--seed", "11", "--json"]
    done = subprocess.run(words, env=surroundings(tmp_path), capture_output=True, text=True, timeout=590, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["wrongs"] == []
    assert sum(report["killed"].values()) == KILLS
    assert {"api", "postgres", "worker"} <= report["killed"].keys()
    assert report["payments"]["COMPLETED"] > 2000
    assert "unknown" not in report["payments"]


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_on_bad_lines_and_with_a_death_at_every_step(tmp_path: Path) -> None:
    words = [*SWITCH, "demo", "--payments", "800", "--kills", "3", "--faults", "--seed", "5", "--json"]
    done = subprocess.run(words, env=surroundings(tmp_path), capture_output=True, text=True, timeout=590, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["wrongs"] == []
    struck = [count for counts in report["injected"].values() for count in counts.values()]
    assert len(struck) == 3 * 6 + 10 + 3
    assert min(struck) > 0
    assert sum(struck) > 100
    assert "unknown" not in report["payments"]
