"""Disputes in the database: opened under a key, locked, moved on with a line of history each, and what was attached to them."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.dispute_terms import DisputeTerm
from switch.domain.disputes import Dispute, DisputeAttachment, DisputeEvent
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.pseudonyms import dispute_pseudonym
from switch.store.dispute_queries import WITH_TERM, attachment_name, event_name, from_row
from switch.store.tables.disputes import dispute as table
from switch.store.tables.disputes import dispute_attachment, dispute_event, dispute_term
from switch.store.vault import vault

_LOCK = text(f"{WITH_TERM} WHERE dispute_id = :id FOR UPDATE OF dispute")
_UNDER_KEY = text(f"{WITH_TERM} WHERE opener_code = :opener AND idempotency_key = :key")
_CARRIED_OUT = text("SELECT 1 FROM dispute_event WHERE dispute_id = :id AND proposal_id = CAST(:proposal AS uuid)")
_DUE = text("""
    SELECT dispute_id FROM dispute WHERE state <> 'closed' AND (told = 0 AND deadline <= :soon OR told < 2 AND deadline <= :now)
    ORDER BY deadline LIMIT :most FOR UPDATE SKIP LOCKED
""")
# Accepted, and no proposal was ever made of it; whoever has accepted proposes it.
_UNPROPOSED = text("""
    SELECT dispute.dispute_id, accepted.by FROM dispute JOIN LATERAL (
        SELECT by, at FROM dispute_event AS event WHERE event.dispute_id = dispute.dispute_id AND event.kind = 'accepted'
        ORDER BY number DESC LIMIT 1
    ) AS accepted ON accepted.at <= :before
    WHERE dispute.state = 'accepted' AND dispute.remedy = 'refund' AND dispute.reversal_id IS NULL
      AND NOT EXISTS (SELECT FROM proposal WHERE kind = 'dispute.refund' AND subject = dispute.dispute_id::text)
    ORDER BY accepted.at LIMIT :most
""")
# What ends a dispute by itself: enough of its payment was taken back since, or the break that it is linked to has ended.
_LANDED = text("""
    SELECT dispute_id, back.reversal_id, CASE WHEN its.state <> 'open' THEN its.break_id END AS break_id
    FROM dispute
    LEFT JOIN break AS its ON its.break_id = dispute.break_id
    CROSS JOIN LATERAL (
        SELECT max(reversal_id::text) AS reversal_id, coalesce(sum(amount_minor), 0) AS minor FROM reversal
        WHERE bucket = bucket_of(dispute.payment_id) AND payment_id = dispute.payment_id AND reversal.state = 'AGREED'
          AND concluded_at >= dispute.opened_at
    ) AS back
    WHERE dispute.state <> 'closed' AND (its.state <> 'open' OR dispute.reason = ANY(:refundable)
        AND back.minor >= coalesce(CASE WHEN remedy = 'refund' THEN agreed_minor END, claimed_minor))
    LIMIT :most FOR UPDATE OF dispute SKIP LOCKED
""")


class Landed(NamedTuple):
    dispute_id: UUID
    reversal_id: str | None
    break_id: str | None


async def add(connection: AsyncConnection, dispute: Dispute, mark: bytes, event: DisputeEvent) -> bool:
    """False where its key is known, or one with this reason lives: then nothing was written."""
    values = {
        **_standing(dispute), "dispute_id": dispute.dispute_id, "payment_id": dispute.payment_id, "bank_code": dispute.bank,
        "biller_code": dispute.biller, "opener_code": dispute.opener_code, "idempotency_key": dispute.idempotency_key,
        "request_mark": mark, "reason": dispute.reason, "currency": dispute.currency, "claimed_minor": dispute.claimed_minor,
        "opened_at": dispute.opened_at,
    }  # fmt: skip
    query = postgresql.insert(table).values(values).on_conflict_do_nothing().returning(table.c.dispute_id)
    if (await connection.execute(query)).one_or_none() is None:
        return False
    await _add_event(connection, dispute, event)
    return True


async def under_key(connection: AsyncConnection, opener: ParticipantCode, key: IdempotencyKey) -> tuple[Dispute, bytes] | None:
    """With the mark of the order that opened it."""
    row = (await connection.execute(_UNDER_KEY, {"opener": opener, "key": key})).one_or_none()
    return None if row is None else (from_row(row), bytes(row.request_mark))


def mark_of(digest: bytes) -> bytes:
    """An order's content can be guessed from its digest, for it is short."""
    return bytes.fromhex(dispute_pseudonym(digest.hex(), ""))


