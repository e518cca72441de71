"""Windows: each completed payment in exactly one, closed ones with the nets that their payments give, settled ones cleared."""

from collections import defaultdict
from typing import Any

from sqlalchemy import text

from switch.domain.identifiers import ParticipantCode
from switch.domain.settlement import Bilateral, nets_of
from switch.reports.checks.examination import UNREADABLE, Examination

NAME, INVARIANT = "windows", "I9"

_COUNT = text("SELECT count(*) FROM settlement_window")
_PAYMENTS = text("""
    SELECT 'payment ' || payment_id, CASE WHEN its.window_id IS NULL THEN 'there is no window ' || payment.window_id
        ELSE 'its currency or business date is not that of window ' || payment.window_id END
    FROM payment LEFT JOIN settlement_window AS its USING (window_id)
    WHERE payment.window_id IS NOT NULL
      AND (its.currency, its.business_date) IS DISTINCT FROM (payment.currency, payment.business_date)
""")
_ENTRIES = text("""
    SELECT 'journal entry ' || entry_id, CASE WHEN its.window_id IS NULL THEN 'there is no window ' || entry.window_id
        ELSE 'its business date is not that of window ' || entry.window_id END
    FROM journal_entry AS entry LEFT JOIN settlement_window AS its USING (window_id)
    WHERE its.business_date IS DISTINCT FROM entry.business_date
""")
_POINTERS = text("""
    SELECT 'open window of ' || currency, 'it and the windows that are open are not the same'
    FROM open_window FULL JOIN (SELECT * FROM settlement_window WHERE state = 'open') AS its USING (currency)
    WHERE (open_window.window_id, open_window.business_date) IS DISTINCT FROM (its.window_id, its.business_date)
""")
# Everything is owed by the payer's bank: to the biller, to the switch company, and to the central bank, which takes in the tax, too;
# where reversals are more than payments, the other way round.
_CELLS = text("""
    WITH sums AS (
        SELECT its.window_id, bank_code, owner.creditor_code, sum(owner.minor)::bigint AS minor
        FROM window_movement AS movement JOIN window_member ON member_id = movement.window_id
        JOIN settlement_window AS its ON its.window_id = window_member.window_id CROSS JOIN LATERAL (VALUES
            (biller_code, amount_minor - biller_fee),
            ((SELECT min(code) FROM participant WHERE kind = 'operator'), switch_fee - written_off),
            ((SELECT min(code) FROM participant WHERE kind = 'overseer'), central_bank_fee + tax)
        ) AS owner (creditor_code, minor)
        WHERE its.state <> 'open' AND owner.minor <> 0 GROUP BY its.window_id, bank_code, owner.creditor_code
    ),
    owed AS (
        SELECT window_id, CASE WHEN minor > 0 THEN bank_code ELSE creditor_code END AS debtor_code,
            CASE WHEN minor > 0 THEN creditor_code ELSE bank_code END AS creditor_code, abs(minor) AS minor
        FROM sums WHERE minor <> 0
    )
    SELECT 'window ' || window_id || ' cell ' || debtor_code || ' to ' || creditor_code,
        'it is ' || coalesce(window_cell.minor, 0) || ', its payments give ' || coalesce(owed.minor, 0)
    FROM owed FULL JOIN window_cell USING (window_id, debtor_code, creditor_code)
    WHERE coalesce(owed.minor, 0) <> coalesce(window_cell.minor, 0)
""")
# Settling brings every account of a window back to zero, the RTGS clearing account, too; other windows have no such entry.
_CLEARED = text("""
    WITH sums AS (
        SELECT window_id, account_code, currency, sum(minor)::bigint AS minor FROM (
            SELECT window_id, account_code, posting.currency, minor
            FROM posting JOIN journal_entry AS entry USING (bucket, entry_id, window_id)
            WHERE entry.kind NOT IN ('suspense_booked', 'suspense_released')
            UNION ALL SELECT window_id, account_code, currency, minor FROM archived_balance
        ) AS leg GROUP BY window_id, account_code, currency
    )
    SELECT 'window ' || window_id || ' account ' || account_code, 'the window is settled and ' || minor || ' stand there'
    FROM sums JOIN settlement_window AS its USING (window_id) WHERE its.state = 'settled' AND minor <> 0
    UNION ALL
    SELECT 'window ' || window_id || ' account ' || account_code, 'the window was moved on and ' || minor || ' stand there'
    FROM sums JOIN settlement_window AS its USING (window_id) WHERE its.moved_to IS NOT NULL AND minor <> 0
    UNION ALL
    SELECT 'journal entry ' || entry_id, 'it settles window ' || window_id || ', which is ' || its.state
    FROM journal_entry AS entry JOIN settlement_window AS its USING (window_id)
    WHERE entry.kind = 'window_settled' AND its.state <> 'settled'
""")
# What was moved out of a window is in the one that it was moved to, account by account; and two people have decided so.
_MOVED = text("""
    WITH gone AS (
        SELECT its.moved_to AS window_id, account_code, -sum(minor)::bigint AS minor FROM journal_entry AS entry
        JOIN posting USING (bucket, entry_id) JOIN settlement_window AS its ON its.window_id = entry.window_id
        WHERE entry.kind = 'window_moved_out' GROUP BY its.moved_to, account_code
    ),
    come AS (
        SELECT entry.window_id, account_code, sum(minor)::bigint AS minor FROM journal_entry AS entry
        JOIN posting USING (bucket, entry_id) WHERE entry.kind = 'window_moved_in' GROUP BY entry.window_id, account_code
    )
    SELECT 'window ' || coalesce(window_id, '?') || ' account ' || account_code,
        coalesce(come.minor, 0) || ' have come, ' || coalesce(gone.minor, 0) || ' have gone from windows that were moved here'
    FROM gone FULL JOIN come USING (window_id, account_code) WHERE coalesce(gone.minor, 0) <> coalesce(come.minor, 0)
    UNION ALL
    SELECT 'window ' || window_id, 'it was moved to ' || coalesce(moved_to, 'nowhere') || ', which is not what was decided'
    FROM settlement_window AS its WHERE (moved_to IS NOT NULL)
        <> EXISTS (SELECT FROM window_decision WHERE window_decision.window_id = its.window_id AND kind = 'moved')
""")
_INSTRUCTIONS = text("""
    SELECT instruction.*, cells.cells, claims.cells AS claimed, its.state, its.rtgs_reference AS window_reference
    FROM settlement_instruction AS instruction JOIN settlement_window AS its USING (window_id)
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(debtor_code, creditor_code, minor::text)) AS cells FROM window_cell
        WHERE window_cell.window_id = instruction.window_id
    ) AS cells ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(CASE WHEN carried THEN defaulter_code ELSE creditor_code END,
            CASE WHEN carried THEN creditor_code ELSE defaulter_code END, minor::text)) AS cells FROM (
            SELECT window_id, defaulter_code, creditor_code, minor, carried, since_attempt FROM window_claim
            UNION ALL SELECT window_id, defaulter_code, creditor_code, part.minor, false, 1
            FROM debt_payment JOIN debt_part AS part USING (debt_payment_id)
        ) AS claim
        WHERE claim.window_id = instruction.window_id
          AND since_attempt <= substring(instruction.instruction_id FROM '-([0-9]+)$')::integer
    ) AS claims ON true
    ORDER BY instruction_id
""")
_UNCOVERED = text("""
    SELECT 'window ' || window_id, 'it is settled and owes, and no instruction of it was settled under its RTGS reference'
    FROM settlement_window AS its
    WHERE state = 'settled' AND EXISTS (SELECT FROM window_cell AS cell WHERE cell.window_id = its.window_id)
      AND NOT EXISTS (SELECT FROM settlement_instruction AS instruction WHERE instruction.window_id = its.window_id
          AND instruction.status = 'settled' AND instruction.rtgs_reference IS NOT DISTINCT FROM its.rtgs_reference)
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    for wrong in (_PAYMENTS, _ENTRIES, _POINTERS, _CELLS, _CLEARED, _MOVED, _UNCOVERED):
        await look.where_wrong(wrong)
    async for row in look.each(_INSTRUCTIONS):
        nets = {leg.participant: leg.minor for leg in nets_of(_cells([*(row.cells or ()), *(row.claimed or ())]))}
        where = f"settlement instruction {row.instruction_id}"
        try:
            legs = _legs(row.legs)
        except UNREADABLE:
            look.finds(where, "its legs cannot be read")
            continue
        if sum(legs.values()):
            look.finds(where, f"its legs sum to {sum(legs.values())}, not to zero")
        if legs != nets:
            look.finds(where, f"its legs are {legs}, the window's nets are {nets}")


def _cells(stored: list[list[str]]) -> list[Bilateral]:
    return [Bilateral(ParticipantCode(debtor), ParticipantCode(creditor), int(minor)) for debtor, creditor, minor in stored]


def _legs(stored: list[dict[str, Any]]) -> dict[ParticipantCode, int]:
    """Two legs of one participant count together."""
    legs: defaultdict[ParticipantCode, int] = defaultdict(int)
    for leg in stored:
        legs[ParticipantCode(leg["participant"])] += leg["minor"]
    return {participant: minor for participant, minor in legs.items() if minor}
