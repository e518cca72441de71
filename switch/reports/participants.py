"""Participants as staff look at them: as they are, what is agreed on and not in effect yet, and how they came to be so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from switch.domain.directory import Directory, DirectoryChange, Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Participant
from switch.domain.proposals import Proposal
from switch.store import directory_history, proposals
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ParticipantFile:
    participant: Participant
    keys: Sequence[str]
    """The ids of those that are active."""
    endpoint: Endpoint | None
    to_come: Sequence[Proposal]
    """Agreed on, and not in effect yet; the earliest first."""


@dataclass(frozen=True, slots=True)
class Participants:
    database: Database
    directory: Callable[[], Directory]

    async def one(self, code: ParticipantCode) -> ParticipantFile:
        """Raises ParticipantUnknown."""
        directory = self.directory()
        participant = directory.participant(code)
        keys = sorted(keyid for keyid, key in directory.keys.items() if key.participant == code)
        async with self.database.reading() as connection:
            to_come = await proposals.waiting(connection, code)
        return ParticipantFile(participant, keys, directory.endpoints.get(code), to_come)

    async def history(self, code: ParticipantCode, most: int, before: UUID | None = None) -> Sequence[DirectoryChange]:
        """Newest first. Raises ParticipantUnknown."""
        self.directory().participant(code)
        async with self.database.reading() as connection:
            return await directory_history.about(connection, code, most, before)
