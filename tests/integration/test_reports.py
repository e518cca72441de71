"""Reports as known at a moment: the figures, recomputed from the raw rows; and the same again whatever happens later."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from switch.domain.admission import Conclude
from switch.domain.outcomes import Accepted
from switch.domain.report_errors import ReportDiffers, ReportTooEarly
from switch.domain.reports import ReportName
from switch.posting.batch import write_batch
from switch.reports.issued_reports import IssuedReports
from switch.store.database import Database, connect
from tests.filled_books import OPERATOR, OVERSEER, filled_world
from tests.reconciled import DAY, Prepared, World, line
from tests.reported import KNOWN, LAYOUTS, a_day, asked, made, sheets
from tests.seeded import BANK, BILLER, OTHER_BANK, SERVICE, START, FixedClock, order, rows, seed


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield World(database, FixedClock(), Prepared())
    await database.close()


async def every_digest(world: World) -> dict[tuple[str, str], str]:
    found = {}
    for name in ReportName:
        for layout in LAYOUTS:
            content, report = await made(world, asked(name), layout)
            assert hashlib.sha256(content).hexdigest() == report.issued.sha256
            found[name.value, layout] = report.issued.sha256
    return found


MOVED_BY_DEFAULTS = """
    SELECT posting.* FROM posting JOIN journal_entry AS entry USING (bucket, entry_id) WHERE entry.kind ~ '^(default|debt)'
