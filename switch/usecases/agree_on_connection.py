"""Agree: on where a biller is reached and in which protocol, by two people: whoever answers there answers for its payments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.directory import Directory, Endpoint
from switch.domain.directory_rules import require_biller, require_endpoint
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.usecases.connect_biller import ConnectBiller

URL, PROTOCOL = "url", "protocol"


@dataclass(frozen=True, slots=True)
class AgreeOnConnection:
    directory: Callable[[], Directory]
    connect_biller: ConnectBiller

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the biller. Raises EndpointRefused, ParticipantUnknown, NotABiller."""
        wanted, directory = _read(subject, content), self.directory()
        require_endpoint(wanted, self.connect_biller.protocols)
        require_biller(directory.participant(wanted.biller))
        return Foreseen(
            changes=(Change(f"where {wanted.biller} is reached", _told(directory.endpoints.get(wanted.biller)), _told(wanted)),)
        )

    async def carry_out(self, proposal: Proposal) -> None:
        await self.connect_biller(_read(proposal.subject, proposal.content), by=proposal.people)


def connection_content(endpoint: Endpoint) -> dict[str, str]:
    """Of a proposal."""
    return {URL: endpoint.url, PROTOCOL: endpoint.protocol}


def _read(subject: str, content: Mapping[str, str]) -> Endpoint:
    return Endpoint(participant_code(subject), given(content, PROTOCOL), given(content, URL))


def _told(endpoint: Endpoint | None) -> str:
    return "–" if endpoint is None else f"{endpoint.protocol} at {endpoint.url}"
