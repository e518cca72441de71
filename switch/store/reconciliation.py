"""Reconciliation in the database: sets compared with sets, a million lines a side, nothing of them held in Python.

All of it runs in one transaction of the use case, in this order: `lock_day`, `look_at_sides`, `compare`, `keep`.

Nearly all lines agree, so each side is first counted bucket by bucket: as many lines as payments, and for the same payments (all their
hashes, one upon the other, are the same). Only buckets that do not fit, and lines that do not agree with their payment, are looked at
one by one (`comparisons.py`). What is grouped by is a column whose values the planner has counted: so it shares the work between processes.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.booked_statements import Side
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import SCALES
from switch.domain.reconciliation import CARRY_FORWARD_DAYS
from switch.fail_points import FailPoint, fail_point
from switch.store import comparisons, found_breaks, group_comparisons

STATEMENT_TIMEOUT_SECONDS = 600
WORK_MEMORY_MEGABYTES = 128

_SETTINGS = (
    text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"),
    text(f"SET LOCAL work_mem = '{WORK_MEMORY_MEGABYTES}MB'"),
    text("SET LOCAL enable_nestloop = off"),
    text("SET LOCAL jit = off"),
    text("SET LOCAL parallel_tuple_cost = 0.01"),
    text("SET LOCAL parallel_setup_cost = 100"),
)
_LOCK_DAY = text("""
    SELECT statement_id FROM statement WHERE business_date = :day AND currency = :currency ORDER BY statement_id FOR NO KEY UPDATE
""")
_SAY_MOMENT = text("SELECT set_config('switch.known_at', :now, true)")
"""For the history of breaks that are opened again (migrations/knowledge.sql)."""
_WINDOWS = text("SELECT window_id FROM settlement_window WHERE business_date = :day AND currency = :currency ORDER BY window_id")
_RULE = """
    LEFT JOIN LATERAL (SELECT tolerance_minor, carry_forward_days FROM statement_rule
        WHERE statement_rule.participant_code = statement.participant_code ORDER BY changed_at DESC, change_id DESC LIMIT 1) AS rule ON true
"""
_NEWEST = text(f"""
    SELECT DISTINCT ON (participant_code) participant_code, side, statement_id, statement_key, statement.grouping,
        coalesce(rule.tolerance_minor, 0) AS tolerance, coalesce(rule.carry_forward_days, :carried) AS carried
    FROM statement {_RULE}
    WHERE business_date = :day AND currency = :currency ORDER BY participant_code, revision DESC
""")  # noqa: S608 - our own words
_NEARBY = text(f"""
    SELECT DISTINCT ON (participant_code, business_date) participant_code, business_date, statement_key
    FROM statement {_RULE}
    WHERE currency = :currency AND business_date <> :day
      AND abs(business_date - CAST(:day AS date)) <= coalesce(rule.carry_forward_days, :carried)
    ORDER BY participant_code, business_date, revision DESC
""")  # noqa: S608 - our own words
_COUNT_OURS = text("""
    CREATE TEMPORARY TABLE our_count ON COMMIT DROP AS
    SELECT CASE WHEN bank_code IS NULL THEN 'biller' ELSE 'bank' END AS side, coalesce(bank_code, biller_code) AS participant_code, bucket,
        count(*) AS payments, sum(events) AS events, bit_xor(uuid_hash_extended(payment_id, :seed)) AS checksum
    FROM payment WHERE window_id = ANY(:windows) GROUP BY GROUPING SETS ((bank_code, bucket), (biller_code, bucket))
""")
"""Both sides of a payment in one look at it."""
_TAKEN_BACK = text("SELECT count(*) FROM reversal WHERE window_id = ANY(:windows)")
_OUR_SIDES = text(
    "SELECT side, participant_code, sum(payments)::bigint AS payments, sum(events)::bigint AS events FROM our_count GROUP BY 1, 2"
)
_FORMER = text("""
    SELECT side, participant_code, compared_with, EXISTS (
        SELECT FROM break WHERE (break.business_date, break.currency, break.participant_code, break.side, break.state)
            = (former.business_date, former.currency, former.participant_code, former.side, 'open')) AS breaks,
        (SELECT count(*) FROM break WHERE (break.business_date, break.currency, break.participant_code, break.side)
            = (former.business_date, former.currency, former.participant_code, former.side) AND break.decided) AS decided
    FROM reconciled_side AS former WHERE business_date = :day AND currency = :currency
""")
_WITHOUT_SORTING, _SORTING_AGAIN = text("SET LOCAL enable_sort = off"), text("SET LOCAL enable_sort = on")
"""The planner has not counted a statement that was just taken in: it would think it small, and sort a million rows to group them."""
_COUNT_THEIRS = text(f"""
    CREATE TEMPORARY TABLE their_count ON COMMIT DROP AS
    SELECT newest.side, newest.participant_code, payment.bucket,
        count(*) AS lines, bit_xor(uuid_hash_extended(line.payment_id, :seed)) AS checksum,
        array_agg(line.payment_id) FILTER (WHERE payment.bucket IS NULL OR ({comparisons.AGREES}) IS NOT TRUE) AS wrong
    FROM unnest(CAST(:keys AS bigint[]), CAST(:sides AS text[]), CAST(:codes AS text[]), CAST(:tolerances AS bigint[]))
        AS newest (statement_key, side, participant_code, tolerance)
    JOIN statement_line AS line USING (statement_key)
    LEFT JOIN payment ON payment.payment_id = line.payment_id AND payment.window_id = ANY(:windows)
        AND newest.participant_code = CASE newest.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
    WHERE line.statement_key = ANY(:keys) GROUP BY 1, 2, 3
