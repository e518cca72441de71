"""Suspense in the database: which breaks have something left there, and what was paid on over the RTGS."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.money import Money
from switch.domain.rtgs_statements import SettledInstruction
from switch.domain.settlement import SettlementInstruction, SettlementLeg
from switch.domain.suspense import WRITTEN_OFF, Held, Suspended

_HELD = text("""
    SELECT break.break_id, break.participant_code, break.business_date, break.currency, booked.at, -posting.minor AS minor,
        -posting.minor - coalesce((SELECT sum((event.facts->>'minor')::bigint) FROM break_event AS event
            WHERE event.break_id = break.break_id AND event.kind = 'released'), 0)::bigint AS remaining
    FROM break JOIN break_event AS booked ON booked.break_id = break.break_id AND booked.kind = 'repaired'
        AND booked.facts->>'repair' = 'suspend'
    JOIN posting ON posting.bucket = bucket_of((booked.facts->>'entry_id')::uuid) AND posting.entry_id = (booked.facts->>'entry_id')::uuid
        AND posting.account_code = 'suspense'
    WHERE break.side = 'rtgs' AND (CAST(:break_id AS text) IS NULL OR break.break_id = :break_id)
    ORDER BY booked.at, break.break_id
""")
_PAID_ON = text("""
    SELECT event.facts FROM break_event AS event JOIN break USING (break_id)
    WHERE break.side = 'rtgs' AND break.currency = :currency AND event.kind = 'released' AND event.facts->>'to' <> :written_off
      AND event.at >= :begin AND event.at < :end
    ORDER BY event.at, event.break_id, event.number
""")
_SUSPENDED = text("""
    SELECT (SELECT jsonb_object_agg(each->>'field', each->>'theirs') FROM jsonb_array_elements(break.differences) AS each) AS its
    FROM break JOIN break_event AS booked USING (break_id)
    WHERE break.side = 'rtgs' AND break.kind = 'rtgs_not_ours' AND booked.kind = 'repaired' AND booked.facts->>'repair' = 'suspend'
      AND EXISTS (SELECT FROM jsonb_array_elements(break.differences) AS each
                  WHERE each->>'field' = 'instruction' AND each->>'theirs' = ANY(:instructions))
""")


async def held(connection: AsyncConnection, break_id: str | None = None) -> list[Held]:
    """Oldest first, also of which nothing is left; of one break, or of all."""
    return [
        Held(
            row.break_id, ParticipantCode(row.participant_code), row.business_date, Money(row.minor, row.currency),
            Money(row.remaining, row.currency), row.at,
        )
        for row in (await connection.execute(_HELD, {"break_id": break_id})).all()
    ]  # fmt: skip


async def paid_on_between(connection: AsyncConnection, currency: str, begin: datetime, end: datetime) -> list[SettledInstruction]:
    """As the RTGS is to have them; its reference is not known before."""
    asked = {"currency": currency, "begin": begin, "end": end, "written_off": WRITTEN_OFF}
    return [
        SettledInstruction(
            SettlementInstruction(
                facts["instruction_id"], WindowId(""), currency, (SettlementLeg(ParticipantCode(facts["to"]), -int(facts["minor"])),)
            ),
            "",
        )
        for facts in (await connection.execute(_PAID_ON, asked)).scalars()
    ]


async def of_instructions(connection: AsyncConnection, instruction_ids: Sequence[str]) -> set[Suspended]:
    """What two people have booked into suspense of what these have moved."""
    if not instruction_ids:
        return set()
    found = (await connection.execute(_SUSPENDED, {"instructions": list(instruction_ids)})).scalars()
    return {Suspended(its["instruction"], ParticipantCode(its["participant"]), its.get("account") or "", its["amount"]) for its in found}
