"""Incidents: what failed, of whom, from when to when; kept for the monthly pack and for whoever asks why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from switch.domain.identifiers import EventId, ParticipantCode, WebhookEndpointId

ALIVE_EVERY_SECONDS = 5
DOWN_AFTER_SECONDS = 30
"""Of no sign of life of any process: no restart of one takes so long."""


class IncidentKind(StrEnum):
    BREAKER = "breaker"
    """A biller, or a webhook end point of a bank, did not answer, and was left alone."""
    PARKED = "parked"
    """An advice was refused so often that it is not tried any more."""
    DOWN = "down"
    """The switch itself, or its database."""


@dataclass(frozen=True, slots=True)
class Turn:
    """It begins, or it ends."""

    kind: IncidentKind
    begins: bool
    at: datetime
    participant: ParticipantCode | None = None
    purpose: str = ""
    subject: str = ""


def parked(biller: ParticipantCode, event: EventId, at: datetime, *, begins: bool) -> Turn:
    return Turn(IncidentKind.PARKED, begins, at, biller, "advices", str(event))


def end_point_silent(bank: ParticipantCode, endpoint: WebhookEndpointId, at: datetime, *, begins: bool) -> Turn:
    return Turn(IncidentKind.BREAKER, begins, at, bank, "webhooks", str(endpoint))


def down_between(last: datetime | None, now: datetime) -> tuple[Turn, ...]:
    """Where nobody has seen it alive for longer than a restart takes."""
    if last is None or now - last <= timedelta(seconds=DOWN_AFTER_SECONDS):
        return ()
    return Turn(IncidentKind.DOWN, True, last), Turn(IncidentKind.DOWN, False, now)
