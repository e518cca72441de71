"""Erase: what is past its time goes, a small part at a time; payments, journal and proof log stay, and still prove one another."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from switch.domain.privacy import Kept, RetentionRule
from switch.ports import Clock, OldFiles, Quarantine
from switch.store import dispute_privacy, privacy, quarantine, staff
from switch.store.database import Database

MOST_AT_ONCE = 500
TASK = "erase"

_log = structlog.get_logger("switch.privacy")


@dataclass(frozen=True, slots=True)
class EraseExpired:
    clock: Clock
    database: Database
    quarantine: Quarantine
    files: Mapping[Kept, OldFiles] = field(default_factory=dict)
    """What goes by the age of its files alone."""

    async def __call__(self) -> int:
        """One part of each kind: how many rows or files; nothing is left to do where none."""
        async with self.database.reading() as connection:
            rules, banks = await privacy.rules(connection), await privacy.banks(connection)
        erased = {kind: await self._delete(rules[kind]) for kind in (Kept.INQUIRIES, Kept.ADVICES, Kept.WEBHOOKS)}
        erased[Kept.BATCHES] = await self._batch(rules[Kept.BATCHES])
        erased[Kept.PAYERS] = sum([await self._payers(rules[Kept.PAYERS], bank) for bank in banks])
        erased[Kept.PAYERS] += await self._disputes(rules[Kept.PAYERS])
        erased[Kept.SESSIONS] = await self._sessions(rules[Kept.SESSIONS])
        erased[Kept.QUARANTINE] = await self._quarantine(rules[Kept.QUARANTINE])
        for kind, its in self.files.items():
            erased[kind] = await asyncio.to_thread(its.remove, rules[kind].kept_since(self.clock.now()), MOST_AT_ONCE)
        for kind, rows in erased.items():
            if rows:
                _log.info("privacy.erased", kind=kind, rows=rows, days=rules[kind].days)
        return sum(erased.values())

    async def _delete(self, rule: RetentionRule) -> int:
        async with self.database.transaction() as connection:
            return await privacy.delete_old(connection, rule.kind, rule.kept_since(self.clock.now()), MOST_AT_ONCE)

    async def _sessions(self, rule: RetentionRule) -> int:
        async with self.database.transaction() as connection:
            return await staff.delete_sessions(connection, rule.kept_since(self.clock.now()), MOST_AT_ONCE)

    async def _quarantine(self, rule: RetentionRule) -> int:
        """A file first, its row then: where we die in between, the row is still there to begin with again."""
        before = rule.kept_since(self.clock.now())
        async with self.database.reading() as connection:
            found = await quarantine.old(connection, before, MOST_AT_ONCE)
        if not found:
            return 0
        for name, participant in found:
            await asyncio.to_thread(self.quarantine.remove, participant, name)
        async with self.database.transaction() as connection:
            return await quarantine.forget(connection, [name for name, _ in found], before)

    async def _batch(self, rule: RetentionRule) -> int:
        now = self.clock.now()
        async with self.database.transaction() as connection:
            return await privacy.erase_batch(connection, rule.kept_since(now), now)

    async def _disputes(self, rule: RetentionRule) -> int:
        now = self.clock.now()
        async with self.database.transaction() as connection:
            return await dispute_privacy.erase(connection, rule.kept_since(now), now, MOST_AT_ONCE)

    async def _payers(self, rule: RetentionRule, bank: str) -> int:
        now = self.clock.now()
        async with self.database.transaction() as connection:
            its = await privacy.progress_of(connection, TASK, bank, now)
            then = await privacy.erase_payers(connection, its, rule.kept_since(now), MOST_AT_ONCE)
            if then != its:
                await privacy.keep_progress(connection, then)
        return then.done - its.done
