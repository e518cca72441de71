"""Participants, their keys and end points: rows and what they mean."""

from typing import Any

from sqlalchemy import Row

from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.identifiers import ParticipantCode
from switch.domain.limits import Limit, Limited, ParticipantLimit
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus

ACTIVE = "active"
REVOKED = "revoked"


def participant_of(row: Row[Any]) -> Participant:
    return Participant(
        code=ParticipantCode(row.code),
        kind=ParticipantKind(row.kind),
        name=Name(row.name_ar, row.name_en),
        status=ParticipantStatus(row.status),
        category=row.category,
        governorate=row.governorate,
    )


def participant_row(participant: Participant) -> dict[str, Any]:
    return {
        "code": participant.code,
        "kind": participant.kind,
        "name_ar": participant.name.ar,
        "name_en": participant.name.en,
        "status": participant.status,
        "category": participant.category,
        "governorate": participant.governorate,
    }


def key_of(row: Row[Any]) -> ParticipantKey:
    return ParticipantKey(row.keyid, ParticipantCode(row.participant_code), row.algorithm, row.public_pem)


def key_row(key: ParticipantKey, status: str) -> dict[str, Any]:
    return {
        "keyid": key.keyid,
        "participant_code": key.participant,
        "algorithm": key.algorithm,
        "public_pem": key.public_pem,
        "status": status,
    }


def endpoint_of(row: Row[Any]) -> Endpoint:
    return Endpoint(ParticipantCode(row.biller_code), row.protocol, row.url)


def endpoint_row(endpoint: Endpoint) -> dict[str, Any]:
    return {"biller_code": endpoint.biller, "protocol": endpoint.protocol, "url": endpoint.url}


def limit_of(row: Row[Any]) -> ParticipantLimit:
    limit = None if row.burst is None else Limit(row.burst, row.per_second)
    return ParticipantLimit(ParticipantCode(row.participant_code), Limited(row.what), limit)


def limit_row(said: ParticipantLimit) -> dict[str, Any]:
    return {
        "limit_id": said.limit_id,
        "participant_code": said.participant,
        "what": said.what,
        "burst": said.limit and said.limit.burst,
        "per_second": said.limit and said.limit.per_second,
    }
