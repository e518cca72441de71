"""The proof log, as it is written: leaves made of the rows that were committed since, subtrees, signed heads."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.proofs import Frontier, Subtree, split_hashes
from switch.store.database import as_rows, insert_rows
from switch.store.sealed_rows import END, IN_ORDER, WITHIN
from switch.store.tables.proof_log import proof_head, proof_node

LEVELS_APART = 8
"""Of the subtrees, only those of every eighth level are kept."""

_PATIENCE = text("SET LOCAL statement_timeout = '600s'")  # one transaction may have added very many rows
_TAKE = text("SELECT size, sealed_below, peaks FROM proof_end FOR UPDATE SKIP LOCKED")
# The leaves never leave the database; only their hashes come out, one after the other.
_SEAL = text(f"""
    WITH added AS (
        INSERT INTO proof_leaf (position, kind, name, hash)
        SELECT CAST(:size AS bigint) - 1 + row_number() OVER (ORDER BY {IN_ORDER}), kind, name, hash FROM ({WITHIN}) AS leaf
        RETURNING position, hash
    )
    SELECT string_agg(hash, ''::bytea ORDER BY position) FROM added
""")  # noqa: S608 - our own words
_ADD_NODES = insert_rows(proof_node, tuple(proof_node.c.keys()))
_ADD_HEAD = insert_rows(proof_head, tuple(proof_head.c.keys()))
_MOVE_END = text("UPDATE proof_end SET size = :size, sealed_below = :sealed_below, peaks = :peaks, heads = heads + 1")

_WORTH_TELLING = text("""
    SELECT coalesce((SELECT date_trunc('minute', signed_at) < date_trunc('minute', CAST(:now AS timestamptz))
                     FROM proof_head WHERE size <= :size ORDER BY size DESC LIMIT 1), true)
        OR EXISTS (SELECT FROM proof_leaf WHERE position >= :size AND kind = 'window_closed')
""")


class End(NamedTuple):
    """Where the log ends: its right edge, and the first database transaction that is not sealed."""

    frontier: Frontier
    sealed_below: int


async def take_end(connection: AsyncConnection) -> End | None:
    """Locked until the transaction ends; None where somebody else has it."""
    row = (await connection.execute(_TAKE)).one_or_none()
    return None if row is None else End(Frontier(row.size, tuple(split_hashes(row.peaks))), row.sealed_below)


async def find_next_end(connection: AsyncConnection, begin: int, most: int) -> int:
    """Up to which transaction everything has ended, and is about as much as `most` of each kind."""
    return int((await connection.execute(END, {"begin": begin, "most": most - 1})).scalar_one())


async def add_leaves(connection: AsyncConnection, size: int, begin: int, end: int) -> list[bytes]:
    """A leaf for each row of these transactions, at the right of `size`; their hashes, from the left."""
    await connection.execute(_PATIENCE)
    joined = (await connection.execute(_SEAL, {"size": size, "begin": begin, "end": end})).scalar_one()
    return split_hashes(joined or b"")


async def add_nodes(connection: AsyncConnection, nodes: Sequence[tuple[Subtree, bytes]]) -> None:
    if nodes:
        rows = [{"level": part.level, "position": part.position, "hash": hashed} for part, hashed in nodes]
        await connection.execute(_ADD_NODES, as_rows(rows))


async def add_head(connection: AsyncConnection, size: int, sealed_below: int, note: str, signed_at: datetime) -> None:
    row = {"size": size, "sealed_below": sealed_below, "note": note, "signed_at": signed_at}
    await connection.execute(_ADD_HEAD, as_rows([row]))


async def worth_telling(connection: AsyncConnection, size: int, now: datetime) -> bool:
    """Whether a head over more than these is the first of its minute, or stands over the close of a window. Asked before it is added."""
    return bool((await connection.execute(_WORTH_TELLING, {"size": size, "now": now})).scalar_one())


async def move_end(connection: AsyncConnection, frontier: Frontier, sealed_below: int) -> None:
    parameters = {"size": frontier.size, "sealed_below": sealed_below, "peaks": b"".join(frontier.peaks)}
    await connection.execute(_MOVE_END, parameters)
