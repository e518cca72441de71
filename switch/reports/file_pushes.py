"""Pushed files: where to, and how far each has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from switch.domain.file_pushes import Pushing, PushPlace
from switch.domain.identifiers import ParticipantCode
from switch.store import file_pushes
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class FilePushes:
    database: Database

    async def places(self) -> dict[ParticipantCode, PushPlace]:
        async with self.database.reading() as connection:
            return await file_pushes.places(connection)

    async def page(self, participant: ParticipantCode | None, most: int, *, waiting: bool) -> Sequence[Pushing]:
        async with self.database.reading() as connection:
            return await file_pushes.page(connection, participant, most, waiting=waiting)
