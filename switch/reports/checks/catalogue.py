"""The catalogue: services and tariffs as their digests say, and the sealed history of what was changed."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination
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
        if service_of(row).digest() != row.digest:
            look.finds(f"service {row.code}", "it is not what its digest was made of")
    async for row in look.each(_TARIFFS):
        if tariff_of(row).digest() != row.digest:
            look.finds(f"tariff {row.tariff_id}", "it is not what its digest was made of")
    await look.where_wrong(_CHANGES)
