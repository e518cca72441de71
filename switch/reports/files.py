"""Files: those issued to a participant or for a window, with their bytes and signatures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from switch.domain.errors import FileUnknown
from switch.domain.file_receipts import FileCare
from switch.domain.file_signatures import SUFFIX
from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import IssuedFile
from switch.ports import FileDrop
from switch.store import file_layouts, file_queries, file_receipts
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Files:
    """For staff a code may be None: then it is anybody's file."""

    database: Database
    drop: FileDrop

    async def of_participant(self, code: ParticipantCode | None, after: str | None = None, limit: int = 100) -> list[IssuedFile]:
        """Newest first; `after` is the last file of the page before."""
        async with self.database.reading() as connection:
            return await file_queries.page(connection, code, after, limit)

    async def care(self, files: Sequence[IssuedFile]) -> list[FileCare]:
        """What has become of each."""
        async with self.database.reading() as connection:
            found = await file_receipts.of_files(connection, [file.file_id for file in files])
        return [found[file.file_id] for file in files]

    async def unsettled(self, now: datetime, limit: int = 1_000) -> list[FileCare]:
        """Refused by their receivers, or not acknowledged in time; the oldest first."""
        async with self.database.reading() as connection:
            return await file_receipts.unsettled(connection, now, limit)

    async def layouts(self) -> dict[ParticipantCode, str]:
        """What participants have chosen; who is not named gets the default one."""
        async with self.database.reading() as connection:
            return await file_layouts.chosen(connection)

    async def of_window(self, window_id: str) -> list[IssuedFile]:
        async with self.database.reading() as connection:
            return await file_queries.of_window(connection, window_id)

    async def one(self, code: ParticipantCode | None, file_id: str) -> IssuedFile:
        """Raises FileUnknown for a stranger's file as for one that never was."""
        async with self.database.reading() as connection:
            found = await file_queries.one(connection, code, file_id)
        if found is None:
            raise FileUnknown()
        return found

    async def before(self, file: IssuedFile) -> IssuedFile | None:
        """The one with the sequence number before it; None for the first."""
        async with self.database.reading() as connection:
            return await file_queries.before(connection, file)

    async def content(self, code: ParticipantCode | None, file_id: str) -> bytes:
        """Raises FileUnknown, also where its bytes are gone from the drop: issue the window's files once more."""
        file = await self.one(code, file_id)
        return await self._bytes(file.header.participant, file.name)

    async def signature(self, code: ParticipantCode | None, file_id: str) -> bytes:
        """The document beside it. Raises FileUnknown."""
        file = await self.one(code, file_id)
        return await self._bytes(file.header.participant, file.name + SUFFIX)

    async def _bytes(self, owner: ParticipantCode, name: str) -> bytes:
        content = await asyncio.to_thread(self.drop.read, owner, name)
        if content is None:
            raise FileUnknown()
        return content
