"""Forwards: what waits for a counterparty that is back is brought forward, a piece at a time, one shortly after the other."""

from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.retries import FORWARD_GAP_MILLISECONDS, MOST_BROUGHT_FORWARD


def forward_of(table: str, key: tuple[str, ...], waiting: str) -> TextClause:
    """`waiting` says which rows wait for `:whose`. What somebody holds just now is left to them."""
    names = ", ".join(key)
    same = " AND ".join(f"{table}.{name} = forward.{name}" for name in key)
    return text(f"""
        UPDATE {table} SET next_attempt_at = CAST(:now AS timestamptz) + forward.place * interval '{FORWARD_GAP_MILLISECONDS} milliseconds'
        FROM (SELECT {names}, row_number() OVER (ORDER BY next_attempt_at) AS place
              FROM (SELECT {names}, next_attempt_at FROM {table} WHERE {waiting} AND next_attempt_at > :beyond
                    ORDER BY next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED) AS held) AS forward
        WHERE {same}
    """)  # noqa: S608 - our own names


async def bring_forward(connection: AsyncConnection, statement: TextClause, whose: object, now: datetime, beyond: datetime) -> bool:
    """Whether there may be more. `beyond` is when the last lease of now has ended: what waits for less may be in somebody's hands."""
    parameters = {"whose": whose, "now": now, "beyond": beyond, "most": MOST_BROUGHT_FORWARD}
    return int((await connection.execute(statement, parameters)).rowcount) == MOST_BROUGHT_FORWARD
