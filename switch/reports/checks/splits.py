"""Splits: each is what its digest was made of, and the accounts of closed windows have what the single payments give them."""

from collections import defaultdict
from typing import Any

from sqlalchemy import text

from switch.domain.split_sums import SplitSums, by_service
from switch.domain.splits import AccountNet
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store import nets, splits

NAME, INVARIANT = "splits", "I9"

_COUNT = text("SELECT count(*) FROM settlement_split")
_SPLITS = text("SELECT * FROM settlement_split ORDER BY split_id")
# Of windows whose nets are fixed; an instruction was made of them or there was nothing to send. Of one whose payments are in the archive,
# the accounts are still compared with the instruction that was settled.
_WINDOWS = text("""
    SELECT window_id FROM settlement_window AS its WHERE state <> 'open' AND (
        EXISTS (SELECT FROM window_cell WHERE window_cell.window_id = its.window_id)
        OR EXISTS (SELECT FROM window_account WHERE window_account.window_id = its.window_id))
        AND NOT EXISTS (SELECT FROM archived_movement AS gone JOIN window_member ON member_id = gone.window_id
            WHERE window_member.window_id = its.window_id)
    ORDER BY window_id
""")
_LEGS = text("""
    WITH told AS (
        SELECT instruction_id, window_id, leg ->> 'participant' AS code, coalesce(leg -> 'account' ->> 'bank', '') AS bank,
            coalesce(leg -> 'account' ->> 'number', '') AS number, (leg ->> 'minor')::bigint AS minor
        FROM settlement_instruction CROSS JOIN LATERAL jsonb_array_elements(legs) AS leg
    ),
    owed AS (
        SELECT instruction_id, biller_code AS code, account_bank AS bank, account_number AS number, -sum(minor)::bigint AS minor
        FROM window_account JOIN settlement_instruction USING (window_id)
        GROUP BY instruction_id, biller_code, account_bank, account_number HAVING sum(minor) <> 0
    )
    SELECT 'settlement instruction ' || instruction_id, 'account ' || number || ' of ' || code || ' has ' || coalesce(told.minor, 0)
        || ', the payments give ' || coalesce(owed.minor, 0)
    FROM (SELECT * FROM told WHERE EXISTS (SELECT FROM window_account AS its
        WHERE its.window_id = told.window_id AND its.biller_code = told.code)) AS told
    FULL JOIN owed USING (instruction_id, code, bank, number) WHERE told.minor IS DISTINCT FROM owed.minor
    UNION ALL
    SELECT 'settlement instruction ' || instruction_id, code || ' is paid on account ' || number || ', and nothing was split'
    FROM told WHERE number <> '' AND NOT EXISTS (SELECT FROM window_account AS its
        WHERE its.window_id = told.window_id AND its.biller_code = told.code)
""")


async def examine(look: Examination) -> None:
    standing = []
    await look.counts(_COUNT)
    for row in (await look.connection.execute(_SPLITS)).all():
        try:
            split = splits.split_of(row)
        except UNREADABLE as fault:
            look.finds(f"split {row.split_id}", f"it cannot be read: {fault}")
            continue
        standing.append(split)
        if split.digest() != row.digest:
            look.finds(f"split {split.split_id}", "it is not what its digest was made of")
    known = by_service(standing)
    for (window_id,) in (await look.connection.execute(_WINDOWS)).all():
        sums = SplitSums(known)
        async for its in splits.movements(look.connection, window_id, list(known)):
            sums.add(its.payment_id, (its.bank, its.biller), its.service, its.accepted_on, its.minor, counts=its.counts)
        collected = await nets.collected(look.connection, window_id)
        expected = sums.result({(each.bank, each.biller): each.amount - each.biller_fee for each in collected})
        _compare(look, window_id, _by_account(expected), _by_account(await splits.kept(look.connection, window_id)))
    await look.where_wrong(_LEGS)


def _compare(look: Examination, window_id: str, expected: dict[Any, int], kept: dict[Any, int]) -> None:
    for place in sorted(expected.keys() | kept.keys(), key=str):
        if expected.get(place, 0) != kept.get(place, 0):
            bank, biller, account = place
            number = "its own account" if account is None else f"account {account.number}"
            what = f"{number} has {kept.get(place, 0)} from {bank}, the payments give {expected.get(place, 0)}"
            look.finds(f"window {window_id} biller {biller}", what)


def _by_account(found: tuple[AccountNet, ...]) -> dict[Any, int]:
    sums: defaultdict[Any, int] = defaultdict(int)
    for net in found:
        sums[net.bank, net.biller, net.account] += net.minor
    return dict(sums)