async def lock(connection: AsyncConnection, dispute_id: UUID) -> Dispute | None:
    row = (await connection.execute(_LOCK, {"id": dispute_id})).one_or_none()
    return None if row is None else from_row(row)


async def keep(connection: AsyncConnection, moved: Dispute, event: DisputeEvent) -> None:
    await connection.execute(table.update().where(table.c.dispute_id == moved.dispute_id).values(_standing(moved)))
    await _add_event(connection, moved, event)


async def attach(connection: AsyncConnection, dispute: Dispute, attachment: DisputeAttachment, content: bytes) -> None:
    values = {
        "dispute_id": attachment.dispute_id, "sha256": attachment.sha256, "name": attachment.name, "media_type": attachment.media_type,
        "size": attachment.size, "at": attachment.at, "by": attachment.by,
        "personal": vault().put_bytes(dispute.bank, attachment_name(attachment.dispute_id, attachment.sha256), content),
    }  # fmt: skip
    await connection.execute(insert(dispute_attachment), values)


async def carried_out(connection: AsyncConnection, dispute_id: UUID, proposal_id: UUID) -> bool:
    """Whether this proposal has done its work on it."""
    return (await connection.execute(_CARRIED_OUT, {"id": dispute_id, "proposal": str(proposal_id)})).first() is not None


async def due(connection: AsyncConnection, now: datetime, soon: datetime, most: int) -> list[UUID]:
    """Whose clock ends soon, of which nobody was told; or has run out. Locked; those that somebody else has locked, another time."""
    return list((await connection.execute(_DUE, {"now": now, "soon": soon, "most": most})).scalars())


async def unproposed(connection: AsyncConnection, before: datetime, most: int) -> list[tuple[UUID, str]]:
    return [(row.dispute_id, row.by) for row in (await connection.execute(_UNPROPOSED, {"before": before, "most": most})).all()]


async def landed(connection: AsyncConnection, refundable: list[str], most: int) -> list[Landed]:
    """Locked, like those that are due."""
    return [Landed(*row) for row in (await connection.execute(_LANDED, {"refundable": refundable, "most": most})).all()]


async def add_term(connection: AsyncConnection, term: DisputeTerm, proposal_id: UUID | None, at: datetime, by: str) -> None:
    """Once for each proposal."""
    values = {
        "reason": term.reason, "changed_at": at, "by": by, "first": term.first, "answer_hours": term.answer_hours,
        "answer_silence": term.answer_silence, "review_hours": term.review_hours, "review_silence": term.review_silence,
        "decide_hours": term.decide_hours, "open_days": term.open_days, "proposal_id": proposal_id, "digest": b"",
    }  # fmt: skip
    await connection.execute(postgresql.insert(dispute_term).values(values).on_conflict_do_nothing())


async def _add_event(connection: AsyncConnection, dispute: Dispute, event: DisputeEvent) -> None:
    note, contact = event.note or "", event.contact or ""
    values = {
        "dispute_id": event.dispute_id, "number": event.number, "at": event.at, "by": event.by, "kind": event.kind,
        "facts": None if event.facts is None else orjson.loads(orjson.dumps(dict(event.facts))), "said": dispute_pseudonym(note, contact),
        "personal": vault().put(dispute.bank, event_name(event.dispute_id, event.number), [note, contact]),
        "proposal_id": event.proposal_id, "state": dispute.state, "holder": dispute.holder, "deadline": dispute.deadline,
        "remedy": dispute.remedy, "agreed_minor": dispute.agreed_minor, "outcome": dispute.outcome, "late": dispute.late, "digest": b"",
    }  # fmt: skip
    await connection.execute(insert(dispute_event), values)


def _standing(dispute: Dispute) -> dict[str, Any]:
    return {
        "state": dispute.state, "holder": dispute.holder, "deadline": dispute.deadline, "remedy": dispute.remedy,
        "agreed_minor": dispute.agreed_minor, "outcome": dispute.outcome, "reversal_id": dispute.reversal_id,
        "break_id": dispute.break_id, "hand_overs": dispute.hand_overs, "late": dispute.late, "told": dispute.told,
        "ended_at": dispute.ended_at, "events": dispute.events,
    }  # fmt: skip
