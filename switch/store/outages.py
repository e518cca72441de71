"""Outages: rows and what they mean."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from switch.domain.identifiers import ParticipantCode
from switch.domain.outages import Outage, OutageId
from switch.domain.participants import Name


def outage_of(row: Row[Any]) -> Outage:
    return Outage(
        outage_id=OutageId(row.outage_id),
        biller=ParticipantCode(row.biller_code),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        reason=Name(row.reason_ar, row.reason_en),
        withdrawn_at=row.withdrawn_at,
    )


def outage_row(outage: Outage) -> dict[str, Any]:
    return {
        "outage_id": outage.outage_id,
        "biller_code": outage.biller,
        "begins_at": outage.begins_at,
        "ends_at": outage.ends_at,
        "reason_ar": outage.reason.ar,
        "reason_en": outage.reason.en,
        "withdrawn_at": outage.withdrawn_at,
    }


def by_biller(outages: Iterable[Outage]) -> dict[ParticipantCode, tuple[Outage, ...]]:
    found: dict[ParticipantCode, tuple[Outage, ...]] = {}
    for outage in outages:
        found[outage.biller] = (*found.get(outage.biller, ()), outage)
    return found
