"""The proof log as it is asked for: heads, leaves, and the subtrees of which a proof is made. Reads only."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import PaymentId, bucket_of
from switch.domain.proofs import Range, Subtree, hashes_of, node_hash, subtrees_of
from switch.store.proof_log import LEVELS_APART
from switch.store.sealed_rows import OF_PAYMENT, WITHIN

_HEADS = text("SELECT * FROM proof_head WHERE size < :before ORDER BY size DESC LIMIT :limit")
_LAST = text("SELECT * FROM proof_head ORDER BY size DESC LIMIT 1")
_HEAD_OVER = text("SELECT * FROM proof_head WHERE sealed_below > :xact ORDER BY sealed_below LIMIT 1")
_SIZE_BEFORE = text("SELECT coalesce(max(size), 0) FROM proof_head WHERE size < :size")
_PLACES = text("SELECT position, kind, name, hash FROM proof_leaf WHERE position >= :start AND position < :end AND name = ANY(:names)")
_UNDER = text("""
    SELECT wanted.number, under.hash
    FROM unnest(CAST(:levels AS smallint[]), CAST(:starts AS bigint[]), CAST(:ends AS bigint[]))
        WITH ORDINALITY AS wanted (level, start, stop, number)
    CROSS JOIN LATERAL (
        SELECT position, hash FROM proof_node
        WHERE wanted.level > 0 AND proof_node.level = wanted.level AND position >= wanted.start AND position < wanted.stop
        UNION ALL
        SELECT position, hash FROM proof_leaf WHERE wanted.level = 0 AND position >= wanted.start AND position < wanted.stop
    ) AS under
    ORDER BY wanted.number, under.position
""")
_WAITING = text("""
    SELECT count(*) AS rows, min(since) AS since FROM (
        (SELECT created_at AS since FROM journal_entry WHERE xact >= :begin ORDER BY xact LIMIT :most)
        UNION ALL (SELECT at FROM payment_event WHERE xact >= :begin ORDER BY xact LIMIT :most)
    ) AS waiting
""")
_END = text("SELECT size, sealed_below FROM proof_end")
MOST_COUNTED = 10_000
LEAVES_AT_ONCE = 50_000
_PARTS = text(f"""
    SELECT DISTINCT ON (size / {LEAVES_AT_ONCE}) size, sealed_below FROM proof_head ORDER BY size / {LEAVES_AT_ONCE}, size DESC
""")  # noqa: S608 - our own words
_EVERYTHING = text(f"""
    SELECT sealed.position, kind, name, sealed.hash, stands.content,
        stands.content IS NULL AND EXISTS (SELECT FROM archive WHERE leaves @> sealed.position) AS archived
    FROM (SELECT kind, name, content FROM ({WITHIN}) AS leaf) AS stands
    FULL JOIN (SELECT kind, name, hash, position FROM proof_leaf WHERE position >= :start AND position < :stop) AS sealed USING (kind, name)
    ORDER BY sealed.position
""")  # noqa: S608 - our own words
_HEADS_WITHIN = text("SELECT * FROM proof_head WHERE size > :start AND size <= :stop ORDER BY size")


class SignedHead(NamedTuple):
    size: int
    sealed_below: int
    note: str
    signed_at: datetime


class PlacedLeaf(NamedTuple):
    """A leaf in the log, and what the row that it was made of says now."""

    position: int
    kind: str
    name: str
    hash: bytes
    content: str


class ExportedLeaf(NamedTuple):
    """A leaf as it was sealed and as its row stands: without content the row is gone or archived, without position it came later."""

    position: int | None
    kind: str
    name: str
    hash: bytes | None
    content: str | None
    archived: bool
    """Its row is in the file of an archive, which is sealed in a leaf of its own."""


class Part(NamedTuple):
    """The transactions from `begin` up to, and without, `end`, which were sealed as the leaves from `start` to, without, `stop`."""

    begin: int
    end: int
    start: int
    stop: int


class Waiting(NamedTuple):
    """What is committed and not sealed yet: how many rows (ten thousand of a kind stand for more), and the oldest one's moment."""

    rows: int
    since: datetime | None


