"""Reissue: a file of any revision once more, byte for byte, where its bytes are gone."""

import asyncio
import hashlib
from dataclasses import dataclass

from switch.domain.errors import FileUnknown
from switch.domain.file_errors import FileDiffers
from switch.domain.statements import IssuedFile
from switch.store import archive_queries, file_queries
from switch.store.database import Database
from switch.usecases.file_remaking import FileRemaking
from switch.usecases.file_writing import FileWriting, Planned


@dataclass(frozen=True, slots=True)
class ReissueFile:
    database: Database
    remaking: FileRemaking

    async def __call__(self, file_id: str) -> IssuedFile:
        """Raises FileUnknown, and FileDiffers where another content lies there or would come out: then nothing is written."""
        async with self.database.transaction() as connection:
            file = await file_queries.one(connection, None, file_id)
            if file is None:
                raise FileUnknown()
            owner, drop = file.header.participant, self.remaking.drop
            content = await asyncio.to_thread(drop.read, owner, file.name)
            if content is None:
                await archive_queries.require_hot(connection, file.header.business_date)
                plan = Planned(file.header, file.totals, file.layout)
                if await self.remaking.compared(connection, plan) != file.sha256:
                    raise FileDiffers(file=f"{owner}/{file.name}")
                await self.remaking.written(connection, plan)
            elif hashlib.sha256(content).hexdigest() != file.sha256:
                raise FileDiffers(file=f"{owner}/{file.name}")
            else:
                await asyncio.to_thread(FileWriting(self.remaking.layouts, drop, self.remaking.signer).sign, file)
        return file
