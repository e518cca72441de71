"""Agree: on who takes part: a participant admitted, moved on in its life or named otherwise, by two people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_next, require_participant
from switch.domain.identifiers import participant_code
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.proposals import Change, ContentWrong, Foreseen, Proposal, given
from switch.usecases.admit_participant import AdmitParticipant

FIELDS = ("kind", "status", "name_ar", "name_en", "category", "governorate")

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class AgreeOnParticipant:
    directory: Callable[[], Directory]
    admit_participant: AdmitParticipant

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is its code. Raises ParticipantKindFixed, ParticipantClosed, LifeCycleRefused, NameMissing."""
        participant = _read(subject, content)
        known = self.directory().participants.get(participant.code)
        require_participant(participant, known)
        require_next(participant, known)
        before, after = {} if known is None else participant_content(known), participant_content(participant)
        pairs = [(field, before.get(field, "–"), after.get(field, "–")) for field in FIELDS]
        return Foreseen(changes=tuple(Change(f"{field} of {participant.code}", *pair) for field, *pair in pairs if pair[0] != pair[1]))

    async def carry_out(self, proposal: Proposal) -> None:
        """What one person has suspended or closed since stays so."""
        participant = _read(proposal.subject, proposal.content)
        require_next(participant, self.directory().participants.get(participant.code))
        await self.admit_participant(participant, by=proposal.people)


def participant_content(participant: Participant) -> dict[str, str]:
    """Of a proposal."""
    values = {
        "kind": participant.kind,
        "status": participant.status,
        "name_ar": participant.name.ar,
        "name_en": participant.name.en,
        "category": participant.category,
        "governorate": participant.governorate,
    }
    return {field: value for field, value in values.items() if value}


def _read(subject: str, content: Mapping[str, str]) -> Participant:
    return Participant(
        code=participant_code(subject),
        kind=_one_of(ParticipantKind, content, "kind"),
        name=Name(given(content, "name_ar"), given(content, "name_en")),
        status=_one_of(ParticipantStatus, content, "status"),
        category=content.get("category"),
        governorate=content.get("governorate"),
    )


def _one_of(kind: type[Choice], content: Mapping[str, str], field: str) -> Choice:
    try:
        return kind(given(content, field))
    except ValueError:
        raise ContentWrong(field=field) from None