async def heads(connection: AsyncConnection, before: int, limit: int) -> list[SignedHead]:
    """Newest first."""
    return [SignedHead(*row) for row in (await connection.execute(_HEADS, {"before": before, "limit": limit})).all()]


async def last_head(connection: AsyncConnection) -> SignedHead | None:
    row = (await connection.execute(_LAST)).one_or_none()
    return None if row is None else SignedHead(*row)


async def waiting(connection: AsyncConnection) -> Waiting:
    end = (await connection.execute(_END)).one()
    return Waiting(*(await connection.execute(_WAITING, {"begin": end.sealed_below, "most": MOST_COUNTED})).one())


async def leaves_of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[PlacedLeaf]:
    """Those that are sealed, in the order of the log."""
    found = (await connection.execute(OF_PAYMENT, {"bucket": bucket_of(payment_id), "payment_id": payment_id})).all()
    placed = []
    for xact in sorted({row.xact for row in found}):
        content = {(row.kind, row.name): row.content for row in found if row.xact == xact}
        head = (await connection.execute(_HEAD_OVER, {"xact": xact})).one_or_none()
        if head is None:
            continue
        start = (await connection.execute(_SIZE_BEFORE, {"size": head.size})).scalar_one()
        parameters = {"start": start, "end": head.size, "names": [name for _, name in content]}
        leaves = (await connection.execute(_PLACES, parameters)).all()
        placed += [
            PlacedLeaf(leaf.position, leaf.kind, leaf.name, leaf.hash, content[leaf.kind, leaf.name])
            for leaf in leaves
            if (leaf.kind, leaf.name) in content
        ]
    return sorted(placed)


async def parts(connection: AsyncConnection) -> list[Part]:
    """The whole log, cut at heads, some ten thousands of leaves at once."""
    begin = start = 0
    found = []
    for head in (await connection.execute(_PARTS)).all():
        found.append(Part(begin, head.sealed_below, start, head.size))
        begin, start = head.sealed_below, head.size
    return found


async def everything(connection: AsyncConnection) -> AsyncIterator[ExportedLeaf | SignedHead]:
    """Leaves from the left, each head after its last one; what came later stands at the end of its part."""
    for part in await parts(connection):
        heads_of_it = {row.size: SignedHead(*row) for row in (await connection.execute(_HEADS_WITHIN, part._asdict())).all()}
        for row in (await connection.execute(_EVERYTHING, part._asdict())).all():
            yield ExportedLeaf(*row)
            if row.position is not None and (head := heads_of_it.get(row.position + 1)) is not None:
                yield head


async def proof(connection: AsyncConnection, ranges: Sequence[Range]) -> list[bytes]:
    """The hashes of these ranges of leaves; at most a few hundred rows are read for each."""
    parts = {part for leaves in ranges for part in subtrees_of(leaves)}
    return hashes_of(ranges, await _subtrees(connection, parts))


async def _subtrees(connection: AsyncConnection, parts: Iterable[Subtree]) -> dict[Subtree, bytes]:
    wanted = sorted(parts)
    kept = [Subtree(part.level - part.level % LEVELS_APART, part.position << part.level % LEVELS_APART) for part in wanted]
    parameters = {
        "levels": [under.level for under in kept],
        "starts": [under.position for under in kept],
        "ends": [under.position + (1 << part.level % LEVELS_APART) for part, under in zip(wanted, kept, strict=True)],
    }
    under: dict[int, list[bytes]] = {}
    for row in (await connection.execute(_UNDER, parameters)).all():
        under.setdefault(row.number, []).append(row.hash)
    return {part: _whole(under[number]) for number, part in enumerate(wanted, 1)}


def _whole(hashes: list[bytes]) -> bytes:
    """The root of a subtree all of whose lower hashes are there."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
