"""The catalogue: services and tariffs as their digests say, and the sealed history of what was changed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, text

from switch.domain.catalogue import Service
from switch.domain.fees import Tariff
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.catalogue import service_of, tariff_of

NAME, INVARIANT = "catalogue", "I14"

_SERVICES = text("SELECT * FROM service ORDER BY code")
_TARIFFS = text("SELECT * FROM tariff ORDER BY tariff_id")
_CHANGES = text("""
    SELECT 'directory change ' || change_id, 'it is not what was recorded of ' || kind || ' ' || subject
    FROM directory_change WHERE digest <> sha256(convert_to((to_jsonb(directory_change) - 'digest')::text, 'UTF8'))
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_SERVICES):
        _same(look, f"service {row.code}", row, service_of)
    async for row in look.each(_TARIFFS):
        _same(look, f"tariff {row.tariff_id}", row, tariff_of)
    await look.where_wrong(_CHANGES)


def _same(look: Examination, where: str, row: Row[Any], read: Callable[[Row[Any]], Service | Tariff]) -> None:
    try:
        same = read(row).digest() == row.digest
    except UNREADABLE:
        same = False
    if not same:
        look.finds(where, "it is not what its digest was made of")
