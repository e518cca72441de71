"""Debts in the database: what is still owed, payments of it as two people have agreed on them, and what became of each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.debts import Debt, DebtPayment, DebtState, DebtWay
from switch.domain.defaults import Claim, Source
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.store.database import as_rows, insert_rows
from switch.store.tables.debts import debt_part, debt_payment

_PAYMENT_COLUMNS = tuple(debt_payment.c.keys())
_INSERT = insert_rows(debt_payment, _PAYMENT_COLUMNS)
_INSERT_PARTS = insert_rows(debt_part, tuple(debt_part.c.keys()))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('debt of ' || :defaulter || ' in ' || :currency, 0))")
_OWED = text("""
    SELECT * FROM default_debt
    WHERE (CAST(:currency AS text) IS NULL OR currency = :currency) AND (CAST(:defaulter AS text) IS NULL OR defaulter_code = :defaulter)
    ORDER BY currency, defaulter_code, creditor_code, source
""")
_PAYMENTS = """
    SELECT its.*, (SELECT jsonb_agg(jsonb_build_array(creditor_code, source, minor::text) ORDER BY creditor_code, source)
        FROM debt_part WHERE debt_part.debt_payment_id = its.debt_payment_id) AS parts
    FROM debt_payment AS its
"""
_EVERY = text(f"""
    {_PAYMENTS} WHERE CAST(:participant AS text) IS NULL OR defaulter_code = :participant OR EXISTS (
        SELECT FROM debt_part AS part WHERE part.debt_payment_id = its.debt_payment_id AND creditor_code = :participant)
    ORDER BY ordered_at DESC, debt_payment_id LIMIT :limit
""")
_BY_PROPOSAL = text(f"{_PAYMENTS} WHERE proposal_id = :proposal")
_LOCK_ONE = text(f"{_PAYMENTS} WHERE debt_payment_id = :id FOR NO KEY UPDATE OF its")
_NOTED = text(f"{_PAYMENTS} WHERE currency = :currency AND rtgs_reference = :reference")
_NEXT_NUMBER = text("""
    SELECT coalesce(max(number), 0) + 1 FROM debt_payment WHERE currency = :currency AND defaulter_code = :defaulter
""")
_UNDER_WAY = text("""
    SELECT debt_payment_id FROM debt_payment WHERE currency = :currency AND defaulter_code = :defaulter AND state = 'asked'
""")
_REFUSED = text(f"{_PAYMENTS} WHERE currency = :currency AND defaulter_code = :defaulter AND state = 'refused' ORDER BY number")
_REFERENCES = text("""
    SELECT rtgs_reference FROM debt_payment
    WHERE currency = :currency AND defaulter_code = :defaulter AND state = 'done' AND rtgs_reference IS NOT NULL
""")
_DUE = text("SELECT debt_payment_id FROM debt_payment WHERE state = 'asked' AND next_attempt_at <= :now ORDER BY debt_payment_id")
_LEASE = text("""
    UPDATE debt_payment SET asked = asked + 1, next_attempt_at = :until WHERE debt_payment_id = :id AND next_attempt_at <= :now
    RETURNING debt_payment_id
""")
_ASK_AGAIN_AT = text("UPDATE debt_payment SET next_attempt_at = :at WHERE debt_payment_id = :id")
_CONCLUDE = text("""
    UPDATE debt_payment SET state = :state, rtgs_reference = :reference, settled_at = :settled_at, refused_because = :refused_because,
        window_id = :window, concluded_at = :now, next_attempt_at = NULL
    WHERE debt_payment_id = :id
""")
_SETTLED = text(f"""
    {_PAYMENTS} WHERE currency = :currency AND state = 'done' AND way <> 'written_off' AND settled_at >= :begin AND settled_at < :end
    ORDER BY debt_payment_id
