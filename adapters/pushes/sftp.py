"""Pushing over SFTP (asyncssh): a pinned host key, our own client key, a hidden name until the file is whole."""

import asyncio
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from adapters.transports.address import Address
from adapters.transports.guarded import GuardedHosts
from adapters.transports.unheard import Unheard
from switch.domain.file_pushes import Pushed, PushPlace
from switch.domain.file_signatures import SUFFIX

LOGIN_SECONDS = 20
BYTES_AT_ONCE = 1 << 18
ADDED = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT
"""Not truncated: an upload that was cut off goes on where it ended."""


class _Refused(Exception):
    """What is there already is not ours to change."""


@dataclass(frozen=True, slots=True)
class SftpSender:
    folder: Path
    """Of the issued files, each participant's apart."""
    hosts: GuardedHosts
    client_key: Callable[[], bytes | None]
    """The switch's private key for this, PEM; None where none was made."""

    async def push(self, place: PushPlace, name: str, *, seconds: int) -> Pushed:
        if (key := self.client_key()) is None:
            return Pushed(taken=False, said="the switch has no key for it: switch push key")
        try:
            async with asyncio.timeout(seconds):
                await self._put(place, name, asyncssh.import_private_key(key))
        except TimeoutError:
            return Pushed(taken=False, said=f"not done within {seconds} s")
        except _Refused as refused:
            return Pushed(taken=False, said=str(refused))
        except Unheard as unheard:
            return Pushed(taken=False, said=unheard.why)
        except asyncssh.HostKeyNotVerifiable:
            return Pushed(taken=False, said="its host key is not the one that is registered")
        except Exception as fault:  # noqa: BLE001 - the edge: whatever is at the other end, it is no error of ours
            return Pushed(taken=False, said=type(fault).__name__)
        return Pushed(taken=True, said="delivered")

    async def _put(self, place: PushPlace, name: str, key: asyncssh.SSHKey) -> None:
        address, *_ = await self.hosts(Address(place.host, place.port, secure=True, authority=place.host, path=""))
        pinned = asyncssh.import_public_key(place.host_key)
        async with (
            asyncssh.connect(
                address,
                place.port,
                username=place.user,
                client_keys=[key],
                known_hosts=([pinned], [], []),
                server_host_key_algs=_algorithms(pinned),
                config=None,
                agent_path=None,
                password_auth=False,
                kbdint_auth=False,
                login_timeout=LOGIN_SECONDS,
                client_version="switch",
            ) as connection,
            connection.start_sftp_client() as files,
        ):
            for one in (name, f"{name}{SUFFIX}"):
                await _put_one(files, self.folder / place.participant / one, posixpath.join(place.folder, one))


def _algorithms(pinned: asyncssh.SSHKey) -> list[str]:
    name = pinned.algorithm.decode()
    return ["rsa-sha2-512", "rsa-sha2-256"] if name == "ssh-rsa" else [name]


async def _put_one(files: asyncssh.SFTPClient, source: Path, target: str) -> None:
    size = (await asyncio.to_thread(source.stat)).st_size
    if (there := await _size_of(files, target)) is not None:
        if there != size:
            raise _Refused("a file of that name and another size is there")
        return
    folder, name = posixpath.split(target)
    part = posixpath.join(folder, f".{name}.part")
    await _append(files, source, part, size)
    if await _size_of(files, part) != size:
        raise _Refused("what arrived is not as long as what was sent")
    await files.rename(part, target)


async def _append(files: asyncssh.SFTPClient, source: Path, part: str, size: int) -> None:
    """From where the last attempt ended. What is longer than the file is none of ours: it is begun anew."""
    begun = await _size_of(files, part) or 0
    if begun > size:
        await files.remove(part)
        begun = 0
    async with files.open(part, ADDED, encoding=None) as out:
        with source.open("rb") as file:
            file.seek(begun)
            while block := await asyncio.to_thread(file.read, BYTES_AT_ONCE):
                await out.write(block, begun)
                begun += len(block)


async def _size_of(files: asyncssh.SFTPClient, path: str) -> int | None:
    try:
        return (await files.stat(path)).size
    except asyncssh.SFTPNoSuchFile:
        return None
