"""Buckets and what is under way: counted together by several processes, and given back when one of them dies."""

import signal
import subprocess
import sys
from pathlib import Path

from switch.api.buckets import TRIED, Buckets, folder_of_this_start, key_of
from switch.api.under_way import UnderWay
from switch.domain.identifiers import ParticipantCode

BANK, OTHER = ParticipantCode("100010"), ParticipantCode("100028")
TAKE = """
import pathlib, sys
from switch.api.buckets import Buckets, key_of
buckets = Buckets(pathlib.Path(sys.argv[1]))
for _ in range(200):
    buckets.take(key_of("100010:payment"), 1.0, 50.0)
"""
HOLD = """
import pathlib, sys, time
from switch.api.under_way import UnderWay
from switch.domain.identifiers import ParticipantCode
under_way = UnderWay(pathlib.Path(sys.argv[1]))
for _ in range(3):
    under_way.enter(ParticipantCode("100010"))
print("held", flush=True)
time.sleep(60)
"""


def test_what_is_taken_comes_back_with_time() -> None:
    buckets, key = Buckets(), key_of("a")
    assert buckets.ahead(key, 100.0) == 0
    for _ in range(3):
        buckets.take(key, 0.5, 100.0)
    assert buckets.ahead(key, 100.0) == 1.5
    assert buckets.ahead(key, 101.0) == 0.5
    assert buckets.ahead(key, 200.0) == 0
    assert buckets.ahead(key_of("b"), 100.0) == 0


def test_what_is_kept_is_not_added_up() -> None:
    buckets, key = Buckets(), key_of("a")
    for _ in range(100):
        buckets.keep(key, 2.0, 10.0)
    assert buckets.ahead(key, 10.0) == 2.0


def test_only_a_bucket_that_is_whole_loses_its_place() -> None:
    buckets = Buckets(rows=TRIED)
    keys = [key_of(str(number)) for number in range(TRIED)]
    for key in keys:
        buckets.take(key, 5.0, 100.0)
    assert [buckets.ahead(key, 100.0) for key in keys] == [5.0] * TRIED
    late = key_of("late")
    buckets.take(late, 1.0, 106.0)
    assert buckets.ahead(late, 106.0) == 1.0


def test_where_no_place_is_left_it_refuses_rather_too_early() -> None:
    buckets = Buckets(rows=TRIED)
    for number in range(TRIED):
        buckets.take(key_of(str(number)), 5.0, 100.0)
    buckets.take(key_of("one more"), 1.0, 100.0)
    assert sorted(buckets.ahead(key_of(str(number)), 100.0) for number in range(TRIED)) == [5.0] * (TRIED - 1) + [6.0]


def test_processes_take_from_the_same(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, "-c", TAKE, str(tmp_path)], check=True)
    assert Buckets(tmp_path).ahead(key_of("100010:payment"), 50.0) == 400
    assert (tmp_path / "buckets").stat().st_mode & 0o777 == 0o600


def test_a_former_start_of_the_machine_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "limits-of-yesterday").mkdir()
    folder = folder_of_this_start(tmp_path)
    assert list(tmp_path.iterdir()) == [folder]


def test_what_is_under_way_is_counted_over_processes_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    ours = UnderWay(tmp_path)
    ours.enter(BANK)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert (ours.count(BANK), ours.count(OTHER)) == (4, 0)
        other.send_signal(signal.SIGKILL)
        other.wait()
        UnderWay(tmp_path)  # the process that takes its place
        assert ours.count(BANK) == 1
    ours.leave(BANK)
    assert ours.count(BANK) == 0
