"""A participant's folder as it sees it: its whole files, to be read; nothing above, nothing hidden, nothing to write."""

import os
import posixpath
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NoReturn

import asyncssh
import structlog

_log = structlog.get_logger("switch.sftp")


class ParticipantFolder(asyncssh.SFTPServer):
    """Raises SFTPPermissionDenied for every change, and SFTPNoSuchFile for what is hidden, as for what is not there."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", folder: Path, still_allowed: Callable[[], bool]) -> None:
        super().__init__(channel, chroot=os.fsencode(folder))
        self._owner = folder.name
        self._still_allowed = still_allowed

    def map_path(self, path: bytes) -> bytes:
        """Files lie side by side; a name with a dot in front is a file that is not whole yet."""
        if not self._still_allowed():
            raise asyncssh.SFTPPermissionDenied("this key is no longer registered")
        names = [name for name in posixpath.normpath(posixpath.join(b"/", path)).split(b"/") if name]
        if len(names) > 1 or any(name.startswith(b".") for name in names):
            raise asyncssh.SFTPNoSuchFile("no such file")
        return super().map_path(path)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            name = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
            if name in (b".", b"..") or not name.startswith(b"."):
                yield entry

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:  # noqa: ARG002 - the library's names
        if pflags & ~asyncssh.FXF_READ:
            self._refuse()
        handle = os.open(self.map_path(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise asyncssh.SFTPNoSuchFile("no such file")
        _log.info("sftp.file_read", participant=self._owner, file=posixpath.basename(path).decode(errors="replace")[:128])
        return os.fdopen(handle, "rb", buffering=0)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("files are here to be read")

    open56 = write = setstat = lsetstat = fsetstat = remove = mkdir = rmdir = _refuse
    rename = posix_rename = symlink = link = readlink = lock = unlock = _refuse