"""
BACK = "SELECT * FROM reversal WHERE payment_id = :payment AND state = 'AGREED'"


def minor_of(amount: str) -> int:
    return int(amount.replace(".", ""))


# --- the figures, by other hands -------------------------------------------------------------------------------------


async def test_reconciliation_counts_what_the_raw_rows_say(world: World) -> None:
    await a_day(world)
    payments = await rows(world.database, "SELECT * FROM payment WHERE window_id IS NOT NULL")
    breaks = await rows(world.database, "SELECT * FROM break WHERE state = 'open'")
    counted: Counter[tuple[str, str]] = Counter()
    for payment in payments:
        counted["bank", payment.bank_code] += 1
        counted["biller", payment.biller_code] += 1
    at_stake: dict[tuple[str, str], dict[Any, int]] = defaultdict(dict)
    for one in breaks:
        stakes, key = at_stake[one.side, one.participant_code], one.payment_id or one.break_id
        stakes[key] = max(one.minor, stakes.get(key, 0))

    found = {(row["side"], row["participant"]): row for row in (await sheets(world, asked(ReportName.RECONCILIATION)))["sides"]}

    assert {key: row["payments"] for key, row in found.items()} == counted
    for key, row in found.items():
        assert row["breaks"] == sum((one.side, one.participant_code) == key for one in breaks)
        assert row["unreconciled"] == f"{sum(at_stake[key].values()) / 100:.2f}"
    assert {key: row["statement"] for key, row in found.items()} == {
        ("bank", BANK): "received", ("biller", BILLER): "received", ("bank", OTHER_BANK): "not_received",
    }  # fmt: skip
    assert {key: row["matched"] for key, row in found.items()} == {("bank", BANK): 6, ("biller", BILLER): 12, ("bank", OTHER_BANK): 0}


async def test_a_participant_gets_its_own_numbers_only(world: World) -> None:
    await a_day(world)
    for name in (ReportName.RECONCILIATION, ReportName.AGEING, ReportName.BREAKS):
        content, _ = await made(world, asked(name, own=BANK))
        for sheet in json.loads(content)["sheets"]:
            assert {row["participant"] for row in sheet["rows"]} <= {BANK}, (name, sheet["key"])
        assert OTHER_BANK not in content.decode()
    (day,) = (await sheets(world, asked(ReportName.TREND, own=OTHER_BANK)))["days"]
    assert (day["payments"], day["breaks_found"]) == (4, 0)


async def test_nets_are_those_of_the_payments_and_sum_to_zero(world: World) -> None:
    await a_day(world)
    async with world.database.transaction() as connection:
        for code, kind in (("900018", "operator"), ("900026", "overseer")):
            content = json.dumps({"code": code, "kind": kind, "status": "live", "name_ar": kind, "name_en": kind})
            await connection.execute(
                text(
                    'INSERT INTO directory_change (change_id, kind, subject, content, changed_at, "by")'
                    " VALUES (gen_random_uuid(), 'participant', :code, CAST(:content AS jsonb), :at, 'seed')"
                ),
                {"code": code, "content": content, "at": START},
            )
    nets: Counter[str] = Counter()
    for row in await rows(world.database, "SELECT * FROM payment WHERE window_id IS NOT NULL"):
        nets[row.bank_code] += row.amount_minor + row.payer_fee - row.bank_fee
        nets[row.biller_code] -= row.amount_minor - row.biller_fee
        nets["900018"] -= row.switch_fee
        nets["900026"] -= row.central_bank_fee + row.tax

    found = (await sheets(world, asked(ReportName.SETTLEMENT)))["nets"]

    assert {row["participant"]: row["pays"] if float(row["pays"]) else f"-{row['receives']}" for row in found} == {
        code: f"{minor / 100:.2f}" for code, minor in nets.items()
    }
    assert sum(float(row["pays"]) - float(row["receives"]) for row in found) == pytest.approx(0)


async def test_what_was_taken_back_in_whole_or_in_part_counts_with_the_other_sign(database_url: str, tmp_path: Path) -> None:
    database = connect(database_url)
    await filled_world(database, tmp_path)
    books = World(database, FixedClock(), Prepared())
    nets, amounts, taken_back = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[str]()
    for row in await rows(database, "SELECT * FROM payment WHERE window_id IS NOT NULL"):
        sign_and_rows = [(1, row)]
        sign_and_rows += [(-1, one) for one in await rows(database, BACK, payment=row.payment_id)]
        for sign, one in sign_and_rows:
            taken_back[row.service_code] += sign < 0
            for code in (row.bank_code, row.biller_code):
                amounts[one.window_id, code] += sign * one.amount_minor
            nets[one.window_id, row.bank_code] += sign * (one.amount_minor + one.payer_fee - one.bank_fee)
            nets[one.window_id, row.biller_code] -= sign * (one.amount_minor - one.biller_fee)
            nets[one.window_id, OPERATOR] -= sign * one.switch_fee
            nets[one.window_id, OVERSEER] -= sign * (one.central_bank_fee + one.tax)
    for one in await rows(database, "SELECT * FROM adjustment"):
        nets[one.window_id, one.bank_code] += one.payer_fee
        nets[one.window_id, one.biller_code] += one.biller_fee
        nets[one.window_id, OPERATOR] -= one.switch_fee - one.written_off_minor
    for one in await rows(database, MOVED_BY_DEFAULTS):
        kind, owner, *_ = one.account_code.split(":")
        nets[one.window_id, OVERSEER if kind == "guarantee" else owner] += one.minor

    settlement = await sheets(books, asked(ReportName.SETTLEMENT))
    assert [minor_of(row["owed"]) for row in settlement["debts"]] == [600]
    found = {(row["window"], row["participant"]): row for row in settlement["nets"]}

    assert {key: minor_of(row["pays"]) - minor_of(row["receives"]) for key, row in found.items()} == dict(nets)
    assert {key: minor_of(row["amount"]) for key, row in found.items() if key in amounts} == dict(amounts)
    (service,) = (await sheets(books, asked(ReportName.PAYMENTS, own=BILLER)))["services"]
    assert service["reversals"] == taken_back[SERVICE] == 3
    await database.close()


async def test_every_cause_is_someones_and_counted_once(world: World) -> None:
    await a_day(world)
    found = await sheets(world, asked(ReportName.FAULTS))
    cases = {(row["party"], row["stage"], row["cause"]): row["cases"] for row in found["faults"]}
    assert cases == {
        ("bank", "break", "amount_differs"): 1, ("bank", "break", "missing_at_bank"): 2, ("network", "break", "not_advised"): 1,
        ("biller", "in_doubt", "silence"): 1, ("biller", "rejected", "other"): 1,
    }  # fmt: skip
    ordered = 12 + 1 + 1 + 1
    assert {row["party"]: row["per_100_000"] for row in found["parties"]} == {
        "bank": f"{100_000 * 3 / ordered:.2f}", "biller": f"{100_000 * 2 / ordered:.2f}", "network": f"{100_000 / ordered:.2f}",
    }  # fmt: skip


async def test_the_month_adds_up(world: World) -> None:
    await a_day(world)
    found = await sheets(world, asked(ReportName.MONTH, first=date(2026, 11, 1), last=date(2026, 11, 30)))
    payments = await rows(world.database, "SELECT * FROM payment WHERE window_id IS NOT NULL")
    shares = Counter[str]()
    for payment in payments:
        shares[payment.bank_code] += payment.amount_minor
    whole = sum(shares.values())
    (total,) = found["totals"]
    assert (total["payments"], total["amount"], total["ordered"], total["rejected"], total["doubted"]) == (
        13,
        f"{whole / 100:.2f}",
        15,
        1,
        1,
    )
    banks = next(row for row in found["concentration"] if row["of"] == "banks")
    assert banks["hhi"] == round(sum((share / whole) ** 2 for share in shares.values()) * 10_000)
    (biller,) = found["billers"]
    assert (biller["asked"], biller["answered"], biller["availability"]) == (14, 13, f"{100 * 13 / 14:.2f}")
    liquidity = {row["participant"]: row["peak"] for row in found["liquidity"]}
    owed = Counter[str]()
    for payment in payments:
        owed[payment.bank_code] += payment.amount_minor + payment.payer_fee
    assert liquidity == {code: f"{minor / 100:.2f}" for code, minor in owed.items()}


# --- as known at -----------------------------------------------------------------------------------------------------


async def test_whatever_happens_later_a_report_for_a_past_moment_has_the_same_digest(world: World) -> None:
    await a_day(world)
    before = await every_digest(world)
    missing = (await world.breaks(state="open"))[0]

    world.clock.at = KNOWN + timedelta(hours=2)
    late = [order(5_000, at=START), order(8_000, bank=OTHER_BANK, accept=True, at=START)]  # a clock that stood still: its times are before
    await write_batch(world.database, late, START)
    await write_batch(world.database, [Conclude(late[0].payment.payment_id, Accepted("B"), START, "biller", START)], START)
    paid = await rows(world.database, "SELECT * FROM payment WHERE window_id IS NOT NULL AND bank_code = :bank", bank=OTHER_BANK)
    assert len(paid) == 5
    await world.hand_in(BANK, [])
    await world.reconcile(DAY)
    await rename_and_raise_cap(world.database)
    later = KNOWN + timedelta(hours=3)

    assert await every_digest(world) == before
    assert len(await IssuedReports(world.database).newest(1_000)) == len(before)
    now_known = (await sheets_at(world, later))["sides"]
    then_known = (await sheets(world, asked(ReportName.RECONCILIATION)))["sides"]
    assert now_known != then_known
    assert {row["name"] for row in then_known} == {"مشارك"}
    assert "اسم جديد" in {row["name"] for row in now_known}
    assert missing.opened_at <= KNOWN


async def sheets_at(world: World, known_at: datetime) -> dict[str, list[dict[str, Any]]]:
    content, _ = await made(world, asked(ReportName.RECONCILIATION, known_at), at=known_at + timedelta(minutes=1))
    return {sheet["key"]: sheet["rows"] for sheet in json.loads(content)["sheets"]}


async def rename_and_raise_cap(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text(
                'INSERT INTO directory_change (change_id, kind, subject, content, changed_at, "by") SELECT gen_random_uuid(), kind,'
                " subject, jsonb_set(content, '{name_ar}', '\"اسم جديد\"'), :at, 'staff' FROM directory_change WHERE subject = :code"
            ),
            {"at": KNOWN + timedelta(hours=1), "code": BANK},
        )
        await connection.execute(
            text(
                'INSERT INTO cap_change (change_id, bank_code, currency, cap_minor, changed_at, "by")'
                " VALUES (gen_random_uuid(), :bank, 'SYP', 99, :at, 'staff')"
            ),
            {"bank": BANK, "at": START},
        )


async def test_a_break_that_ended_and_was_opened_again_is_shown_as_it_stood(world: World) -> None:
    payment, other = await world.completed(1_000), await world.completed(2_000)
    states = []
    for hours, lines in enumerate(([], [line(payment), line(other)], [line(other)])):
        world.clock.at = START + timedelta(hours=hours)
        await world.hand_in(BANK, lines)
        await world.reconcile(DAY)
    for hours in range(3):
        known_at = START + timedelta(hours=hours, minutes=5)
        content, _ = await made(world, asked(ReportName.BREAKS, known_at, own=BANK), at=START + timedelta(hours=4))
        (row,) = (row for row in json.loads(content)["sheets"][0]["rows"] if row["payment_id"] == str(payment.payment_id))
        states.append((row["state"], row["ended_at"]))
    assert states == [("open", None), ("matched_later", "2026-11-24T09:00:00.000Z"), ("open", None)]


async def test_what_was_under_way_when_a_report_was_made_never_slips_into_it(world: World) -> None:
    await a_day(world)
    what = asked(ReportName.TREND)
    under_way = connect(world.database.engine.url.render_as_string(hide_password=False), pool_size=1)
    async with under_way.transaction() as connection:
        await connection.execute(text("SELECT pg_current_xact_id()"))
        await connection.execute(
            text(
                'INSERT INTO directory_change (change_id, kind, subject, content, changed_at, "by")'
                " VALUES (gen_random_uuid(), 'participant', :code, '{\"name_ar\": \"متأخر\"}', :at, 'slow')"
            ),
            {"code": BANK, "at": START},
        )
        first, _ = await made(world, asked(ReportName.RECONCILIATION))
        await write_batch(world.database, [order(70_000, accept=True)], START)
        trend, _ = await made(world, what)
    await under_way.close()
    again, _ = await made(world, asked(ReportName.RECONCILIATION))
    assert first == again
    assert "متأخر" not in again.decode()
    assert trend == (await made(world, what))[0]


async def test_books_that_were_changed_by_hand_are_found_by_a_report_made_again(world: World) -> None:
    await a_day(world)
    await made(world, asked(ReportName.SETTLEMENT))
    async with world.database.transaction() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE payment SET amount_minor = amount_minor + 1 WHERE window_id IS NOT NULL"))
    with pytest.raises(ReportDiffers):
        await made(world, asked(ReportName.SETTLEMENT), "csv")


async def test_a_moment_that_is_too_young_is_refused_and_leaves_nothing(world: World) -> None:
    with pytest.raises(ReportTooEarly):
        await made(world, asked(ReportName.AGEING), at=KNOWN + timedelta(seconds=9))
    assert await rows(world.database, "SELECT * FROM report_moment") == []
