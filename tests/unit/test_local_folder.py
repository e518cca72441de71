"""The file drop: a file is whole or not there, is never written over, and no name leads out of the folder."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.drops.local_folder import LocalFolder
from switch.domain.file_errors import FileDiffers


def test_what_was_written_is_read(tmp_path: Path) -> None:
    drop = LocalFolder(tmp_path / "files")
    path = drop.write("200019", "a-r0.csv", [b"one\r\n", b"two\r\n"])
    assert path == tmp_path / "files" / "200019" / "a-r0.csv"
    assert drop.read("200019", "a-r0.csv") == b"one\r\ntwo\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert drop.read("200019", "another.csv") is None
    assert drop.read("200027", "a-r0.csv") is None


def test_the_same_content_again_is_the_same_file(tmp_path: Path) -> None:
    drop = LocalFolder(tmp_path)
    before = drop.write("200019", "a.csv", [b"x" * 3_000_000]).stat()
    after = drop.write("200019", "a.csv", [b"x" * 2_000_000, b"x" * 1_000_000]).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("other", [b"other", b"onf", b""])
def test_another_content_is_refused_and_nothing_is_lost(tmp_path: Path, other: bytes) -> None:
    drop = LocalFolder(tmp_path)
    drop.write("200019", "a.csv", [b"one"])
    with pytest.raises(FileDiffers) as refused:
        drop.write("200019", "a.csv", [other])
    assert refused.value.facts == {"file": "200019/a.csv"}
    assert drop.read("200019", "a.csv") == b"one"
    assert [path.name for path in (tmp_path / "200019").iterdir()] == ["a.csv"]


def test_a_file_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the database has gone")

    drop = LocalFolder(tmp_path)
    with pytest.raises(RuntimeError):
        drop.write("200019", "a.csv", breaks_off())
    assert list((tmp_path / "200019").iterdir()) == []


@pytest.mark.parametrize(
    ("owner", "name"), [("..", "a"), ("a", ".."), ("a", "../b"), ("/etc", "passwd"), ("", "a"), ("a", ""), ("a", ".a"), ("a", "b\x00")]
)
def test_no_name_leads_elsewhere(tmp_path: Path, owner: str, name: str) -> None:
    drop = LocalFolder(tmp_path / "files")
    with pytest.raises(ValueError, match="lead elsewhere"):
        drop.write(owner, name, [b"x"])
    with pytest.raises(ValueError, match="lead elsewhere"):
        drop.read(owner, name)
    assert not (tmp_path / "files").exists()