""")


async def lock(connection: AsyncConnection, currency: str, defaulter: ParticipantCode) -> None:
    """Two who pay the same debt follow each other."""
    await connection.execute(_LOCK, {"currency": currency, "defaulter": defaulter})


async def owed(connection: AsyncConnection, currency: str | None = None, defaulter: ParticipantCode | None = None) -> list[Debt]:
    found: defaultdict[tuple[str, ParticipantCode], list[Claim]] = defaultdict(list)
    for row in (await connection.execute(_OWED, {"currency": currency, "defaulter": defaulter})).all():
        claim = Claim(ParticipantCode(row.defaulter_code), ParticipantCode(row.creditor_code), Source(row.source), row.minor)
        found[row.currency, claim.defaulter].append(claim)
    return [Debt(defaulter, currency, tuple(claims)) for (currency, defaulter), claims in found.items()]


async def payments(connection: AsyncConnection, limit: int, participant: ParticipantCode | None = None) -> list[DebtPayment]:
    """Newest first; those that concern the participant, or all."""
    return [_from_row(row) for row in (await connection.execute(_EVERY, {"limit": limit, "participant": participant})).all()]


async def of_proposal(connection: AsyncConnection, proposal_id: UUID) -> DebtPayment | None:
    row = (await connection.execute(_BY_PROPOSAL, {"proposal": proposal_id})).one_or_none()
    return None if row is None else _from_row(row)


async def lock_payment(connection: AsyncConnection, debt_payment_id: str) -> DebtPayment:
    return _from_row((await connection.execute(_LOCK_ONE, {"id": debt_payment_id})).one())


async def with_reference(connection: AsyncConnection, currency: str, reference: str) -> DebtPayment | None:
    row = (await connection.execute(_NOTED, {"currency": currency, "reference": reference})).one_or_none()
    return None if row is None else _from_row(row)


async def next_number(connection: AsyncConnection, currency: str, defaulter: ParticipantCode) -> int:
    return int((await connection.execute(_NEXT_NUMBER, {"currency": currency, "defaulter": defaulter})).scalar_one())


async def under_way(connection: AsyncConnection, currency: str, defaulter: ParticipantCode) -> str | None:
    return (await connection.execute(_UNDER_WAY, {"currency": currency, "defaulter": defaulter})).scalar_one_or_none()


async def refused(connection: AsyncConnection, currency: str, defaulter: ParticipantCode) -> list[DebtPayment]:
    """By the RTGS, which may say otherwise by now."""
    rows = (await connection.execute(_REFUSED, {"currency": currency, "defaulter": defaulter})).all()
    return [_from_row(row) for row in rows]


async def references(connection: AsyncConnection, currency: str, defaulter: ParticipantCode) -> set[str]:
    """Of the RTGS, under which a debt of it was paid; noted ones, too."""
    return set((await connection.execute(_REFERENCES, {"currency": currency, "defaulter": defaulter})).scalars())


async def due(connection: AsyncConnection, now: datetime) -> list[str]:
    """Of which the RTGS has to be asked."""
    return list((await connection.execute(_DUE, {"now": now})).scalars())


async def insert(connection: AsyncConnection, made: DebtPayment, now: datetime, next_attempt_at: datetime | None) -> None:
    row = {
        "debt_payment_id": made.debt_payment_id,
        "currency": made.currency,
        "defaulter_code": made.defaulter,
        "number": made.number,
        "way": made.way,
        "minor": made.minor,
        "state": made.state,
        "proposal_id": made.proposal_id,
        "ordered_at": made.ordered_at,
        "by": made.by,
        "reason": made.reason,
        "ordered_in": made.ordered_in,
        "rtgs_reference": made.rtgs_reference,
        "settled_at": made.settled_at,
        "refused_because": made.refused_because,
        "window_id": made.window_id,
        "concluded_at": None if made.state is DebtState.ASKED else now,
        "asked": made.asked,
        "next_attempt_at": next_attempt_at,
    }
    await connection.execute(_INSERT, as_rows([row]))
    parts = [
        {"debt_payment_id": made.debt_payment_id, "creditor_code": part.creditor, "source": part.source, "minor": part.minor}
        for part in made.parts
    ]
    await connection.execute(_INSERT_PARTS, as_rows(parts))


async def lease(connection: AsyncConnection, debt_payment_id: str, now: datetime, until: datetime) -> bool:
    """False where another worker is asking, or it is too early."""
    return (await connection.execute(_LEASE, {"id": debt_payment_id, "now": now, "until": until})).first() is not None


async def ask_again_at(connection: AsyncConnection, debt_payment_id: str, at: datetime) -> None:
    await connection.execute(_ASK_AGAIN_AT, {"id": debt_payment_id, "at": at})


async def conclude(connection: AsyncConnection, made: DebtPayment, now: datetime) -> None:
    parameters = {
        "id": made.debt_payment_id,
        "state": made.state,
        "reference": made.rtgs_reference,
        "settled_at": made.settled_at,
        "refused_because": made.refused_because,
        "window": made.window_id,
        "now": now,
    }
    await connection.execute(_CONCLUDE, parameters)


async def settled_between(connection: AsyncConnection, currency: str, begin: datetime, end: datetime) -> list[DebtPayment]:
    """By the moment of finality; `end` is out."""
    rows: Sequence[Row[Any]] = (await connection.execute(_SETTLED, {"currency": currency, "begin": begin, "end": end})).all()
    return [_from_row(row) for row in rows]


def _from_row(row: Row[Any]) -> DebtPayment:
    defaulter = ParticipantCode(row.defaulter_code)
    return DebtPayment(
        debt_payment_id=row.debt_payment_id,
        currency=row.currency,
        defaulter=defaulter,
        number=row.number,
        way=DebtWay(row.way),
        parts=tuple(Claim(defaulter, ParticipantCode(creditor), Source(source), int(minor)) for creditor, source, minor in row.parts or ()),
        state=DebtState(row.state),
        proposal_id=row.proposal_id,
        ordered_at=row.ordered_at,
        by=row.by,
        reason=row.reason,
        ordered_in=WindowId(row.ordered_in),
        rtgs_reference=row.rtgs_reference,
        settled_at=row.settled_at,
        refused_because=row.refused_because,
        window_id=None if row.window_id is None else WindowId(row.window_id),
        asked=row.asked,
    )
