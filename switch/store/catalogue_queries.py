"""The catalogue as it is asked for: billers and services with when they last changed. Reads only."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.catalogue import OverdueRule
from switch.domain.identifiers import ParticipantCode, ServiceCode

_BILLERS = text("""
    SELECT code, greatest(participant.changed_at, declared.changed_at) AS changed_at
    FROM participant LEFT JOIN (SELECT biller_code, max(changed_at) AS changed_at FROM outage GROUP BY biller_code) AS declared
        ON declared.biller_code = participant.code
    WHERE kind = 'biller' AND status IN ('pilot', 'live', 'suspended') AND code > :after
      AND (CAST(:updated_since AS timestamptz) IS NULL OR greatest(participant.changed_at, declared.changed_at) >= :updated_since)
    ORDER BY code LIMIT :limit
""")
_SERVICES = text("""
    SELECT service.code, greatest(service.changed_at, participant.changed_at, declared.changed_at) AS changed_at
    FROM service JOIN participant ON participant.code = service.biller_code
    LEFT JOIN (SELECT biller_code, max(changed_at) AS changed_at FROM outage GROUP BY biller_code) AS declared
        ON declared.biller_code = service.biller_code AND service.mode IN ('online', 'prepaid')
    WHERE participant.status IN ('pilot', 'live', 'suspended') AND service.code > :after
      AND (CAST(:biller AS text) IS NULL OR service.biller_code = :biller)
      AND (CAST(:updated_since AS timestamptz) IS NULL
           OR greatest(service.changed_at, participant.changed_at, declared.changed_at) >= :updated_since)
    ORDER BY service.code LIMIT :limit
""")
_OVERDUE = text("SELECT overdue FROM service WHERE code = :service")


async def billers(
    connection: AsyncConnection, updated_since: datetime | None, after: str, limit: int
) -> list[tuple[ParticipantCode, datetime]]:
    parameters: dict[str, Any] = {"updated_since": updated_since, "after": after, "limit": limit}
    return [(ParticipantCode(row.code), row.changed_at) for row in (await connection.execute(_BILLERS, parameters)).all()]


async def services(
    connection: AsyncConnection, biller: ParticipantCode | None, updated_since: datetime | None, after: str, limit: int
) -> list[tuple[ServiceCode, datetime]]:
    parameters: dict[str, Any] = {"biller": biller, "updated_since": updated_since, "after": after, "limit": limit}
    return [(ServiceCode(row.code), row.changed_at) for row in (await connection.execute(_SERVICES, parameters)).all()]


async def overdue_rule(connection: AsyncConnection, service: ServiceCode) -> OverdueRule:
    """What becomes of its payments whose biller never answers; where nothing was agreed, staff decide."""
    agreed = (await connection.execute(_OVERDUE, {"service": service})).scalar_one_or_none()
    return OverdueRule.STAFF if agreed is None else OverdueRule(agreed)
