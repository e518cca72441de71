"""Choose: where a participant's files are pushed, from the next one on; or that they are not any more."""

from dataclasses import dataclass

from switch.domain.directory_rules import require_files
from switch.domain.file_pushes import PushPlace
from switch.domain.identifiers import ParticipantCode
from switch.ports import Clock
from switch.store import file_pushes
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class ChoosePushPlace:
    clock: Clock
    database: Database

    async def __call__(self, place: PushPlace, *, by: str) -> None:
        """What waits goes there, too. Raises ParticipantUnknown, GetsNoFiles."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_files(await rows.participant(place.participant))
            if (await file_pushes.places(connection)).get(place.participant) != place:
                await file_pushes.choose(connection, place, rows.at, by, active=True)

    async def stop(self, participant: ParticipantCode, *, by: str) -> None:
        """Nothing is lost: files are fetched as before, and what waits goes on when a place is chosen anew."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            if (place := (await file_pushes.places(connection)).get(participant)) is not None:
                await file_pushes.choose(connection, place, rows.at, by, active=False)
