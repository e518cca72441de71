"""Seal: what was committed since becomes leaves of the proof log, and a signed head stands over them. Off the way of payments."""

from collections.abc import Callable
from dataclasses import dataclass

from switch.domain.tree_heads import TreeHead
from switch.domain.webhooks import NOBODY, Listening, log_head_told
from switch.ports import Clock, Signer
from switch.signatures.notes import sign_note
from switch.store import proof_log, sealed_balances, webhooks
from switch.store.database import Connection, Database

ROWS_AT_ONCE = 10_000
"""Of each busy kind; what more one database transaction has added is sealed with it."""


@dataclass(frozen=True, slots=True)
class SealLog:
    clock: Clock
    database: Database
    signer: Signer
    origin: str
    """The log's own name, for ever."""
    rows_at_once: int = ROWS_AT_ONCE
    listening: Callable[[], Listening] = lambda: NOBODY
    """Who keeps heads: one at each window's close, and at most one a minute otherwise."""

    async def __call__(self) -> int:
        """One head over what is new. Says how many leaves where there may be more at once, else 0: heads are seconds apart."""
        leaves = await self._once()
        return leaves if leaves >= self.rows_at_once else 0

    async def whole(self) -> int:
        """Everything that is committed now; says how many leaves that were."""
        sealed = 0
        while some := await self._once():
            sealed += some
        return sealed

    async def _once(self) -> int:
        """One database transaction: of several workers one seals, and one that dies has sealed nothing."""
        async with self.database.transaction() as connection:
            end = await proof_log.take_end(connection)
            return 0 if end is None else await self._seal(connection, end)

    async def _seal(self, connection: Connection, end: proof_log.End) -> int:
        sealed_below = await proof_log.find_next_end(connection, end.sealed_below, self.rows_at_once)
        if sealed_below <= end.sealed_below:
            return 0
        leaves = await proof_log.add_leaves(connection, end.frontier.size, end.sealed_below, sealed_below)
        if not leaves:
            return 0
        frontier, nodes = end.frontier.extended(leaves, keep_every=proof_log.LEVELS_APART)
        now = self.clock.now()
        head = TreeHead(self.origin, frontier.size, frontier.root(), now)
        note = sign_note(self.signer, self.origin, head.text())
        listening = self.listening()
        if listening and await proof_log.worth_telling(connection, end.frontier.size, now):
            await webhooks.append(connection, log_head_told(frontier.size, note, listening, now))
        await proof_log.add_nodes(connection, nodes)
        await proof_log.add_head(connection, frontier.size, sealed_below, note, now)
        await sealed_balances.roll_up(connection, end.sealed_below, sealed_below)
        await proof_log.move_end(connection, frontier, sealed_below)
        return len(leaves)
