"""Push: issued files go to the SFTP servers that participants have named, until they are there; one dead server delays no other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from switch.domain.file_pushes import PARKED_AFTER_ATTEMPTS, Pushed, Pushing, PushPlace, PushUnknown, next_attempt
from switch.domain.identifiers import ParticipantCode
from switch.ports import Clock, FileSender
from switch.store import file_pushes
from switch.store.database import Database
from switch.usecases.own_queues import OwnQueues

PUSH_SECONDS = 600
"""For one file; what is there of it by then is not sent again."""
LEASE_SECONDS = PUSH_SECONDS + 60


@dataclass(frozen=True, slots=True)
class PushFiles:
    """Whether a file is acknowledged is another matter: that the receiver says itself."""

    clock: Clock
    database: Database
    sender: FileSender
    chance: Callable[[], int]
    queues: OwnQueues[ParticipantCode] = field(default_factory=lambda: OwnQueues("pushes"))

    async def __call__(self) -> int:
        """How many files were taken, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """To each server for which something waits, in the background until the queues are closed."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            places = await file_pushes.places(connection)
            if not places:
                return
            await file_pushes.enqueue(connection, now)
            due = [participant for participant in await file_pushes.due(connection, now) if participant in places]

        async def push(participant: ParticipantCode) -> int:
            return await self._push(places[participant])

        self.queues.start(due, push)

    async def again(self, file_id: str) -> None:
        """Parked or delivered: it waits anew. Raises PushUnknown."""
        async with self.database.transaction() as connection:
            if not await file_pushes.again(connection, file_id, self.clock.now()):
                raise PushUnknown(file=file_id[:100])

    async def _push(self, place: PushPlace) -> int:
        """Oldest first, one after the other; where one does not get through, all of them wait."""
        delivered = 0
        while not self.queues.stopping.is_set():
            async with self.database.transaction() as connection:
                file = await file_pushes.lease(connection, place.participant, self.clock.now(), LEASE_SECONDS)
            if file is None:
                break
            pushed = await self.sender.push(place, file.name, seconds=PUSH_SECONDS)
            tried = self._tried(file, pushed)
            async with self.database.transaction() as connection:
                await file_pushes.record(connection, tried)
                if not pushed.taken:
                    await file_pushes.postpone(connection, tried)
            if not pushed.taken:
                break
            delivered += 1
        return delivered

    def _tried(self, file: Pushing, pushed: Pushed) -> Pushing:
        now = self.clock.now()
        if pushed.taken:
            return replace(file, last_answer=pushed.said, delivered_at=now)
        parked = now if file.attempts + 1 >= PARKED_AFTER_ATTEMPTS else None
        again_at = next_attempt(now, file.attempts, self.chance())
        return replace(file, last_answer=pushed.said, parked_at=parked, next_attempt_at=again_at)
