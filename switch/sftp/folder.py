"""A participant's folder as it sees it: its whole files, to be read, and `in`, where it puts its statements; nothing above."""

import os
import posixpath
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NoReturn

import asyncssh
import structlog

from switch.domain.received_files import MOST_BYTES, MOST_FILES, is_upload_name

INBOX = b"in"
_WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC | asyncssh.FXF_EXCL
_FLAGS = {
    asyncssh.FXF_APPEND: os.O_APPEND,
    asyncssh.FXF_CREAT: os.O_CREAT,
    asyncssh.FXF_TRUNC: os.O_TRUNC,
    asyncssh.FXF_EXCL: os.O_CREAT | os.O_EXCL,
}
_log = structlog.get_logger("switch.sftp")


class ParticipantFolder(asyncssh.SFTPServer):
    """Raises SFTPPermissionDenied for every other change, and SFTPNoSuchFile for what is hidden, as for what is not there."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", folder: Path, inbox: Path, still_allowed: Callable[[], bool]) -> None:
        super().__init__(channel, chroot=os.fsencode(folder))
        self._folder, self._inbox = os.fsencode(folder), os.fsencode(inbox)
        self._owner = folder.name
        self._still_allowed = still_allowed

    def map_path(self, path: bytes) -> bytes:
        """Files lie side by side in two folders; a name with a dot in front is a file that is not whole yet."""
        if not self._still_allowed():
            raise asyncssh.SFTPPermissionDenied("this key is no longer registered")
        names = _names(path)
        root, inside = (self._inbox, names[1:]) if names[:1] == [INBOX] else (self._folder, names)
        if len(inside) > 1 or any(name.startswith(b".") or b"\0" in name for name in inside):
            raise asyncssh.SFTPNoSuchFile("no such file")
        return posixpath.join(root, *inside)

    def realpath(self, path: bytes) -> bytes:
        return b"/" + b"/".join(_names(path))

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            name = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
            if name in (b".", b"..") or not name.startswith(b"."):
                yield entry
        if not _names(path):
            yield asyncssh.SFTPName(INBOX, attrs=asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o750))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:  # noqa: ARG002 - the library's names
        writes = bool(pflags & _WRITES)
        place = self._writable(path) if writes else Path(os.fsdecode(self.map_path(path)))
        flags = sum(flag for asked, flag in _FLAGS.items() if pflags & asked) if writes else 0
        flags |= (os.O_RDWR if pflags & asyncssh.FXF_READ else os.O_WRONLY) if writes else os.O_RDONLY
        handle = os.open(place, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o640)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise asyncssh.SFTPNoSuchFile("no such file")
        _log.info(
            "sftp.file_put" if writes else "sftp.file_read",
            participant=self._owner,
            file=posixpath.basename(path).decode(errors="replace")[:128],
        )
        return os.fdopen(handle, "r+b" if writes and pflags & asyncssh.FXF_READ else "wb" if writes else "rb", buffering=0)

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        if offset + len(data) > MOST_BYTES:
            raise asyncssh.SFTPFailure(f"a file has {MOST_BYTES:,} bytes at most")
        file_obj.seek(offset)
        return int(file_obj.write(data))

    def remove(self, path: bytes) -> None:
        self._in_inbox(path).unlink()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Never over another file."""
        old, new = self._in_inbox(oldpath), self._writable(newpath)
        if os.path.lexists(new):
            raise asyncssh.SFTPFailure("there is a file of that name")
        old.rename(new)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._in_inbox(oldpath).replace(self._writable(newpath))

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Many programs set the time and mode of what they have put there; both stay ours."""
        self._in_inbox(path)
        _require_no_size(attrs)

    def fsetstat(self, file_obj: Any, attrs: asyncssh.SFTPAttrs) -> None:
        if not file_obj.writable():
            self._refuse()
        _require_no_size(attrs)

    def _in_inbox(self, path: bytes) -> Path:
        """Raises SFTPPermissionDenied for what lies elsewhere."""
        names = _names(path)
        if len(names) != 2 or names[0] != INBOX:
            self._refuse()
        return Path(os.fsdecode(self.map_path(path)))

    def _writable(self, path: bytes) -> Path:
        place = self._in_inbox(path)
        if not is_upload_name(place.name):
            raise asyncssh.SFTPPermissionDenied("a name has up to 120 letters, digits, dots, hyphens and underscores")
        if not os.path.lexists(place) and len(list(place.parent.iterdir())) >= MOST_FILES:
            raise asyncssh.SFTPFailure(f"{MOST_FILES} files lie here: take away what you have read")
        return place

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("files are here to be read; put yours into “in”")

    open56 = lsetstat = mkdir = rmdir = symlink = link = readlink = lock = unlock = _refuse


def _names(path: bytes) -> list[bytes]:
    return [name for name in posixpath.normpath(posixpath.join(b"/", path)).split(b"/") if name]


def _require_no_size(attrs: asyncssh.SFTPAttrs) -> None:
    if attrs.size is not None:
        raise asyncssh.SFTPPermissionDenied("files are put here whole")
