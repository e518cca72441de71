"""Breaks and how the sides of a day compare, as they are asked for. Reads only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.booked_statements import Side
from switch.domain.breaks import Member
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.payments import PaymentState
from switch.domain.reconciliation import Break, BreakKind, BreakSide, BreakStage, BreakState, Difference, SideResult
from switch.store import group_comparisons

_PAGE = text("""
    SELECT * FROM break
    WHERE (CAST(:participant AS text) IS NULL OR participant_code = :participant OR owner_code = :participant)
      AND (CAST(:kind AS text) IS NULL OR kind = :kind)
      AND (CAST(:overdue_at AS timestamptz) IS NULL OR (state = 'open' AND deadline < :overdue_at))
      AND (CAST(:day AS date) IS NULL OR business_date = :day)
      AND (CAST(:state AS text) IS NULL OR state = :state)
      AND (CAST(:after AS text) IS NULL
           OR (business_date, break_id) < (SELECT business_date, break_id FROM break
               WHERE break_id = :after
                 AND (CAST(:participant AS text) IS NULL OR participant_code = :participant OR owner_code = :participant)))
    ORDER BY business_date DESC, break_id DESC LIMIT :limit
""")
_OF_PAYMENT = text("SELECT * FROM break WHERE payment_id = :payment_id ORDER BY opened_at, break_id")
_SIDES = text("""
    WITH opened AS (
        SELECT participant_code, side, kind, count(*) AS breaks FROM break
        WHERE business_date = :day AND currency = :currency AND state = 'open' GROUP BY participant_code, side, kind
    ),
    kinds AS (
        SELECT participant_code, side, jsonb_object_agg(kind, breaks ORDER BY kind) AS by_kind FROM opened GROUP BY participant_code, side
    ),
    at_stake AS (
        SELECT participant_code, side, max(minor) AS minor FROM break
        WHERE business_date = :day AND currency = :currency AND state = 'open'
        GROUP BY participant_code, side, CASE WHEN kind LIKE 'duplicate%' OR payment_id IS NULL THEN break_id ELSE payment_id::text END
    ),
    stakes AS (SELECT participant_code, side, sum(minor)::bigint AS minor FROM at_stake GROUP BY participant_code, side)
    SELECT reconciled.participant_code, reconciled.side, reconciled.business_date, reconciled.currency,
        reconciled.statement_id IS NOT NULL AS statement_received, reconciled.matched,
        coalesce(kinds.by_kind, '{}') AS by_kind, coalesce(stakes.minor, 0) AS unreconciled_minor
    FROM reconciled_side AS reconciled
    LEFT JOIN kinds USING (participant_code, side) LEFT JOIN stakes USING (participant_code, side)
    WHERE reconciled.business_date = :day AND reconciled.currency = :currency ORDER BY side, participant_code
""")


async def page(
    connection: AsyncConnection,
    participant: ParticipantCode | None,
    business_date: date | None,
    state: BreakState | None,
    after: str | None,
    limit: int,
    kind: BreakKind | None = None,
    overdue_at: datetime | None = None,
) -> list[Break]:
    """Newest business date first; `after` is the break_id that the page before ended with. A participant's own, and what it was handed."""
    parameters = {
        "participant": participant, "day": business_date, "state": state, "after": after, "limit": limit, "kind": kind,
        "overdue_at": overdue_at,
    }  # fmt: skip
    return [from_row(row) for row in (await connection.execute(_PAGE, parameters)).all()]


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[Break]:
    """Oldest first."""
    return [from_row(row) for row in (await connection.execute(_OF_PAYMENT, {"payment_id": payment_id})).all()]


async def members(connection: AsyncConnection, found: Break) -> tuple[Member, ...]:
    """Of a sum: its payments, a thousand at most."""
    key = next((each.ours or each.theirs for each in found.differences if each.field == "group"), None)
    if key is None:
        return ()
    asked = {
        "day": found.business_date, "currency": found.currency, "participant": found.participant, "side": found.side, "key": key,
        "grouping": key.partition(":")[0],
    }  # fmt: skip
    rows = (await connection.execute(group_comparisons.MEMBERS_OF, asked)).all()
    return tuple(Member(PaymentId(row.payment_id), Money(row.amount_minor, row.currency), PaymentState(row.state)) for row in rows)


async def sides(connection: AsyncConnection, business_date: date, currency: str) -> list[SideResult]:
    """As the last reconciliation of that day left it: banks first, each by its code."""
    rows = (await connection.execute(_SIDES, {"day": business_date, "currency": currency})).all()
    return [_side(row) for row in rows]


def from_row(row: Row[Any]) -> Break:
    return Break(
        break_id=row.break_id,
        kind=BreakKind(row.kind),
        side=BreakSide(row.side),
        participant=ParticipantCode(row.participant_code),
        business_date=row.business_date,
        currency=row.currency,
        payment_id=PaymentId(row.payment_id) if row.payment_id else None,
        minor=row.minor,
        differences=tuple(Difference(each["field"], each["ours"], each["theirs"]) for each in row.differences),
        state=BreakState(row.state),
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        stage=BreakStage(row.stage),
        owner=ParticipantCode(row.owner_code) if row.owner_code else None,
        person=row.person,
        deadline=row.deadline,
        decided=row.decided,
        events=row.events,
    )


def _side(row: Row[Any]) -> SideResult:
    by_kind = {BreakKind(kind): int(breaks) for kind, breaks in row.by_kind.items()}
    return SideResult(
        participant=ParticipantCode(row.participant_code),
        side=Side(row.side),
        business_date=row.business_date,
        currency=row.currency,
        statement_received=row.statement_received,
        matched=row.matched,
        breaks=sum(by_kind.values()),
        unreconciled_minor=row.unreconciled_minor,
        breaks_by_kind=by_kind,
    )
