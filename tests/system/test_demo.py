"""`switch demo`, small: a whole day ends well, and its report says what happened."""

import json
import subprocess
from pathlib import Path

import pytest

from switch.cli.sandbox.place import CannotStart, folder_of_demo, keep, own_folder
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
    the_books_are_kept_and_any_edit_is_named(tmp_path)


def the_books_are_kept_and_any_edit_is_named(data: Path) -> None:
    """With nothing running: each command starts the kept server for itself."""
    env = surroundings(data)

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*SWITCH, *words], env=env, capture_output=True, text=True, timeout=60, check=False)

    assert command("verify").returncode == 0
    edited = "SELECT payment_id FROM payment WHERE state = 'COMPLETED' ORDER BY payment_id LIMIT 1"
    payment_id = command("psql", "-Atc", edited).stdout.strip()
    by_hand = (
        f"SET session_replication_role = replica; UPDATE payment SET amount_minor = amount_minor + 1 WHERE payment_id = '{payment_id}'"
    )
    assert command("psql", "-qc", by_hand).returncode == 0
    verified = command("verify", "--json")
    assert verified.returncode == 3
    assert payment_id in verified.stdout
    assert list(data.glob("postgres/cluster/postmaster.pid")) == []


def test_a_demo_empties_only_what_a_demo_has_left(tmp_path: Path) -> None:
    new, kept = tmp_path / "new", tmp_path / "kept"
    assert folder_of_demo(new) == new
    (new / "books").mkdir()
    assert folder_of_demo(new) == new
    assert not (new / "books").exists()
    keep(new)
    assert folder_of_demo(new) == new / "demo"
    kept.mkdir()
    (kept / "books").mkdir()
    assert folder_of_demo(kept) == kept / "demo"
    assert (kept / "books").exists()


def test_a_demo_does_not_empty_what_is_in_use(tmp_path: Path) -> None:
    with own_folder(tmp_path / "demo"), pytest.raises(CannotStart):
        folder_of_demo(tmp_path)


def test_where_there_are_no_books_the_commands_say_so(tmp_path: Path) -> None:
    for words in (["verify"], ["psql", "-c", "SELECT 1"], ["migrate", "check"], ["window", "list"]):
        done = subprocess.run([*SWITCH, *words], env=surroundings(tmp_path), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1, words
        assert "there are no books" in done.stderr
        assert "Traceback" not in done.stderr


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    done = subprocess.run([*SWITCH, "demo", "--payments", "5"], env=surroundings(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 2
