"""Agree: on how much of something a participant may ask, by two people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_limit
from switch.domain.identifiers import participant_code
from switch.domain.limits import Limit, Limited, ParticipantLimit
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given_number
from switch.usecases.limit_participant import LimitParticipant

BURST, PER_SECOND = "burst", "per_second"


@dataclass(frozen=True, slots=True)
class AgreeOnLimit:
    directory: Callable[[], Directory]
    limit_participant: LimitParticipant

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` such as 100010:payment; without numbers the general limit holds again. Raises ParticipantUnknown, LimitRefused."""
        said, directory = _read(subject, content), self.directory()
        require_limit(said)
        standing = directory.limits.get(directory.participant(said.participant).code, {}).get(said.what)
        return Foreseen(changes=(Change(f"limit {said.limit_id}", _told(standing), _told(said.limit)),))

    async def carry_out(self, proposal: Proposal) -> None:
        await self.limit_participant(_read(proposal.subject, proposal.content), by=proposal.people)


def limit_content(limit: Limit | None) -> dict[str, str]:
    """Of a proposal."""
    return {} if limit is None else {BURST: str(limit.burst), PER_SECOND: str(limit.per_second)}


def _read(subject: str, content: Mapping[str, str]) -> ParticipantLimit:
    code, _, named = subject.partition(":")
    if (what := next((one for one in Limited if one == named), None)) is None:
        raise ContentWrong(field="subject")
    limit = Limit(given_number(content, BURST), given_number(content, PER_SECOND)) if content else None
    return ParticipantLimit(participant_code(code), what, limit)


def _told(limit: Limit | None) -> str:
    return "the general one" if limit is None else f"{limit.burst:,} at one moment, {limit.per_second:,} a second"
