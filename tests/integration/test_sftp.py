"""The SFTP server on a real socket: each participant reads its own whole files and nothing else, and writes nothing."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from switch.sftp import SftpServing, serve_files
from switch.signatures import SigningKey, generate_key
from tests.seeded import BANK, BILLER, WINDOW
from tests.settling import SettlingWorld, settling_world

NAME = f"{BILLER}-settlement-{WINDOW}-r0.csv"


@dataclass
class Place:
    world: SettlingWorld
    port: int = 0
    keys: dict[str, SigningKey] = field(default_factory=lambda: {code: generate_key(f"{code}:main") for code in (BANK, BILLER)})
    live: set[str] = field(default_factory=lambda: {BANK, BILLER})

    def keys_of(self, code: str) -> list[str]:
        return [self.keys[code].verifying_key().pem()] if code in self.live else []

    @asynccontextmanager
    async def connected(self, code: str = BILLER, key: str = BILLER, **more: Any) -> AsyncIterator[asyncssh.SSHClientConnection]:
        options: dict[str, Any] = {"client_keys": [asyncssh.import_private_key(self.keys[key].pem())], "known_hosts": None} | more
        async with asyncssh.connect("127.0.0.1", self.port, username=code, config=None, **options) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self, code: str = BILLER) -> AsyncIterator[asyncssh.SFTPClient]:
        async with self.connected(code, code) as connection, connection.start_sftp_client() as files:
            yield files


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with settling_world(database_url, tmp_path) as world:
        await world.settled()
        await world.issue(WINDOW)
        place = Place(world)
        acceptor = await serve_files(
            SftpServing(world.folder, tmp_path / "received", place.keys_of), "127.0.0.1", 0, generate_key("switch:sftp").pem()
        )
        place.port = acceptor.get_port()
        yield place
        acceptor.close()
        await acceptor.wait_closed()


async def test_a_participant_fetches_its_files_with_their_signatures(place: Place, tmp_path: Path) -> None:
    async with place.reading() as files:
        assert sorted(set(await files.listdir("/")) - {".", ".."}) == [NAME, f"{NAME}.sig", "in"]
        await files.get(f"/{NAME}", tmp_path / "fetched")
    (issued,) = await place.world.files.of_participant(BILLER)
    assert hashlib.sha256((tmp_path / "fetched").read_bytes()).hexdigest() == issued.sha256


async def test_nobody_sees_the_files_of_another(place: Place) -> None:
    other = f"{BANK}-statement-{WINDOW}-r0.csv"
    outside = place.world.folder / "outside.txt"
    outside.write_text("secret")
    (place.world.folder / BILLER / "link.csv").symlink_to(outside)
    async with place.reading() as files:
        for path in (
            f"../{BANK}/{other}",
            f"/../{BANK}/{other}",
            f"/{BANK}/{other}",
            f"{place.world.folder}/{BANK}/{other}",
            "../outside.txt",
        ):
            with pytest.raises(asyncssh.SFTPError):
                await files.open(path)
        with pytest.raises(asyncssh.SFTPError):
            await files.open("link.csv")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await files.stat("in\0")
        assert await files.realpath("../..") == "/"


async def test_a_file_that_is_not_whole_yet_is_not_there(place: Place) -> None:
    (place.world.folder / BILLER / ".x.unfinished").write_text("half")
    async with place.reading() as files:
        assert ".x.unfinished" not in await files.listdir(".")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await files.open(".x.unfinished")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await files.stat(".x.unfinished")


CHANGES: list[tuple[str, Callable[[asyncssh.SFTPClient], Awaitable[Any]]]] = [
    ("write", lambda files: files.open(NAME, "w")),
    ("append", lambda files: files.open(NAME, "a")),
    ("new file", lambda files: files.open("new.csv", "w")),
    ("remove", lambda files: files.remove(NAME)),
    ("rename", lambda files: files.rename(NAME, "x.csv")),
    ("posix rename", lambda files: files.posix_rename(NAME, "x.csv")),
    ("folder", lambda files: files.mkdir("folder")),
    ("truncate", lambda files: files.truncate(NAME, 0)),
    ("mode", lambda files: files.chmod(NAME, 0o777)),
    ("symlink", lambda files: files.symlink("/etc/passwd", "x.csv")),
    ("link", lambda files: files.link(NAME, "x.csv")),
]


@pytest.mark.parametrize(("_", "change"), CHANGES, ids=[name for name, _ in CHANGES])
async def test_nothing_can_be_changed(place: Place, _: str, change: Callable[[asyncssh.SFTPClient], Awaitable[Any]]) -> None:
    def all_there() -> dict[Path, tuple[bytes, int]]:
        return {path: (path.read_bytes(), path.stat().st_mode) for path in place.world.folder.rglob("*.*")}

    before = all_there()
    async with place.reading() as files:
        with pytest.raises(asyncssh.SFTPError):
            await change(files)
    assert all_there() == before


async def test_only_a_registered_key_of_a_live_participant_opens_the_door(place: Place) -> None:
    for code, key in ((BILLER, BANK), ("root", BILLER), (f"../{BILLER}", BILLER), ("", BILLER)):
        with pytest.raises((asyncssh.PermissionDenied, asyncssh.ConnectionLost, asyncssh.ProtocolError)):
            async with place.connected(code, key):
                pass
    with pytest.raises(asyncssh.PermissionDenied):
        async with place.connected(client_keys=None, password="x", agent_path=None):
            pass
    place.live.remove(BILLER)
    with pytest.raises(asyncssh.PermissionDenied):
        async with place.connected():
            pass


async def test_a_key_that_is_revoked_reads_nothing_more(place: Place) -> None:
    async with place.reading() as files:
        await files.stat(NAME)
        place.live.remove(BILLER)
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await files.open(NAME)
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await files.listdir("/")


async def test_there_is_no_shell_no_command_and_no_tunnel(place: Place) -> None:
    async with place.connected() as connection:
        for command in (None, "id"):
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.run(command, check=True)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", place.port)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
