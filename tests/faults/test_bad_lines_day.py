"""A business day on bad lines, with a death at every step of a payment, while banks pay and billers lie.

`make faults` is the long version.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.system.running import SWITCH, surroundings


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
