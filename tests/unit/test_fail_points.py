"""Fail points: what a setting may say, and that nothing fails unless it says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.bootstrap.opening import opened_switch
from switch.fail_points import Does, FailPoint, FailPointsWrong, Failure, arm, fail_point, read_failures
from switch.settings import Settings, SettingsWrong


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(())


def test_what_is_written_is_read() -> None:
    assert read_failures("reserved=exit:0.25*3,written=exit@2,leased=stop") == [
        Failure(FailPoint.RESERVED, Does.EXIT, 0.25, most=3),
        Failure(FailPoint.WRITTEN, Does.EXIT, at=2),
        Failure(FailPoint.LEASED, Does.STOP),
    ]
    assert read_failures("") == []


@pytest.mark.parametrize(
    "written", ["nowhere=exit", "reserved", "reserved=explode", "reserved=exit:2", "reserved=exit:-1", "reserved=exit@x"]
)
def test_what_is_no_fail_point_is_refused(written: str) -> None:
    with pytest.raises(FailPointsWrong):
        read_failures(written)


def test_only_what_is_armed_fails_and_it_is_told(tmp_path: Path) -> None:
    told = tmp_path / "failed"
    fail_point(FailPoint.RESERVED)
    arm([Failure(FailPoint.RESERVED, Does.DELAY, at=2)], told)
    for point in (FailPoint.RESERVED, FailPoint.ANSWERED):
        fail_point(point)
    assert not told.exists()
    fail_point(FailPoint.RESERVED)
    fail_point(FailPoint.RESERVED)
    assert told.read_text() == "reserved delay\n"


def test_it_fails_at_most_so_often_over_all_processes(tmp_path: Path) -> None:
    told = tmp_path / "failed"
    told.write_text("reserved delay\nanswered exit\n")  # by another process
    arm([Failure(FailPoint.RESERVED, Does.DELAY, most=2)], told)
    for _ in range(4):
        fail_point(FailPoint.RESERVED)
    assert told.read_text().count("reserved delay") == 2


async def test_only_a_sandbox_may_be_made_to_fail(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="only a sandbox"):
        async with opened_switch(Settings(data=tmp_path, fail_points="reserved=exit")):
            pass
    (tmp_path / "sandbox" / "keys").mkdir(parents=True)
    with pytest.raises(SettingsWrong, match="nowhere"):
        async with opened_switch(Settings(data=tmp_path, fail_points="nowhere=exit")):
            pass
