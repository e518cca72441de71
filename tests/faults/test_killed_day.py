"""A business day of faults: processes of every kind die by kill -9, while banks pay and billers lie.

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