""")  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One participant's side of a day. Without a statement there is nothing to compare."""

    side: Side
    participant: ParticipantCode
    statement_id: str | None
    statement_key: int | None
    tolerance: int
    grouping: str | None
    """What each of its lines is a sum of."""
    compared_with: str
    """Everything that the result depends on; the same again has the same result."""
    unchanged: bool
    """Compared before with the same, and nothing was open."""


@dataclass(frozen=True, slots=True)
class Day:
    business_date: date
    currency: str
    begins: datetime

    def parameters(self) -> dict[str, Any]:
        return {
            "day": self.business_date,
            "currency": self.currency,
            "carried": CARRY_FORWARD_DAYS,
            "scale": SCALES[self.currency],
            "unit": 10 ** SCALES[self.currency],
            "day_begins": self.begins,
            "day_ends": self.begins + timedelta(days=1),
        }


async def lock_day(connection: AsyncConnection, day: Day) -> None:
    """Two runs for one day follow each other; the later one sees what the earlier one has seen, or newer."""
    for setting in _SETTINGS:
        await connection.execute(setting)
    await _execute(connection, _LOCK_DAY, day.parameters())


async def look_at_sides(connection: AsyncConnection, day: Day) -> tuple[list[ComparedSide], dict[str, Any]]:
    """Who takes part, and what the comparisons need to know of the day."""
    parameters = day.parameters() | {"seed": secrets.randbits(62)}
    parameters["windows"] = list((await _execute(connection, _WINDOWS, parameters)).scalars())
    newest = {row.participant_code: row for row in await _execute(connection, _NEWEST, parameters)}
    nearby: dict[str, list[tuple[str, date, int]]] = {}
    for row in await _execute(connection, _NEARBY, parameters):
        nearby.setdefault(row.participant_code, []).append(tuple(row))
    await _execute(connection, _COUNT_OURS, parameters)
    taken_back = int((await _execute(connection, _TAKEN_BACK, parameters)).scalar_one())
    ours = {(row.side, row.participant_code): row for row in await _execute(connection, _OUR_SIDES, parameters)}
    former = {(row.side, row.participant_code): row for row in await _execute(connection, _FORMER, parameters)}
    taking_part = sorted(ours.keys() | former.keys() | {(row.side, row.participant_code) for row in newest.values()})
    sides = []
    for side, code in taking_part:
        own, its, before = ours.get((side, code)), newest.get(code), former.get((side, code))
        its = its if its is not None and its.side == side else None
        compared_with = _fingerprint(own, its, nearby.get(code, []), taken_back, before.decided if before is not None else 0)
        unchanged = before is not None and before.compared_with == compared_with and not before.breaks
        key, name, tolerance, grouping = (
            (its.statement_key, its.statement_id, its.tolerance, its.grouping) if its is not None else (None, None, 0, None)
        )
        sides.append(ComparedSide(Side(side), ParticipantCode(code), name, key, tolerance, grouping, compared_with, unchanged))
    looked = [side for side in sides if side.statement_key is not None and not side.unchanged]
    stated, sums = [side for side in looked if side.grouping is None], [side for side in looked if side.grouping is not None]
    parameters |= {
        "keys": [side.statement_key for side in stated],
        "sides": [side.side for side in stated],
        "codes": [side.participant for side in stated],
        "tolerances": [side.tolerance for side in stated],
        "group_keys": [side.statement_key for side in sums],
        "group_sides": [side.side for side in sums],
        "group_codes": [side.participant for side in sums],
        "group_tolerances": [side.tolerance for side in sums],
        "groupings": [side.grouping for side in sums],
        "near_codes": [code for side in looked for code, _, _ in nearby.get(side.participant, [])],
        "near_days": [around for side in looked for _, around, _ in nearby.get(side.participant, [])],
        "near_keys": [key for side in looked for _, _, key in nearby.get(side.participant, [])],
    }
    return sides, parameters


async def compare(connection: AsyncConnection, parameters: Mapping[str, Any]) -> None:
    """Find every disagreement of the day, in temporary tables of this transaction."""
    for step in (_WITHOUT_SORTING, _COUNT_THEIRS, _SORTING_AGAIN):
        await _execute(connection, step, parameters)
    for step in (*comparisons.STEPS, *group_comparisons.STEPS):
        await _execute(connection, step, parameters)
        fail_point(FailPoint.MATCHING)


async def keep(connection: AsyncConnection, sides: Sequence[ComparedSide], parameters: Mapping[str, Any], now: datetime) -> None:
    """New disagreements are opened, those seen again stay as they are, those not seen any more have ended; and how each side stands."""
    looked_at = [side for side in sides if not side.unchanged]
    known = {
        **parameters,
        "now": now,
        "looked_sides": [side.side for side in looked_at],
        "looked_codes": [side.participant for side in looked_at],
        "looked_statements": [side.statement_id for side in looked_at],
        "looked_with": [side.compared_with for side in looked_at],
    }
    await connection.execute(_SAY_MOMENT, {"now": now.isoformat()})
    for step in found_breaks.KEEPING:
        await _execute(connection, step, known)
        fail_point(FailPoint.JUDGING)


def _fingerprint(ours: Any, newest: Any, nearby: Sequence[tuple[str, date, int]], taken_back: int, decided: int) -> str:
    own = f"{taken_back}/{decided} " + ("-" if ours is None else f"{ours.payments}.{ours.events}")
    if newest is None:
        return f"{own} -"
    keys = ",".join(str(key) for _, _, key in nearby)
    return f"{own} {newest.statement_key} {newest.tolerance}.{newest.carried} {keys}"


async def _execute(connection: AsyncConnection, step: TextClause, parameters: Mapping[str, Any]) -> Any:
    return await connection.execute(step, {name: parameters[name] for name in step.compile().params})
