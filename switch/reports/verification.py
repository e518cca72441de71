"""Verification: every invariant that the database can prove, looked at in one moment, in constant memory, also while payments run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import DataError, NoResultFound, ProgrammingError

from switch.domain.errors import Refusal
from switch.ports import FileDrop
from switch.reports.checks import (
    adjustments,
    advices,
    approvals,
    archives,
    batches,
    bills,
    breaks,
    catalogue,
    directory,
    disputes,
    files,
    idempotency,
    inquiries,
    journal,
    liquidity,
    messages,
    payments,
    positions,
    privacy,
    proof_log,
    records,
    reratings,
    reversals,
    splits,
    stand_ins,
    statements,
    webhooks,
    windows,
)
from switch.reports.checks.examination import UNREADABLE, Examination, Finding, Progress
from switch.signatures.notes import LogIdentity
from switch.store.database import Connection, Database, set_apart

__all__ = ["Check", "Finding", "Verification", "VerificationResult"]

STATEMENT_TIMEOUT_SECONDS = 600

# One moment's time zone and patience for every statement; the transaction only reads, and takes them with it.
_SETTINGS = (text("SET LOCAL timezone = 'UTC'"), text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"))

_NEVER_WRITTEN = (*UNREADABLE, Refusal, NoResultFound, DataError, ProgrammingError)
"""Whoever takes constraints away can write what neither we nor the database can read."""

Examine = Callable[[Examination], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check has looked at: how many rows, and how many findings."""

    name: str
    invariant: str
    rows: int
    findings: int


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """`findings` holds the first thousand of each check; how many there are in all stands with the check."""

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        return not any(check.findings for check in self.checks)


def _unseen(name: str, rows: int, total: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, slots=True)
class Verification:
    database: Database
    drop: FileDrop
    log: LogIdentity

    async def __call__(self, progress: Progress = _unseen) -> VerificationResult:
        async with self.database.snapshot() as connection:
            return await self.on(connection, progress)

    async def on(self, connection: Connection, progress: Progress = _unseen) -> VerificationResult:
        """What this transaction sees, and what it has changed itself."""
        examined: list[Examination] = []
        for setting in _SETTINGS:
            await connection.execute(setting)
        for name, invariant, examine in self._checks():
            look = Examination(name, invariant, connection, progress)
            try:
                async with set_apart(connection):
                    await examine(look)
            except _NEVER_WRITTEN as unreadable:  # the row is named by its record, or its leaf
                look.finds(
                    f"check of {name}", f"it could not be finished: a row is as the switch writes none ({type(unreadable).__name__})"
                )
            examined.append(look)
        return VerificationResult(
            checks=tuple(Check(look.name, look.invariant, look.rows, look.found) for look in examined),
            findings=tuple(finding for look in examined for finding in look.findings),
        )

    def _checks(self) -> tuple[tuple[str, str, Examine], ...]:
        return (
            (payments.NAME, payments.INVARIANT, payments.examine),
            (reversals.NAME, reversals.INVARIANT, reversals.examine),
            (idempotency.NAME, idempotency.INVARIANT, idempotency.examine),
            (batches.NAME, batches.INVARIANT, batches.examine),
            (journal.NAME, journal.INVARIANT, journal.examine),
            (messages.NAME, messages.INVARIANT, messages.examine),
            (positions.NAME, positions.INVARIANT, positions.examine),
            (stand_ins.NAME, stand_ins.INVARIANT, stand_ins.examine),
            (archives.NAME, archives.INVARIANT, partial(archives.examine, drop=self.drop)),
            (privacy.NAME, privacy.INVARIANT, privacy.examine),
            (liquidity.NAME, liquidity.INVARIANT, liquidity.examine),
            (bills.NAME, bills.INVARIANT, bills.examine),
            (windows.NAME, windows.INVARIANT, windows.examine),
            (splits.NAME, splits.INVARIANT, splits.examine),
            (approvals.NAME, approvals.INVARIANT, approvals.examine),
            (files.NAME, files.INVARIANT, partial(files.examine, drop=self.drop)),
            (reratings.NAME, reratings.INVARIANT, reratings.examine),
            (adjustments.NAME, adjustments.INVARIANT, adjustments.examine),
            (advices.NAME, advices.INVARIANT, advices.examine),
            (webhooks.NAME, webhooks.INVARIANT, webhooks.examine),
            (inquiries.NAME, inquiries.INVARIANT, inquiries.examine),
            (catalogue.NAME, catalogue.INVARIANT, catalogue.examine),
            (directory.NAME, directory.INVARIANT, directory.examine),
            (statements.NAME, statements.INVARIANT, statements.examine),
            (breaks.NAME, breaks.INVARIANT, breaks.examine),
            (records.NAME, records.INVARIANT, records.examine),
            (disputes.NAME, disputes.INVARIANT, disputes.examine),
            (proof_log.NAME, proof_log.INVARIANT, partial(proof_log.examine, log=self.log)),
        )
