"""`switch demo`, small: a whole day ends well, and its report says what happened."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.system.running import SWITCH, surroundings

pytestmark = pytest.mark.timeout(300)


def test_a_small_day_ends_well_and_only_liars_differ(tmp_path: Path) -> None:
    words = [*SWITCH, "demo", "--payments", "400", "--seed", "7", "--json"]
    done = subprocess.run(words, env=surroundings(tmp_path), capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["wrongs"] == []
    assert report["payments"]["COMPLETED"] > 300
    assert report["restarts"]["api"] == 1
    assert len(report["windows"]) >= 2
    assert all(window["rtgs_reference"] and window["files"] == 66 for window in report["windows"])
    liars = {
        code for code, does in report["misbehaving"].items() if does in ("miswritten", "twice-booked", "refuse-though-booked", "unbooked")
    }
    assert {found["participant"] for found in report["breaks"]} <= liars
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    done = subprocess.run([*SWITCH, "demo", "--payments", "5"], env=surroundings(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 2
