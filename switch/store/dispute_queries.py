"""Disputes as they are asked for, with their history, what was attached and the terms. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.dispute_terms import DisputeReason, DisputeTerm, Party, Remedy, Silence
from switch.domain.disputes import (
    Dispute,
    DisputeAttachment,
    DisputeEvent,
    DisputeEventKind,
    DisputeOutcome,
    DisputeState,
)
from switch.domain.identifiers import DisputeId, IdempotencyKey, ParticipantCode, PaymentId
from switch.store.vault import row_name, vault

WITH_TERM = """
    SELECT dispute.*, term.first, term.answer_hours, term.answer_silence, term.review_hours, term.review_silence, term.decide_hours,
        term.open_days
    FROM dispute CROSS JOIN LATERAL (
        SELECT * FROM dispute_term WHERE dispute_term.reason = dispute.reason AND changed_at <= dispute.opened_at
        ORDER BY changed_at DESC LIMIT 1
    ) AS term
"""
_FIND = text(f"{WITH_TERM} WHERE dispute_id = :id")
_OF_PAYMENT = text(f"{WITH_TERM} WHERE payment_id = :payment_id ORDER BY dispute_id")
_PAGE = text(f"""
    {WITH_TERM}
    WHERE (CAST(:participant AS text) IS NULL OR :participant IN (bank_code, biller_code))
      AND (CAST(:payment_id AS uuid) IS NULL OR payment_id = CAST(:payment_id AS uuid))
      AND (CAST(:state AS text) IS NULL OR state = :state)
      AND (CAST(:reason AS text) IS NULL OR dispute.reason = :reason)
      AND (CAST(:holder AS text) IS NULL OR holder = :holder)
      AND (CAST(:overdue_at AS timestamptz) IS NULL OR deadline <= CAST(:overdue_at AS timestamptz))
      AND (CAST(:before AS uuid) IS NULL OR dispute_id < CAST(:before AS uuid))
    ORDER BY dispute_id DESC LIMIT :most
""")
_EVENTS = text("SELECT * FROM dispute_event WHERE dispute_id = :id ORDER BY number")
_ATTACHMENTS = text(
    "SELECT dispute_id, sha256, name, media_type, size, at, by FROM dispute_attachment WHERE dispute_id = :id ORDER BY at, sha256"
)
_CONTENT = text("SELECT personal FROM dispute_attachment WHERE dispute_id = :id AND sha256 = :sha256")
_TERMS = text("SELECT DISTINCT ON (reason) * FROM dispute_term WHERE changed_at <= :at ORDER BY reason, changed_at DESC")


@dataclass(frozen=True, slots=True)
class DisputeFilter:
    """What is not None must hold. Newest first; `before` is the id that the page before ended with."""

    participant: ParticipantCode | None = None
    payment_id: UUID | None = None
    state: DisputeState | None = None
    reason: DisputeReason | None = None
    holder: Party | None = None
    overdue_at: datetime | None = None
    before: UUID | None = None


async def find(connection: AsyncConnection, dispute_id: UUID) -> Dispute | None:
    row = (await connection.execute(_FIND, {"id": dispute_id})).one_or_none()
    return None if row is None else from_row(row)


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[Dispute]:
    """Oldest first."""
    return [from_row(row) for row in (await connection.execute(_OF_PAYMENT, {"payment_id": payment_id})).all()]


async def page(connection: AsyncConnection, wanted: DisputeFilter, most: int) -> list[Dispute]:
    parameters = {
        "participant": wanted.participant, "payment_id": wanted.payment_id, "state": wanted.state, "reason": wanted.reason,
        "holder": wanted.holder, "overdue_at": wanted.overdue_at, "before": wanted.before, "most": most,
    }  # fmt: skip
    return [from_row(row) for row in (await connection.execute(_PAGE, parameters)).all()]


async def events(connection: AsyncConnection, dispute: Dispute) -> tuple[DisputeEvent, ...]:
    """With what people wrote, unless it was erased. Raises VaultBroken."""
    return tuple(event_of(row, dispute.bank) for row in (await connection.execute(_EVENTS, {"id": dispute.dispute_id})).all())


async def attachments(connection: AsyncConnection, dispute_id: UUID) -> tuple[DisputeAttachment, ...]:
    return tuple(DisputeAttachment(*row) for row in (await connection.execute(_ATTACHMENTS, {"id": dispute_id})).all())


async def content(connection: AsyncConnection, dispute: Dispute, sha256: str) -> bytes | None:
    """None where there is none, or it was erased. Raises VaultBroken."""
    parameters = {"id": dispute.dispute_id, "sha256": sha256}
    kept = (await connection.execute(_CONTENT, parameters)).scalar_one_or_none()
    return None if kept is None else vault().take_bytes(dispute.bank, attachment_name(dispute.dispute_id, sha256), kept)


async def terms(connection: AsyncConnection, at: datetime) -> Mapping[DisputeReason, DisputeTerm]:
    """Those that count at a moment."""
    found = [term_of(row) for row in (await connection.execute(_TERMS, {"at": at})).all()]
    return {term.reason: term for term in found}


def event_name(dispute_id: UUID, number: int) -> bytes:
    return row_name("dispute_event", dispute_id, number)


def attachment_name(dispute_id: UUID, sha256: str) -> bytes:
    return row_name("dispute_attachment", dispute_id) + bytes.fromhex(sha256)


def event_of(row: Row[Any], owner: str) -> DisputeEvent:
    said = vault().take(owner, event_name(row.dispute_id, row.number), row.personal)
    note, contact = (None, None) if said is None else said
    return DisputeEvent(
        dispute_id=DisputeId(row.dispute_id),
        number=row.number,
        at=row.at,
        by=row.by,
        kind=DisputeEventKind(row.kind),
        note=note,
        contact=contact,
        facts=row.facts,
        proposal_id=None if row.proposal_id is None else str(row.proposal_id),
    )


def term_of(row: Row[Any]) -> DisputeTerm:
    return DisputeTerm(
        reason=DisputeReason(row.reason),
        first=Party(row.first),
        answer_hours=row.answer_hours,
        answer_silence=Silence(row.answer_silence),
        review_hours=row.review_hours,
        review_silence=Silence(row.review_silence),
        decide_hours=row.decide_hours,
        open_days=row.open_days,
    )


def from_row(row: Row[Any]) -> Dispute:
    return Dispute(
        dispute_id=DisputeId(row.dispute_id),
        payment_id=PaymentId(row.payment_id),
        bank=ParticipantCode(row.bank_code),
        biller=ParticipantCode(row.biller_code),
        idempotency_key=IdempotencyKey(row.idempotency_key),
        reason=DisputeReason(row.reason),
        currency=row.currency,
        claimed_minor=row.claimed_minor,
        opened_at=row.opened_at,
        term=term_of(row),
        state=DisputeState(row.state),
        holder=Party(row.holder) if row.holder else None,
        deadline=row.deadline,
        remedy=Remedy(row.remedy) if row.remedy else None,
        agreed_minor=row.agreed_minor,
        outcome=DisputeOutcome(row.outcome) if row.outcome else None,
        reversal_id=row.reversal_id,
        break_id=row.break_id,
        hand_overs=row.hand_overs,
        late=row.late,
        told=row.told,
        ended_at=row.ended_at,
        events=row.events,
    )
