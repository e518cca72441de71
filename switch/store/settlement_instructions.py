"""Settlement instructions: on record before the RTGS hears of them, then with its answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.rtgs_statements import SettledInstruction
from switch.domain.settlement import SettlementAccount, SettlementAnswer, SettlementInstruction, SettlementLeg, Window

_INSERT = text("""
    INSERT INTO settlement_instruction (instruction_id, window_id, legs, created_at, asked, next_attempt_at)
    VALUES (:id, :window, CAST(:legs AS jsonb), :at, 1, :next)
""")
_FIND = text("SELECT * FROM settlement_instruction WHERE instruction_id = :id")
_ASK = text("UPDATE settlement_instruction SET asked = asked + 1, next_attempt_at = :next WHERE instruction_id = :id")
_POSTPONE = text("UPDATE settlement_instruction SET next_attempt_at = :next WHERE instruction_id = :id AND status IS NULL")
_ANSWER = text("""
    UPDATE settlement_instruction SET status = :status, rtgs_reference = :rtgs_reference, reason = :reason, answered_at = :at
    WHERE instruction_id = :id AND status IS NULL
""")


_REFUSED = text("""
    SELECT instruction_id, sent.window_id, legs, currency FROM settlement_instruction AS sent JOIN settlement_window USING (window_id)
    WHERE sent.window_id = ANY((SELECT members_of(:window))::text[]) AND status = 'rejected' ORDER BY instruction_id
""")
_SETTLED_AFTER_ALL = text("""
    UPDATE settlement_instruction SET status = 'settled', rtgs_reference = :rtgs_reference, answered_at = :at
    WHERE instruction_id = :id AND status = 'rejected'
""")
_SETTLED = text("""
    SELECT sent.instruction_id, sent.window_id, sent.legs, sent.rtgs_reference FROM settlement_instruction AS sent
    JOIN settlement_window AS its ON its.window_id = sent.window_id
    WHERE its.currency = :currency AND its.state = 'settled' AND its.settled_at >= :begin AND its.settled_at < :end
      AND sent.status = 'settled' ORDER BY sent.instruction_id
""")


class Sent(NamedTuple):
    instruction: SettlementInstruction
    asked: int
    """How often the RTGS was asked, about it or for it."""


async def insert(connection: AsyncConnection, instruction: SettlementInstruction, at: datetime, next_attempt_at: datetime) -> None:
    parameters = {
        "id": instruction.instruction_id,
        "window": instruction.window_id,
        "legs": _json(instruction.legs),
        "at": at,
        "next": next_attempt_at,
    }
    await connection.execute(_INSERT, parameters)


async def find(connection: AsyncConnection, instruction_id: str, window: Window) -> Sent:
    row = (await connection.execute(_FIND, {"id": instruction_id})).one()
    return Sent(SettlementInstruction(instruction_id, window.window_id, window.currency, _legs(row.legs)), row.asked)


async def refused(connection: AsyncConnection, window_id: str) -> list[SettlementInstruction]:
    """Of the window, and of those that were moved into it."""
    return [
        SettlementInstruction(row.instruction_id, WindowId(row.window_id), row.currency, _legs(row.legs))
        for row in (await connection.execute(_REFUSED, {"window": window_id})).all()
    ]


async def keep_settled_after_all(connection: AsyncConnection, answer: SettlementAnswer, at: datetime) -> None:
    """What the RTGS had refused is settled, as it says now; why it was refused stays with it."""
    parameters = {"id": answer.instruction_id, "rtgs_reference": answer.rtgs_reference, "at": at}
    await connection.execute(_SETTLED_AFTER_ALL, parameters)


async def settled_between(connection: AsyncConnection, currency: str, begin: datetime, end: datetime) -> list[SettledInstruction]:
    """By the moment of finality; `end` is out."""
    rows = (await connection.execute(_SETTLED, {"currency": currency, "begin": begin, "end": end})).all()
    return [
        SettledInstruction(
            SettlementInstruction(row.instruction_id, WindowId(row.window_id), currency, _legs(row.legs)), row.rtgs_reference
        )
        for row in rows
    ]


async def keep_asked(connection: AsyncConnection, instruction_id: str, next_attempt_at: datetime) -> None:
    """Nobody else needs to ask until then."""
    await connection.execute(_ASK, {"id": instruction_id, "next": next_attempt_at})


async def postpone(connection: AsyncConnection, instruction_id: str, next_attempt_at: datetime) -> None:
    await connection.execute(_POSTPONE, {"id": instruction_id, "next": next_attempt_at})


async def keep_answer(connection: AsyncConnection, answer: SettlementAnswer, at: datetime) -> None:
    """The first answer stands."""
    parameters = {
        "id": answer.instruction_id,
        "status": answer.status,
        "rtgs_reference": answer.rtgs_reference,
        "reason": answer.reason,
        "at": at,
    }
    await connection.execute(_ANSWER, parameters)


def _legs(document: Any) -> tuple[SettlementLeg, ...]:
    return tuple(SettlementLeg(ParticipantCode(leg["participant"]), leg["minor"], _account(leg.get("account"))) for leg in document)


def _account(document: Any) -> SettlementAccount | None:
    return None if document is None else SettlementAccount(ParticipantCode(document["bank"]), document["number"])


def _json(legs: Sequence[SettlementLeg]) -> str:
    return orjson.dumps([_leg(leg) for leg in legs]).decode()


def _leg(leg: SettlementLeg) -> dict[str, Any]:
    its = leg.account
    account = {} if its is None else {"account": {"bank": its.bank, "number": its.number}}
    return {"participant": leg.participant, "minor": leg.minor, **account}
