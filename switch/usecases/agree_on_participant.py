"""Agree: on who takes part: a participant admitted, moved on in its life or named otherwise, by two people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_next, require_participant
from switch.domain.identifiers import participant_code
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.proposals import Change, Foreseen, Proposal, chosen, given
from switch.usecases.admit_participant import AdmitParticipant

FIELDS = ("kind", "status", "name_ar", "name_en", "category", "governorate")


@dataclass(frozen=True, slots=True)
class AgreeOnParticipant:
    directory: Callable[[], Directory]
    admit_participant: AdmitParticipant

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is its code. Raises ParticipantKindFixed, ParticipantClosed, LifeCycleRefused, NameMissing."""
        known = self.directory().participants.get(participant_code(subject))
        participant = _read(subject, content, known)
        require_participant(participant, known)
        require_next(participant, known)
        before, after = {} if known is None else participant_content(known), participant_content(participant)
        pairs = [(field, before.get(field, "–"), after.get(field, "–")) for field in FIELDS]
        return Foreseen(changes=tuple(Change(f"{field} of {participant.code}", *pair) for field, *pair in pairs if pair[0] != pair[1]))

    async def carry_out(self, proposal: Proposal) -> None:
        """What one person has suspended or closed since stays so; what it does not name stays as it is by then."""
        known = self.directory().participants.get(participant_code(proposal.subject))
        participant = _read(proposal.subject, proposal.content, known)
        require_next(participant, known)
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


def _read(subject: str, content: Mapping[str, str], known: Participant | None) -> Participant:
    """With its status alone it is moved on in its life, and everything else stays as it is."""
    status = chosen(ParticipantStatus, content, "status")
    if known is not None and set(content) == {"status"}:
        return replace(known, status=status)
    return Participant(
        code=participant_code(subject),
        kind=chosen(ParticipantKind, content, "kind"),
        name=Name(given(content, "name_ar"), given(content, "name_en")),
        status=status,
        category=content.get("category"),
        governorate=content.get("governorate"),
    )
