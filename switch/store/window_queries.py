"""Windows as they are asked for, and what the worker has to do with them. Reads only."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.settlement import Window
from switch.store.windows import from_row

_PAGE = text("""
    SELECT * FROM settlement_window
    WHERE (CAST(:currency AS text) IS NULL OR currency = :currency)
      AND (CAST(:before AS text) IS NULL OR (business_date, number, window_id)
          < (SELECT business_date, number, window_id FROM settlement_window WHERE window_id = :before))
    ORDER BY business_date DESC, number DESC, window_id DESC LIMIT :limit
""")
_DUE_TO_CLOSE = text("""
    SELECT its.* FROM open_window JOIN settlement_window AS its USING (window_id) WHERE closes_at <= :now ORDER BY window_id
""")
_DUE_TO_SETTLE = text("""
    SELECT window_id FROM settlement_window AS its WHERE (state = 'closed' AND reason IS NULL) OR (state = 'settling' AND NOT EXISTS (
        SELECT FROM settlement_instruction AS sent WHERE sent.window_id = its.window_id AND sent.status IS NULL AND next_attempt_at > :now
    )) ORDER BY business_date, number, currency
""")
# In the order of finality, so that the files of one participant are numbered in the order in which its money moved.
_DUE_TO_ISSUE = text("""
    SELECT window_id FROM settlement_window
    WHERE state = 'settled' AND files_issued_at IS NULL AND reason IS NULL ORDER BY settled_at, window_id
""")
_CLOSED_BY = text("SELECT closed_by FROM settlement_window WHERE window_id = :window")
# A bank owes the amount and the payer's fee less its own share; a biller is owed the amount less its fee; the rest are shares of fees.
# Reversals count with the other sign.
_OF_BANK = text("""
    SELECT count(*) FILTER (WHERE NOT reversal), coalesce(sum(amount_minor), 0)::bigint, coalesce(sum(payer_fee - bank_fee), 0)::bigint,
        coalesce(sum(amount_minor + payer_fee - bank_fee), 0)::bigint
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) AND bank_code = :code
""")
_OF_BILLER = text("""
    SELECT count(*) FILTER (WHERE NOT reversal), coalesce(sum(amount_minor), 0)::bigint, coalesce(sum(biller_fee), 0)::bigint,
        coalesce(-sum(amount_minor - biller_fee), 0)::bigint
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) AND biller_code = :code
""")
_OF_OPERATOR = text("""
    SELECT count(*) FILTER (WHERE NOT reversal), 0::bigint, coalesce(sum(switch_fee), 0)::bigint, coalesce(-sum(switch_fee), 0)::bigint
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) AND switch_fee <> 0
""")
_OF_OVERSEER = text("""
    SELECT count(*) FILTER (WHERE NOT reversal), 0::bigint, coalesce(sum(central_bank_fee + tax), 0)::bigint,
        coalesce(-sum(central_bank_fee + tax), 0)::bigint
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) AND central_bank_fee + tax <> 0
""")
# What became of a window and, where it was moved on, of those with which it is settled; in the order of the chain.
_STEPS = text("""
    WITH RECURSIVE chain AS (
        SELECT window_id, moved_to, closed_at, closed_by, 1 AS place FROM settlement_window WHERE window_id = :window
        UNION ALL
        SELECT its.window_id, its.moved_to, its.closed_at, its.closed_by, chain.place + 1
        FROM settlement_window AS its JOIN chain ON its.window_id = chain.moved_to
    )
    SELECT at, window_id, what, by, note FROM (
        SELECT place, 0 AS rank, closed_at AS at, window_id, 'closed' AS what, coalesce(closed_by, 'switch') AS by, '' AS note
        FROM chain WHERE closed_at IS NOT NULL
        UNION ALL
        SELECT place, 1, answered_at, window_id, status, 'rtgs', instruction_id || ': ' || coalesce(rtgs_reference, reason, '–')
        FROM settlement_instruction JOIN chain USING (window_id) WHERE status IS NOT NULL
        UNION ALL
        SELECT place, 2, decided_at, window_id, kind, by, CASE WHEN kind = 'moved' THEN moved_to || ': ' ELSE '' END || reason
        FROM window_decision JOIN chain USING (window_id)
    ) AS step ORDER BY place, at, rank, what
""")
_KIND = text("SELECT kind FROM participant WHERE code = :code")
_BY_KIND = {"bank": _OF_BANK, "wallet": _OF_BANK, "biller": _OF_BILLER, "operator": _OF_OPERATOR, "overseer": _OF_OVERSEER}


class Sums(NamedTuple):
    """Of one participant in one window, in minor units; the net is positive where it pays."""

    payments: int
    amount: int
    fees: int
    net: int


class WindowStep(NamedTuple):
    """What became of a window: closed, refused or settled by the RTGS, decided about by two people."""

    at: datetime
    window_id: WindowId
    what: str
    """`closed`, `rejected` or `settled` by the RTGS, or the kind of a decision."""
    by: str
    note: str
    """The reason, or the RTGS reference; of what was moved, into which window."""


async def page(connection: AsyncConnection, currency: str | None, before: str | None, limit: int) -> list[Window]:
    rows = (await connection.execute(_PAGE, {"currency": currency, "before": before, "limit": limit})).all()
    return [from_row(row) for row in rows]


async def due_to_close(connection: AsyncConnection, now: datetime) -> list[Window]:
    return [from_row(row) for row in (await connection.execute(_DUE_TO_CLOSE, {"now": now})).all()]


async def due_to_settle(connection: AsyncConnection, now: datetime) -> list[WindowId]:
    """Closed ones that do not wait for staff, and those whose instruction has to be asked for again."""
    return list((await connection.execute(_DUE_TO_SETTLE, {"now": now})).scalars())


async def due_to_issue(connection: AsyncConnection) -> list[WindowId]:
    return list((await connection.execute(_DUE_TO_ISSUE)).scalars())


async def closed_by(connection: AsyncConnection, window_id: str) -> str | None:
    return (await connection.execute(_CLOSED_BY, {"window": window_id})).scalar_one_or_none()


async def sums_of(connection: AsyncConnection, participant: ParticipantCode, window_id: str) -> Sums:
    """Zeros for whoever had nothing in it."""
    kind = (await connection.execute(_KIND, {"code": participant})).scalar_one_or_none()
    if kind is None:
        return Sums(0, 0, 0, 0)
    return Sums(*(await connection.execute(_BY_KIND[kind], {"window": window_id, "code": participant})).one())


async def steps(connection: AsyncConnection, window_id: str) -> list[WindowStep]:
    """Of this one and of those with which it is settled, the oldest first."""
    return [WindowStep(*row) for row in (await connection.execute(_STEPS, {"window": window_id})).all()]
