"""The proof log: every sealed row is what its leaf says, none is gone and none came later, and the signed heads stand over the leaves."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, text

from switch.domain.proofs import Frontier, Subtree
from switch.domain.tree_heads import read_tree_head
from switch.reports.checks.examination import Examination
from switch.signatures.notes import LogIdentity, read_note
from switch.store.proof_log import LEVELS_APART
from switch.store.proof_log_queries import parts
from switch.store.sealed_rows import WITHIN

NAME, INVARIANT = "proof log", "I14"

SUBTREES_AT_ONCE = 5_000

_COUNT = text("SELECT count(*) FROM proof_leaf")
_WORDS = {
    "entry": "journal entry",
    "event": "history of payment",
    "cap": "cap change",
    "directory": "directory change",
    "calendar": "calendar change",
    "audit": "audit entry",
    "window_closed": "close of window",
    "window_settled": "settlement of window",
    "look": "look at a payer",
    "archive": "archive of",
    "record": "record of",
    "refusal": "idempotency key",
    "batch": "payment batch",
    "dispute": "history of dispute",
}
_NAMED = " ".join(f"WHEN '{kind}' THEN '{word}'" for kind, word in _WORDS.items())
_ALTERED = text(f"""
    SELECT CASE kind {_NAMED} ELSE kind END || ' ' || name, CASE
        WHEN stands IS NULL THEN 'it was sealed as leaf ' || position || ' of the proof log and is gone'
        WHEN sealed IS NULL THEN 'it was put into the books after they were sealed'
        WHEN stands = sealed THEN 'it does not stand in the order in which it was sealed as leaf ' || position || ' of the proof log'
        ELSE 'it is not what was sealed as leaf ' || position || ' of the proof log; now it says ' || left(content, 300) END
    FROM (
        SELECT kind, name, position, content, stands.hash AS stands, sealed.hash AS sealed,
            xact < max(xact) OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS out_of_order
        FROM (SELECT kind, name, hash, content, xact FROM ({WITHIN}) AS leaf) AS stands
        FULL JOIN (SELECT kind, name, hash, position FROM proof_leaf WHERE position >= :start AND position < :stop) AS sealed
            USING (kind, name)
    ) AS compared
    WHERE (stands IS DISTINCT FROM sealed OR out_of_order)
      AND NOT (stands IS NULL AND position <@ (
          SELECT coalesce(range_agg(leaves * int8multirange(int8range(:start, :stop))), '{{}}') FROM archive))
    ORDER BY position
""")  # noqa: S608 - our own words
_LEAVES = text("""
    SELECT position, hash, head.size, head.note, head.signed_at
    FROM proof_leaf LEFT JOIN proof_head AS head ON head.size = position + 1 ORDER BY position
""")
_WITHOUT_LEAVES = text("""
    SELECT 'head of ' || size || ' leaves', 'its last leaf is not there'
    FROM proof_head WHERE NOT EXISTS (SELECT FROM proof_leaf WHERE position = size - 1)
""")
_UNEVEN = text("""
    SELECT 'head of ' || size || ' leaves', 'it seals up to another place than the heads beside it'
    FROM (SELECT size, sealed_below, lag(sealed_below) OVER steps AS before, lead(sealed_below) OVER steps AS after
          FROM proof_head WINDOW steps AS (ORDER BY size)) AS head
    WHERE sealed_below <= before OR sealed_below >= after
""")
_NODES = text("""
    SELECT number, hash
    FROM unnest(CAST(:levels AS smallint[]), CAST(:positions AS bigint[])) WITH ORDINALITY AS made (level, position, number)
    LEFT JOIN proof_node USING (level, position) ORDER BY number
""")
_NODES_COUNT = text("SELECT count(*) FROM proof_node")
_END = text("""
    SELECT size, peaks, sealed_below, heads, (SELECT count(*) FROM proof_head) AS kept,
        (SELECT sealed_below FROM proof_head ORDER BY size DESC LIMIT 1) AS last
    FROM proof_end
""")


async def examine(look: Examination, *, log: LogIdentity) -> None:
    await look.where_wrong(_UNEVEN)
    for part in await parts(look.connection):
        for where, what in (await look.connection.execute(_ALTERED, part._asdict())).all():
            look.finds(where, what)
    await _Tree(look, log).examine()


@dataclass(slots=True)
class _Tree:
    """Grown again from the leaves that are kept, and compared with all that was said of it."""

    look: Examination
    log: LogIdentity
    grown: Frontier = field(default_factory=Frontier)
    made: list[tuple[Subtree, bytes]] = field(default_factory=list)
    subtrees: int = 0

    async def examine(self) -> None:
        gap = False
        async for row in self.look.each(_LEAVES, count=_COUNT):
            if gap:
                continue
            if gap := row.position != self.grown.size:
                self.look.finds(f"leaf {self.grown.size}", f"it is not there: leaf {row.position} follows; nothing beyond can be proved")
                continue
            self.grown, made = self.grown.extended((row.hash,), keep_every=LEVELS_APART)
            self.made += made
            if row.size is not None:
                self._head(row)
            if len(self.made) >= SUBTREES_AT_ONCE:
                await self._nodes()
        await self._nodes()
        await self.look.where_wrong(_WITHOUT_LEAVES)
        if not gap:
            await self._end()

    def _head(self, row: Row[Any]) -> None:
        where, note = f"head of {row.size} leaves", read_note(row.note)
        said = None if note is None else read_tree_head(note.text)
        if note is None or said is None:
            self.look.finds(where, "it cannot be read")
        elif said.at != row.signed_at.replace(microsecond=0):
            self.look.finds(where, f"it was signed at another time than {row.signed_at.isoformat()}")
        elif (said.origin, said.size) != (self.log.origin, row.size):
            self.look.finds(where, f"it says that it is of {said.size} leaves of {said.origin}")
        elif not self.log.signed(note):
            self.look.finds(where, "no key of the switch has signed it")
        elif said.root != self.grown.root():
            self.look.finds(where, "it does not stand over the leaves that are there")

    async def _nodes(self) -> None:
        self.subtrees += len(self.made)
        asked = {"levels": [part.level for part, _ in self.made], "positions": [part.position for part, _ in self.made]}
        kept = (await self.look.connection.execute(_NODES, asked)).all()
        for (part, made), row in zip(self.made, kept, strict=True):
            if row.hash != made:
                self.look.finds(f"subtree {part.position} of level {part.level}", "it is not that of its leaves")
        self.made.clear()

    async def _end(self) -> None:
        kept = (await self.look.connection.execute(_NODES_COUNT)).scalar_one()
        if kept != self.subtrees:
            self.look.finds("subtrees of the log", f"there are {kept}, its leaves give {self.subtrees}")
        end = (await self.look.connection.execute(_END)).one_or_none()
        if end is None:
            self.look.finds("end of the log", "it is gone")
        elif (end.size, end.peaks) != (self.grown.size, b"".join(self.grown.peaks)) or end.sealed_below != (end.last or 0):
            self.look.finds("end of the log", "it is not where the leaves and heads end")
        elif end.heads != end.kept:
            self.look.finds("heads of the log", f"there are {end.kept}, {end.heads} were signed")
