"""The directory as a whole: read in one piece, with the version that every change raises."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.directory import Directory
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.limits import Limit, Limited
from switch.domain.outages import MOST_DECLARED
from switch.store.catalogue import service_of, tariff_of
from switch.store.outages import by_biller, outage_of
from switch.store.participants import endpoint_of, key_of, limit_of, participant_of
from switch.store.webhook_endpoints import webhook_of

_VERSION = text("SELECT version FROM directory_version")
_LOCK = text("SELECT version FROM directory_version FOR UPDATE")
_PARTICIPANTS = text("SELECT * FROM participant ORDER BY code")
_KEYS = text("SELECT * FROM participant_key WHERE status = 'active' ORDER BY keyid")
_SERVICES = text("SELECT * FROM service ORDER BY code")
_ENDPOINTS = text("SELECT * FROM biller_endpoint ORDER BY biller_code")
_LIMITS = text("SELECT * FROM participant_limit WHERE burst IS NOT NULL ORDER BY limit_id")
_TARIFFS = text("SELECT * FROM tariff ORDER BY tariff_id")
_WEBHOOKS = text("SELECT * FROM webhook_endpoint WHERE status <> 'removed' ORDER BY endpoint_id")
_OUTAGES = text("""
    SELECT ranked.* FROM (SELECT outage.*, row_number() OVER (PARTITION BY biller_code ORDER BY ends_at DESC) AS place
                          FROM outage WHERE withdrawn_at IS NULL) AS ranked
    WHERE place <= :most ORDER BY biller_code, begins_at, outage_id
""")


class VersionedDirectory(NamedTuple):
    version: int
    directory: Directory


async def version(connection: AsyncConnection) -> int:
    return int((await connection.execute(_VERSION)).scalar_one())


async def lock(connection: AsyncConnection) -> None:
    """One change of the directory at a time, so that what is checked is still so when it is written."""
    await connection.execute(_LOCK)


async def read(connection: AsyncConnection) -> VersionedDirectory:
    """Wants a snapshot: the version is that of the rows."""
    found = await version(connection)
    participants = [participant_of(row) for row in (await connection.execute(_PARTICIPANTS)).all()]
    keys = [key_of(row) for row in (await connection.execute(_KEYS)).all()]
    services = [service_of(row) for row in (await connection.execute(_SERVICES)).all()]
    endpoints = [endpoint_of(row) for row in (await connection.execute(_ENDPOINTS)).all()]
    tariffs = tuple(tariff_of(row) for row in (await connection.execute(_TARIFFS)).all())
    webhooks = [webhook_of(row) for row in (await connection.execute(_WEBHOOKS)).all()]
    outages = [outage_of(row) for row in (await connection.execute(_OUTAGES, {"most": MOST_DECLARED})).all()]
    limits: dict[ParticipantCode, dict[Limited, Limit]] = defaultdict(dict)
    for said in [limit_of(row) for row in (await connection.execute(_LIMITS)).all()]:
        if said.limit is not None:
            limits[said.participant][said.what] = said.limit
    directory = Directory(
        participants={ParticipantCode(participant.code): participant for participant in participants},
        keys={key.keyid: key for key in keys},
        services={ServiceCode(service.code): service for service in services},
        endpoints={endpoint.biller: endpoint for endpoint in endpoints},
        tariffs=tariffs,
        outages=by_biller(outages),
        webhooks={webhook.endpoint_id: webhook for webhook in webhooks},
        limits=dict(limits),
    )
    return VersionedDirectory(found, directory)
