"""Pushing files to a real SFTP server: whole, in place at once, once; resumed where it was cut off; a pinned key and a jail of networks."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.pushes.sftp import SftpSender
from adapters.transports.guarded import GuardedHosts
from switch.domain.file_pushes import PARKED_AFTER_ATTEMPTS, PushPlace, PushPlaceRefused, PushUnknown, push_place
from switch.domain.networks import PUBLIC, THIS_MACHINE, AllowedNetworks
from switch.reports.file_pushes import FilePushes
from switch.signatures import generate_key
from switch.usecases.choose_push_place import ChoosePushPlace
from switch.usecases.push_files import PushFiles
from tests.seeded import BANK, BILLER, WINDOW
from tests.settling import SettlingWorld, settling_world

NAME = f"{BILLER}-settlement-{WINDOW}-r0.csv"
FILE = f"{BILLER}-settlement-{WINDOW}-r0"


class _TheirFiles(asyncssh.SFTPServer):
    """A participant's server, which can be told to break off after so many bytes."""

    def __init__(self, channel: Any, theirs: "TheirServer") -> None:
        super().__init__(channel, chroot=os.fsencode(theirs.folder))
        self._theirs = theirs

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        self._theirs.written.append((offset, len(data)))
        if self._theirs.breaks_at is not None:
            room = self._theirs.breaks_at - offset
            super().write(file_obj, offset, data[:room])
            self._theirs.breaks_at = None
            raise asyncssh.SFTPFailure("disk trouble")
        written: Any = super().write(file_obj, offset, data)
        return int(written)


@dataclass
class TheirServer:
    folder: Path
    allowed: bytes
    host_key: Any = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    breaks_at: int | None = None
    written: list[tuple[int, int]] = field(default_factory=list)
    port: int = 0

    @property
    def pinned(self) -> str:
        return str(self.host_key.export_public_key("openssh").decode()).strip()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        theirs = self

        class Door(asyncssh.SSHServer):
            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == "switch" and bytes(key.public_data) == theirs.allowed

            def public_key_auth_supported(self) -> bool:
                return True

        acceptor = await asyncssh.create_server(
            Door, "127.0.0.1", self.port, server_host_keys=[self.host_key], sftp_factory=lambda channel: _TheirFiles(channel, theirs)
        )
        self.port = acceptor.get_port()
        try:
            yield
        finally:
            acceptor.close()
            await acceptor.wait_closed()


@dataclass
class Pushes:
    world: SettlingWorld
    theirs: TheirServer
    key: bytes

    def push(self, networks: AllowedNetworks | None = None) -> PushFiles:
        hosts = GuardedHosts(networks or THIS_MACHINE)
        return PushFiles(self.world.clock, self.world.database, SftpSender(self.world.folder, hosts, lambda: self.key), lambda: 500)

    async def choose(self, **changes: Any) -> PushPlace:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.theirs.port,
            "user": "switch",
            "folder": ".",
            "host_key": self.theirs.pinned,
        } | changes
        place = push_place(BILLER, **given)
        await ChoosePushPlace(self.world.clock, self.world.database)(place, by="staff:nour")
        return place

    async def stands(self) -> Any:
        (found,) = await FilePushes(self.world.database).page(None, 10, waiting=False)
        return found

    def there(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.theirs.folder.iterdir()}

    def issued(self) -> dict[str, bytes]:
        return {name: (self.world.folder / BILLER / name).read_bytes() for name in (NAME, f"{NAME}.sig")}


@pytest.fixture
async def pushes(database_url: str, tmp_path: Path) -> AsyncIterator[Pushes]:
    key = generate_key("switch:push")
    theirs = TheirServer(tmp_path / "theirs", asyncssh.import_public_key(key.verifying_key().pem()).public_data)
    theirs.folder.mkdir()
    async with settling_world(database_url, tmp_path / "ours") as world, theirs.serving():
        pushes = Pushes(world, theirs, key.pem())
        yield pushes


async def issue(pushes: Pushes) -> None:
    await pushes.world.settled()
    await pushes.world.issue(WINDOW)


