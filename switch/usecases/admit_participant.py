"""Admit: a participant is entered in the directory, or what it says of one is changed: its names, its status."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.domain.directory_rules import AUTHORITIES, require_participant, require_the_same
from switch.domain.participants import Participant
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import DirectoryRows, locked


@dataclass(frozen=True, slots=True)
class AdmitParticipant:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, participant: Participant, *, by: str) -> None:
        """Once or many times. Raises what is wrong with it; a kind never changes and a closed participant stays closed."""
        async with self.database.transaction() as connection:
            await admit(await locked(connection, self.clock, by), participant)
        await self.refresh()


async def admit(rows: DirectoryRows, participant: Participant) -> bool:
    """Whether anything changed."""
    require_participant(participant, await rows.find_participant(participant.code))
    if participant.kind in AUTHORITIES and (standing := await rows.find_authority(participant.kind)) is not None:
        require_the_same(participant, standing)
    return await rows.put_participant(participant)
