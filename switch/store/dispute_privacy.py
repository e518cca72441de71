"""Privacy of disputes: what people wrote goes after its time; pseudonyms and digests stay, and still prove the rest."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ERASING = text("SELECT set_config('switch.erasing', 'on', true)")
_OLD = text("""
    SELECT dispute_id FROM dispute WHERE erased_at IS NULL AND ended_at < :before ORDER BY ended_at LIMIT :most FOR UPDATE SKIP LOCKED
""")
# As the vault's `erased` writes it: the number of no master key, then the mark.
_EVENTS = text("UPDATE dispute_event SET personal = '\\x0000'::bytea || decode(said, 'hex') WHERE dispute_id = ANY(:ids)")
_ATTACHMENTS = text("UPDATE dispute_attachment SET personal = '\\x0000'::bytea || decode(sha256, 'hex') WHERE dispute_id = ANY(:ids)")
_ERASED = text("UPDATE dispute SET erased_at = :now WHERE dispute_id = ANY(:ids)")


async def erase(connection: AsyncConnection, before: datetime, now: datetime, most: int) -> int:
    """Of disputes that ended before the moment: how many."""
    ids = list((await connection.execute(_OLD, {"before": before, "most": most})).scalars())
    if ids:
        await connection.execute(_ERASING)
        await connection.execute(_EVENTS, {"ids": ids})
        await connection.execute(_ATTACHMENTS, {"ids": ids})
        await connection.execute(_ERASED, {"ids": ids, "now": now})
    return len(ids)
