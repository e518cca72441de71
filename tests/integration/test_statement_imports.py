"""Statements in every layout on a real database: taken in, told apart, matched by whatever names the payment, quarantined when wrong."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.drops.local_folder import LocalFolder
from adapters.registry import open_adapters
from switch.domain.booked_statements import ImportedStatement
from switch.domain.errors import FileMalformed
from switch.domain.file_errors import LayoutUnknown
from switch.domain.networks import THIS_MACHINE
from switch.domain.participants import Participant
from switch.domain.reconciliation import MOST_CARRY_FORWARD_DAYS, MatchingRule
from switch.domain.statement_errors import MappingRefused, QuarantineUnknown
from switch.domain.statement_faults import FaultCode, StatementMalformed
from switch.domain.statement_mapping import StatementMapping, mapping_of
from switch.reports.statements import Statements
from switch.signatures import generate_key
from switch.store.database import Database, connect
from switch.store.tables import metadata
from switch.usecases.import_statement import ImportStatement
from switch.usecases.reconcile import Reconcile
from switch.usecases.set_statement_rule import SetStatementRule
from tests.reconciled import DAY, Prepared, World, participant
from tests.seeded import BANK, BILLER, OTHER_BANK, FixedClock, one, rows, seed
from tests.statement_files import WRITTEN, booked, csv_1, mt940


@dataclass
class Desk:
    database: Database
    folder: Path
    clock: FixedClock

    async def hand_in(self, content: bytes, owner: str = BANK, **named: object) -> ImportedStatement:
        take_in = ImportStatement(self.clock, self.database, self.layouts, LocalFolder(self.folder / "quarantine"))
        return await take_in(participant(owner), io.BytesIO(content), **named)  # type: ignore[arg-type]

    async def rule(self, mapping: StatementMapping | None, owner: Participant = participant(BANK)) -> None:  # noqa: B008 - a frozen value
        self.clock.move(1)
        await SetStatementRule(self.clock, self.database, frozenset(self.layouts))(owner, MatchingRule(), mapping, by="test")

    @property
    def layouts(self):  # type: ignore[no-untyped-def]
        return open_adapters(
            signer=generate_key("switch:main"), find_key=lambda _: None, central_bank=lambda: None, networks=THIS_MACHINE, rtgs_url="http://127.0.0.1:9",
            files_directory=self.folder / "files",
        ).statement_layouts  # fmt: skip

    @property
    def statements(self) -> Statements:
        return Statements(self.database)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield Desk(database, tmp_path, FixedClock())
    await database.close()


@pytest.mark.parametrize("days", [31, 32, 3_650])
async def test_a_day_that_is_far_ahead_is_refused_in_both_languages(desk: Desk, days: int) -> None:
    content = csv_1(booked(2)).replace(b"2026-11-24,SYP", f"{DAY + timedelta(days=days)},SYP".encode())
    if days <= MOST_CARRY_FORWARD_DAYS:
        assert (await desk.hand_in(content)).lines == 2
        return
    with pytest.raises(StatementMalformed) as refused:
        await desk.hand_in(content)
    assert [fault.code for fault in refused.value.faults] == [FaultCode.DAY_TOO_FAR]
    assert "2026-12-25" in refused.value.detail("en")
    assert "2026-12-25" in refused.value.detail("ar")
    assert (await desk.statements.quarantined(BANK))[0].faults == refused.value.faults
    assert await rows(desk.database, "SELECT 1 FROM statement") == []


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_statement_in_any_layout_is_taken_in_once(desk: Desk, name: str) -> None:
    written = WRITTEN[name]
    content = written.write(booked(5))
    await desk.rule(written.mapping or StatementMapping(written.layout))
    first = await desk.hand_in(content, business_date=DAY)
    assert (first.layout, first.lines, first.total.minor, first.business_date) == (written.layout, 5, 5_010, DAY)
    assert (await desk.hand_in(content, business_date=DAY)).replayed
    kept = await rows(desk.database, "SELECT line, payment_id, own_reference, minor, reversed FROM statement_line ORDER BY line")
    assert [tuple(line) for line in kept] == [
        (number, its.payment_id, its.own_reference, its.minor, its.reversed) for number, its in enumerate(booked(5), 1)
    ]


async def test_the_quick_way_and_the_slow_one_keep_the_same(desk: Desk) -> None:
    content = csv_1(booked(50))
    await desk.hand_in(content)
    await desk.hand_in(content.replace(b"FT-1,", b'"FT-1",'))
    (plain, read) = await rows(desk.database, "SELECT statement_key FROM statement ORDER BY revision")
    columns = ", ".join(column for column in metadata.tables["statement_line"].c.keys() if column != "statement_key")  # noqa: SIM118
    kept = [
        await rows(desk.database, f"SELECT {columns} FROM statement_line WHERE statement_key = {key[0]} ORDER BY line")
        for key in (plain, read)
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 50


async def test_payments_are_found_by_whatever_names_them(desk: Desk) -> None:
    world = World(desk.database, desk.clock, Prepared())
    by_id, by_reference, by_own, unknown = [await world.completed(minor) for minor in (10_000, 20_000, 30_000, 40_000)]
    lines = [
        ["payment_id", "payment_reference", "own_reference", "amount"],
        [str(by_id.payment_id), "", "", "100.00"],
        ["", by_reference.reference.lower(), "", "200.00"],
        ["", "", by_own.request.bank_reference, "300.00"],
        ["", "", "nobody-knows", "400.00"],
    ]
    await desk.rule(StatementMapping("csv"))
    await desk.hand_in("\n".join(map(",".join, lines)).encode(), business_date=DAY)
    for_biller = [
        ["own_reference", "amount"],
        *([payment.biller_reference or "", payment.request.amount.text()] for payment in (by_id, by_own)),
    ]
    await desk.rule(StatementMapping("csv"), participant(BILLER))
    await desk.hand_in("\n".join(map(",".join, for_biller)).encode(), BILLER, business_date=DAY)
    bank, biller = await Reconcile(desk.clock, desk.database)(DAY)
    assert (bank.matched, dict(bank.breaks_by_kind)) == (3, {"missing_at_bank": 1, "missing_at_switch": 1})
    assert (biller.matched, dict(biller.breaks_by_kind)) == (2, {"missing_at_biller": 2})
    (stray,) = await rows(desk.database, "SELECT * FROM break WHERE kind = 'missing_at_switch'")
    assert stray.payment_id is None
    assert {each["field"]: each["theirs"] for each in stray.differences}["bank_reference"] == "nobody-knows"
    (missing,) = await rows(desk.database, "SELECT * FROM break WHERE kind = 'missing_at_bank'")
    assert missing.payment_id == unknown.payment_id


async def test_a_wrong_statement_is_kept_with_its_report_and_nothing_of_it_is_taken_in(desk: Desk) -> None:
    content = csv_1(booked(8)).replace(b"10.03,", b"ten,").replace(b"10.05,", b"-1,")
    with pytest.raises(FileMalformed) as refused:
        await desk.hand_in(content)
    assert "row 5, amount" in refused.value.detail("en")
    assert "السطر 5" in refused.value.detail("ar")
    with pytest.raises(FileMalformed):
        await desk.hand_in(content)
    (kept,) = await desk.statements.quarantined(BANK)
    assert [(fault.row, fault.field, fault.code, fault.found) for fault in kept.faults] == [
        (5, "amount", "amount", "ten"), (7, "amount", "amount", "-1"),
    ]  # fmt: skip
    assert (desk.folder / "quarantine" / BANK / kept.quarantine_id).read_bytes() == content
    assert (await one(desk.database, "SELECT (SELECT count(*) FROM statement) + (SELECT count(*) FROM statement_line)"))[0] == 0
    assert await desk.statements.quarantined(OTHER_BANK) == []
    with pytest.raises(QuarantineUnknown):
        await desk.statements.one_quarantined(OTHER_BANK, kept.quarantine_id)


async def test_what_could_not_be_read_is_taken_in_when_its_owners_rule_is_right(desk: Desk) -> None:
    content = WRITTEN["csv in Arabic"].write(booked(3))
    with pytest.raises(FileMalformed):
        await desk.hand_in(content, business_date=DAY)
    await desk.rule(WRITTEN["csv in Arabic"].mapping)
    taken_in = await desk.hand_in(content, business_date=DAY)
    (kept,) = await desk.statements.quarantined(BANK)
    assert (taken_in.lines, kept.taken_in_as) == (3, taken_in.statement_id)


async def test_newer_content_is_a_revision_and_the_older_one_stays(desk: Desk) -> None:
    await desk.hand_in(csv_1(booked(3)))
    newer = await desk.hand_in(mt940(booked(4)))
    assert (newer.revision, newer.statement_id) == (1, f"{BANK}-SYP-20261124-r1")
    assert [(its.revision, its.lines) for its in await desk.statements.taken_in(BANK)] == [(1, 4), (0, 3)]


async def test_a_layout_that_is_not_there_and_a_day_that_nobody_says_are_refused(desk: Desk) -> None:
    with pytest.raises(LayoutUnknown):
        await desk.hand_in(b"x", layout="pdf")
    with pytest.raises(FileMalformed, match="business_date"):
        await desk.hand_in(WRITTEN["csv"].write(booked(1)), layout="csv")
    with pytest.raises(MappingRefused):
        await desk.hand_in(b"x", layout="fixed-width", business_date=DAY)


async def test_a_rule_that_was_set_is_kept_with_all_before_it(desk: Desk) -> None:
    for mapping in (WRITTEN["csv in Arabic"].mapping, WRITTEN["fixed-width"].mapping, None):
        await desk.rule(mapping)
        _, known = await desk.statements.rule(BANK)
        assert known == mapping
        assert mapping is None or mapping_of(json.loads(json.dumps(mapping.document()))) == mapping
    assert (await one(desk.database, "SELECT count(*) FROM statement_rule"))[0] == 3
    with pytest.raises(LayoutUnknown):
        await desk.rule(StatementMapping("pdf"))


@pytest.mark.parametrize(
    "document",
    [
        [], {}, {"layout": 1}, {"layout": "csv", "colour": "red"}, {"layout": "csv", "columns": {"amount": "A"}},
        {"layout": "csv", "columns": {"amount": "A", "payment_id": True}}, {"layout": "csv", "columns": {"amount": 0, "payment_id": 1}},
        {"layout": "csv", "columns": {"amount": "A", "payment_id": "B", "colour": "C"}}, {"layout": "csv", "encoding": "ebcdic"},
        {"layout": "csv", "delimiter": '"'}, {"layout": "csv", "date_format": "%d/%m"}, {"layout": "csv", "decimal": "1"},
        {"layout": "csv", "decimal": ",", "thousands": ","}, {"layout": "csv", "booked": ["x"], "reversed": ["x"]},
        {"layout": "csv", "titles_row": -1}, {"layout": "csv", "minor_units": 1}, {"layout": "csv", "currency": "USD"},
        {"layout": "fixed-width", "columns": {"amount": [1], "payment_id": [1, 36]}},
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_hold_together_is_refused(document: object) -> None:
    with pytest.raises(MappingRefused):
        mapping_of(document)


async def test_an_import_that_dies_in_the_middle_leaves_nothing_and_is_repeated(desk: Desk) -> None:
    content = csv_1(booked(5_000)).replace(b"FT-1,", b'"FT-1",')
    died = 0

    def die(done: int, total: int) -> None:
        nonlocal died
        died += 1
        if died > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await desk.hand_in(content, tell=die)
    assert (await one(desk.database, "SELECT count(*) FROM statement_line"))[0] == 0
    taken_in = await desk.hand_in(content)
    assert (taken_in.lines, taken_in.revision, taken_in.replayed) == (5_000, 0, False)


async def test_reconciling_again_after_a_death_has_the_same_result(desk: Desk) -> None:
    world = World(desk.database, desk.clock, Prepared())
    payments = [await world.completed(10_000 + number) for number in range(4)]
    await desk.hand_in(csv_1([replace(its, payment_id=payment.payment_id) for its, payment in zip(booked(3), payments, strict=False)]))
    reconcile = Reconcile(desk.clock, desk.database)
    async with desk.database.transaction() as connection:
        await connection.execute(text("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'died'; END $$"))
        await connection.execute(text("CREATE TRIGGER die BEFORE INSERT ON reconciled_side FOR EACH ROW EXECUTE FUNCTION die()"))
    with pytest.raises(Exception, match="died"):
        await reconcile(DAY)
    assert await rows(desk.database, "SELECT * FROM break") == []
    async with desk.database.transaction() as connection:
        await connection.execute(text("DROP TRIGGER die ON reconciled_side"))
    first = await reconcile(DAY)
    desk.clock.move(timedelta(hours=1).total_seconds())
    assert await reconcile(DAY) == first
    assert sum(side.breaks for side in first) > 0


@pytest.mark.parametrize("amount", ["0x1F.00", "00.10", "-1.00", "1e2.00", "0.00", "10.0", "10.000", "99999999999999.00"])
async def test_no_amount_slips_in_the_quick_way_that_would_be_refused_otherwise(desk: Desk, amount: str) -> None:
    content = csv_1(booked(1)).replace(b",10.00,", f",{amount},".encode()).replace(b"T,1,10.00", b"T,1,31.00")
    with pytest.raises(FileMalformed):
        await desk.hand_in(content)
    assert (await one(desk.database, "SELECT count(*) FROM statement_line"))[0] == 0