async def test_files_arrive_whole_with_their_signatures_and_once(pushes: Pushes) -> None:
    await pushes.choose()
    await issue(pushes)

    assert await pushes.push()() == 1
    assert pushes.there() == pushes.issued()
    written = len(pushes.theirs.written)
    pushes.world.clock.move(10_000)
    assert await pushes.push()() == 0
    assert len(pushes.theirs.written) == written
    stands = await pushes.stands()
    assert (stands.file_id, stands.last_answer, stands.attempts) == (FILE, "delivered", 1)
    assert (await pushes.world.files.of_participant(BANK)) != []


async def test_only_files_from_the_choice_on_are_pushed_and_stopping_loses_none(pushes: Pushes) -> None:
    await issue(pushes)
    pushes.world.clock.move(1)
    await pushes.choose()
    assert await pushes.push()() == 0
    assert await FilePushes(pushes.world.database).page(None, 10, waiting=False) == []

    await ChoosePushPlace(pushes.world.clock, pushes.world.database).stop(BILLER, by="staff:nour")
    assert await FilePushes(pushes.world.database).places() == {}


async def test_what_was_cut_off_goes_on_where_it_ended(pushes: Pushes) -> None:
    await pushes.choose()
    await issue(pushes)
    pushes.theirs.breaks_at = 100

    assert await pushes.push()() == 0
    assert set(pushes.there()) == {f".{NAME}.part"}
    assert (await pushes.stands()).last_answer == "SFTPFailure"
    assert await pushes.push()() == 0, "not before its pause is over"

    pushes.world.clock.move(10)
    pushes.theirs.written.clear()
    assert await pushes.push()() == 1
    assert pushes.theirs.written[0][0] == 100
    assert pushes.there() == pushes.issued()


async def test_a_file_that_was_put_there_before_a_crash_is_taken_as_delivered(pushes: Pushes) -> None:
    await pushes.choose()
    await issue(pushes)
    for name, content in pushes.issued().items():
        (pushes.theirs.folder / name).write_bytes(content)
    assert await pushes.push()() == 1
    assert pushes.theirs.written == []


async def test_another_file_under_the_name_is_never_written_over(pushes: Pushes) -> None:
    await pushes.choose()
    await issue(pushes)
    (pushes.theirs.folder / NAME).write_bytes(b"theirs")
    assert await pushes.push()() == 0
    assert pushes.there() == {NAME: b"theirs"}
    assert (await pushes.stands()).last_answer == "a file of that name and another size is there"


async def test_a_server_with_another_host_key_gets_nothing(pushes: Pushes) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode().strip()
    await pushes.choose(host_key=stranger)
    await issue(pushes)
    assert await pushes.push()() == 0
    assert pushes.there() == {}
    assert (await pushes.stands()).last_answer == "its host key is not the one that is registered"


async def test_a_server_off_the_allowed_networks_is_not_called(pushes: Pushes) -> None:
    await pushes.choose()
    await issue(pushes)
    assert await pushes.push(PUBLIC)() == 0
    assert (await pushes.stands()).last_answer == "not on an allowed network: 127.0.0.1"


async def test_a_dead_server_parks_a_file_in_the_end_and_staff_send_it_again(pushes: Pushes) -> None:
    await pushes.choose(folder="nowhere")
    await issue(pushes)
    push = pushes.push()
    await push()
    assert (await pushes.stands()).attempts == 1
    await pushes.world.write("UPDATE file_push SET attempts = :most", most=PARKED_AFTER_ATTEMPTS - 1)
    pushes.world.clock.move(10)
    await push()
    assert (await pushes.stands()).parked_at is not None

    await pushes.choose()
    await push.again(FILE)
    assert await push() == 1
    assert pushes.there() == pushes.issued()
    with pytest.raises(PushUnknown):
        await push.again("nothing")


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "a b"}, {"host": "-oProxy"}, {"port": 0}, {"user": "ro ot"}, {"user": ""}, {"folder": "../up"}, {"folder": "a/../../b"},
        {"folder": "in\nbox"}, {"host_key": "nothing"}, {"host_key": "ssh-ed25519 short"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_place_that_is_none_is_refused(pushes: Pushes, changes: dict[str, Any]) -> None:
    with pytest.raises(PushPlaceRefused):
        await pushes.choose(**changes)
