"""The directory: who takes part, with which keys and end points, what may be paid and at what tariff; one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from switch.domain.catalogue import Service
from switch.domain.errors import ParticipantUnknown, ServiceUnknown
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode, ServiceCode, WebhookEndpointId
from switch.domain.limits import Limits
from switch.domain.outages import Outage, outage_at
from switch.domain.participants import Participant
from switch.domain.webhooks import Listening, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class ParticipantKey:
    """A registered public key; only `active` ones verify anything."""

    keyid: str
    participant: ParticipantCode
    algorithm: str
    public_pem: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a biller is reached and in which protocol."""

    biller: ParticipantCode
    protocol: str
    url: str


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """A line of its history: something of this kind was entered or changed."""

    change_id: UUID
    kind: str
    subject: str
    status: str | None
    """What it became, where it has a status."""
    changed_at: datetime
    by: str


@dataclass(frozen=True)
class Directory:
    participants: Mapping[ParticipantCode, Participant] = field(default_factory=dict)
    keys: Mapping[str, ParticipantKey] = field(default_factory=dict)
    services: Mapping[ServiceCode, Service] = field(default_factory=dict)
    endpoints: Mapping[ParticipantCode, Endpoint] = field(default_factory=dict)
    tariffs: tuple[Tariff, ...] = ()
    webhooks: Mapping[WebhookEndpointId, WebhookEndpoint] = field(default_factory=dict)
    """Those that are not removed."""

    outages: Mapping[ParticipantCode, tuple[Outage, ...]] = field(default_factory=dict)
    """The latest of each biller's, those over too; none that was withdrawn."""

    def outage(self, biller: ParticipantCode, at: datetime) -> Outage | None:
        """The declared one that the biller is in."""
        return outage_at(self.outages.get(biller, ()), at)

    @cached_property
    def listening(self) -> Listening:
        found: dict[ParticipantCode, tuple[WebhookEndpointId, ...]] = {}
        for endpoint in self.webhooks.values():
            if endpoint.active:
                found[endpoint.bank] = (*found.get(endpoint.bank, ()), endpoint.endpoint_id)
        return found

    limits: Mapping[ParticipantCode, Limits] = field(default_factory=dict)
    """Only what differs from the general ones."""

    def participant(self, code: ParticipantCode) -> Participant:
        if (found := self.participants.get(code)) is None:
            raise ParticipantUnknown(participant=code)
        return found

    def service(self, code: ServiceCode) -> Service:
        if (found := self.services.get(code)) is None:
            raise ServiceUnknown(service=code)
        return found
