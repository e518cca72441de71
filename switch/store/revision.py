"""The schema's revision: what this program needs, and what the database has. Without Alembic, which only migrating needs."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.errors import Refusal

NEEDED = "0001"
"""The newest in `migrations/versions`."""


class SchemaMismatch(Refusal):
    code = "schema_mismatch"
    en = "The database has the schema revision {found}; this program needs {needed}. Run `switch migrate up`."
    ar = "مخطط قاعدة البيانات في المراجعة {found}؛ وهذا البرنامج يحتاج إلى {needed}. نفّذ `switch migrate up`."


async def schema_revision(connection: AsyncConnection) -> str | None:
    """The revision that the database has; None for an empty one."""
    kept = (await connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))).scalar_one()
    return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() if kept else None


async def require_current(connection: AsyncConnection) -> None:
    """Raises SchemaMismatch: no process may start on a schema that it was not made for."""
    if (found := await schema_revision(connection)) != NEEDED:
        raise SchemaMismatch(found=found or "–", needed=NEEDED)
