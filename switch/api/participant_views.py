"""Participants on the line, as staff see them."""

from switch.api.proposal_views import ProposalView, proposal_view
from switch.api.shapes import BilingualName, Moment, Shape
from switch.domain.directory import DirectoryChange
from switch.domain.participants import Participant, ParticipantKind, ParticipantStatus
from switch.reports.participants import ParticipantFile


class ParticipantView(Shape):
    code: str
    kind: ParticipantKind
    name: BilingualName
    status: ParticipantStatus
    category: str | None
    governorate: str | None


class ParticipantList(Shape):
    items: list[ParticipantView]


class ReachedView(Shape):
    """Where a biller is reached."""

    protocol: str
    url: str


class ParticipantFileView(Shape):
    participant: ParticipantView
    keys: list[str]
    """The ids of its active keys."""
    reached_at: ReachedView | None
    to_come: list[ProposalView]
    """Agreed on by two people, and not in effect yet; the earliest first."""


class DirectoryChangeView(Shape):
    """Something of this kind was entered or changed."""

    changed_at: Moment
    kind: str
    subject: str
    status: str | None
    """What it became, where it has a status."""
    by: str


class DirectoryChangePage(Shape):
    items: list[DirectoryChangeView]
    next_cursor: str | None


def participant_view(participant: Participant) -> ParticipantView:
    return ParticipantView.model_construct(
        code=participant.code,
        kind=participant.kind,
        name=BilingualName.of(participant.name),
        status=participant.status,
        category=participant.category,
        governorate=participant.governorate,
    )


def file_view(found: ParticipantFile) -> ParticipantFileView:
    endpoint = found.endpoint
    return ParticipantFileView.model_construct(
        participant=participant_view(found.participant),
        keys=list(found.keys),
        reached_at=None if endpoint is None else ReachedView.model_construct(protocol=endpoint.protocol, url=endpoint.url),
        to_come=[proposal_view(one) for one in found.to_come],
    )


def change_view(change: DirectoryChange) -> DirectoryChangeView:
    return DirectoryChangeView.model_construct(
        changed_at=change.changed_at, kind=change.kind, subject=change.subject, status=change.status, by=change.by
    )
