"""Liquidity: warnings, snapshots of positions and the pattern of payments stand as they were written down."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "liquidity", "I14"

_TABLES = {"cap_warning": "cap warning", "position_snapshot": "position history", "turnover": "turnover"}


async def examine(look: Examination) -> None:
    for table, name in _TABLES.items():
        await look.counts(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own words
        await look.where_wrong(
            text(f"""
                SELECT '{name} of ' || bank_code || ' ' || currency, 'it is not what was recorded: ' || (to_jsonb(its) - 'digest')::text
                FROM {table} AS its WHERE digest <> sha256(convert_to((to_jsonb(its) - 'digest')::text, 'UTF8'))
            """)  # noqa: S608 - our own words
        )
