"""The directory: who takes part, with which keys and end points, what may be paid and at what tariff; one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from switch.domain.catalogue import Service
from switch.domain.errors import ParticipantUnknown, ServiceUnknown
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.limits import Limits
from switch.domain.participants import Participant


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


@dataclass(frozen=True)
class Directory:
    participants: Mapping[ParticipantCode, Participant] = field(default_factory=dict)
    keys: Mapping[str, ParticipantKey] = field(default_factory=dict)
    services: Mapping[ServiceCode, Service] = field(default_factory=dict)
    endpoints: Mapping[ParticipantCode, Endpoint] = field(default_factory=dict)
    tariffs: tuple[Tariff, ...] = ()
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
