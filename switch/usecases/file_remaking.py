"""Remaking one file: its lines once more from the window's payments, to the drop or, to compare, to nowhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from switch.domain.statements import IssuedFile
from switch.ports import FileDrop, FileLayout, Signer
from switch.store import files
from switch.store.database import Connection
from switch.usecases.file_writing import FileWriting, Planned


@dataclass(frozen=True, slots=True)
class FileRemaking:
    layouts: Mapping[str, FileLayout]
    drop: FileDrop
    signer: Signer

    async def written(self, connection: Connection, plan: Planned) -> IssuedFile:
        return await self._write(connection, plan, self.drop)

    async def compared(self, connection: Connection, plan: Planned) -> str:
        """The SHA-256 that it would have; nothing is kept."""
        return (await self._write(connection, plan, _Nowhere())).sha256

    async def _write(self, connection: Connection, plan: Planned, drop: FileDrop) -> IssuedFile:
        writing = FileWriting(self.layouts, drop, self.signer)
        async with files.lines(connection, plan.header.window_id, plan.header.kind) as parts:
            (file,) = await writing.write([plan], parts, lambda _: None)
        return file


class _Nowhere:
    """A drop that takes everything and keeps nothing."""

    def write(self, owner: str, name: str, content: Iterable[bytes]) -> Path:
        for _ in content:
            pass
        return Path(owner) / name

    def read(self, owner: str, name: str) -> bytes | None:  # noqa: ARG002 - the port's names
        return None

    def open(self, owner: str, name: str) -> BinaryIO | None:  # noqa: ARG002 - the port's names
        return None
