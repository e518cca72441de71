"""A file drop in a local folder: one folder an owner, files that are whole or not there, and never written over."""

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from switch.domain.file_errors import FileDiffers

COMPARED_BYTES = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class LocalFolder:
    folder: Path

    def write(self, owner: str, name: str, content: Iterable[bytes]) -> Path:
        """On the disk when this returns. The same content again is the same file; another one raises FileDiffers."""
        path = self._place(owner, name)
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle, unfinished_name = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=path.parent)
        unfinished = Path(unfinished_name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.chmod(0o640)
            try:
                path.hardlink_to(unfinished)  # fails where there is one, which renaming would write over
            except FileExistsError:
                if not _same(path, unfinished):
                    raise FileDiffers(file=f"{owner}/{name}") from None
        finally:
            unfinished.unlink()
        _keep_names(path.parent)
        return path

    def read(self, owner: str, name: str) -> bytes | None:
        try:
            return self._place(owner, name).read_bytes()
        except FileNotFoundError:
            return None

    def open(self, owner: str, name: str) -> BinaryIO | None:
        try:
            return self._place(owner, name).open("rb")
        except FileNotFoundError:
            return None

    def remove(self, owner: str, name: str) -> None:
        self._place(owner, name).unlink(missing_ok=True)

    def _place(self, owner: str, name: str) -> Path:
        if not _NAME.fullmatch(owner) or not _NAME.fullmatch(name):
            raise ValueError("neither owner nor name of a file may lead elsewhere")
        return self.folder / owner / name


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(COMPARED_BYTES):
            if block != second.read(COMPARED_BYTES):
                return False
    return True


def _keep_names(folder: Path) -> None:
    """A name in a folder is safe only when the folder is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
