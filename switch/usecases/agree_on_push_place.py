"""Agree: on where a participant's files are pushed, by two people: who has them knows its customers. Stopping takes one, at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_files
from switch.domain.file_pushes import PushPlace, push_place
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Change, Foreseen, Proposal, given, given_number
from switch.store import file_pushes
from switch.store.database import Database
from switch.usecases.choose_push_place import ChoosePushPlace


@dataclass(frozen=True, slots=True)
class AgreeOnPushPlace:
    database: Database
    directory: Callable[[], Directory]
    choose_push_place: ChoosePushPlace

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the participant. Raises ParticipantUnknown, GetsNoFiles, PushPlaceRefused."""
        wanted = _read(subject, content)
        require_files(self.directory().participant(wanted.participant))
        async with self.database.reading() as connection:
            known = (await file_pushes.places(connection)).get(wanted.participant)
        return Foreseen(changes=(Change(f"where files of {wanted.participant} are pushed", _told(known), _told(wanted)),))

    async def carry_out(self, proposal: Proposal) -> None:
        await self.choose_push_place(_read(proposal.subject, proposal.content), by=proposal.people)


def push_place_content(place: PushPlace) -> dict[str, str]:
    """Of a proposal."""
    return {"host": place.host, "port": str(place.port), "user": place.user, "folder": place.folder, "host_key": place.host_key}


def _read(subject: str, content: Mapping[str, str]) -> PushPlace:
    host, user, folder, host_key = (given(content, field) for field in ("host", "user", "folder", "host_key"))
    return push_place(participant_code(subject), host, given_number(content, "port"), user, folder, host_key)


def _told(place: PushPlace | None) -> str:
    return "–" if place is None else f"{place.user}@{place.host}:{place.port} {place.folder}, {place.host_key}"
