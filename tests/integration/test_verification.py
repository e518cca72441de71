"""Verification on a real database: clean books are clean, and any one amount changed anywhere is found and its row named."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, text, update

from switch.domain.outcomes import Accepted, Reason, Refused
from switch.reports.verification import Verification
from switch.store.tables import metadata
from tests.filled_books import BORNE, LOG, World, charged, concluded
from tests.seeded import BANK, BILLER, WINDOW, order, put_bill, rows


@pytest.fixture
def world(sealed: World) -> World:
    return sealed


async def test_books_that_nobody_touched_are_clean_and_every_check_looked_at_something(world: World) -> None:
    result = await world.verify()
    assert result.findings == ()
    assert result.clean
    assert [check.name for check in result.checks if not check.rows] == []


NAMED_BY = {
    "payment": "payment_id", "posting": "entry_id", "bill": "bill_number", "position": "bank_code", "cap_change": "change_id",
    "reversal": "reversal_id", "stand_in": "service_code", "service": "code", "tariff": "tariff_id", "window_cell": "debtor_code",
    "issued_file": "file_id", "statement": "statement_id", "statement_line": "statement_key", "statement_rule": "change_id",
    "break": "break_id", "inquiry": "inquiry_id", "outbox": "event_id", "settlement_instruction": "instruction_id",
    "directory_change": "change_id", "window_approval": "participant_code", "window_claim": "defaulter_code",
    "debt_payment": "debt_payment_id", "debt_part": "debt_payment_id",
    "cap_warning": "bank_code", "position_snapshot": "bank_code", "turnover": "bank_code",
    "adjustment": "adjustment_id", "closing_rule": "rule_id", "window_account": "window_id",
    "archived_balance": "account_code", "archived_movement": "biller_code", "sealed_balance": "account_code",
    "dispute": "dispute_id", "dispute_event": "dispute_id",
}  # fmt: skip


def is_amount(column: Column[Any]) -> bool:
    return (column.computed is None and column.name.endswith(("minor", "_fee", "_ppm"))) or column.name == "tax"


ROWS_TRIED = 4
"""Of a column, in one verification."""
AMOUNTS = {table: columns for table in metadata.sorted_tables if (columns := [column for column in table.c if is_amount(column)])}


def test_every_table_with_an_amount_is_in_the_list() -> None:
    assert {table.name for table in AMOUNTS} <= set(NAMED_BY)


async def unnoticed(world: World, table: Table, column: Column[Any], changed: Any) -> list[str]:
    """Rows whose change was not found, or found without naming them; everything is put back."""
    key = NAMED_BY[table.name]
    async with world.database.reading() as connection:
        stored = [dict(row) for row in (await connection.execute(select(table))).mappings().all() if row[column.name] is not None]
    tried = random.Random(1).sample(stored, min(len(stored), ROWS_TRIED))

    async def put(value: Any) -> None:
        for row in tried:
            this = [owner == row[owner.name] for owner in table.primary_key.columns]
            await world.behind_the_guards(update(table).where(*this).values({column: value(row[column.name])}))

    await put(changed)
    findings = await world.findings()
    await put(lambda kept: kept)
    assert stored, f"no row of {table.name} has a {column.name}: nothing was tried"
    return [f"{table.name}.{column.name} of {row[key]}" for row in tried if not any(str(row[key]) in one.where for one in findings)]


@pytest.mark.parametrize("table", AMOUNTS, ids=lambda table: table.name)
async def test_any_one_amount_that_is_changed_is_found_and_its_row_named(world: World, table: Table) -> None:
    async with world.database.transaction() as connection:
        for constraint in table.constraints:
            if type(constraint).__name__ == "CheckConstraint":
                await connection.execute(text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{constraint.name}"'))
    for column in AMOUNTS[table]:
        assert await unnoticed(world, table, column, lambda minor: minor + 1) == []
    assert await world.findings() == ()


def altered_amounts(document: Any) -> Any:
    """The document with each of its amounts changed."""
    match document:
        case dict():
            return {name: altered_amounts(value) if not is_number(name, value) else bumped(value) for name, value in document.items()}
        case list():
            return [altered_amounts(value) for value in document]
        case _:
            return document


def is_number(name: str, value: object) -> bool:
    return value is not None and name in {"minor", "due_minor", "amount", "fixed_minor", "typical_minor", "minimum_minor", "maximum_minor"}


def bumped(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else value[:-1] + str((int(value[-1]) + 1) % 10)


@pytest.mark.parametrize("name", ["inquiry.presentment", "outbox.content", "settlement_instruction.legs", "directory_change.content"])
async def test_an_amount_inside_a_document_is_found_too(world: World, name: str) -> None:
    table_name, _, column_name = name.partition(".")
    table = metadata.tables[table_name]
    column = table.c[column_name]
    before = [row[0] for row in await rows(world.database, f"SELECT {column_name} FROM {table_name}")]
    holding_amounts = [document for document in before if altered_amounts(document) != document]
    assert holding_amounts
    missed = await unnoticed(world, table, column, altered_amounts)
    untouched = len(before) - len(holding_amounts)
    assert len(missed) <= untouched


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (
            (
                "UPDATE payment SET state = 'REJECTED', window_id = NULL, business_date = NULL"
                " WHERE state = 'COMPLETED' AND refunds = 0 AND stand_in IS NULL"
            ),
            "payment ",
        ),
        ("DELETE FROM payment_event WHERE to_state = 'COMPLETED'", "payment "),
        ("DELETE FROM posting WHERE line = 1", "journal entry "),
        ("DELETE FROM journal_entry", "posting "),
        ("DELETE FROM idempotency", "payment "),
        ("UPDATE idempotency SET refusal_code = 'made_up'", "idempotency key "),
        ("UPDATE payment SET customer_pseudonym = reverse(customer_pseudonym)", "payment "),
        ("UPDATE payment SET personal = overlay(personal PLACING '\\x00'::bytea FROM 20)", "payment "),
        ("UPDATE payment SET personal = (SELECT personal FROM payment ORDER BY payment_id DESC LIMIT 1)", "payment "),
        ("UPDATE payment SET personal = '\\x0000'", "payment "),
        ("UPDATE posting SET account_code = 'tax' WHERE account_code = 'fee_switch'", "journal entry "),
        ("UPDATE posting SET business_date = business_date + 1", "journal entry "),
        ("DELETE FROM bill WHERE held_minor > 0", "bill "),
        ("DELETE FROM position", "position "),
        ("DELETE FROM window_cell", "window "),
        ("UPDATE settlement_window SET state = 'aborted', settled_at = NULL WHERE state = 'settled'", "journal entry "),
        ("UPDATE open_window SET business_date = business_date + 1", "open window "),
        ("DELETE FROM settlement_instruction", "window "),
        ("UPDATE issued_file SET sequence = 3, previous_sha256 = 'ab'", "file "),
        ("DELETE FROM statement_line WHERE line = 1", "statement "),
        ("UPDATE reversal SET reason = 'fraud'", "reversal "),
        ("UPDATE reversal SET business_date = business_date + 1", "reversal "),
        ("UPDATE reversal SET state = 'IN_DOUBT', window_id = NULL, concluded_at = NULL WHERE amount_minor = 23456", "payment "),
        ("DELETE FROM reversal", "payment "),
        ("UPDATE payment SET stand_in = 'taken' WHERE stand_in = 'outstanding'", "stand-in "),
        ("UPDATE payment SET stand_in = 'refused' WHERE stand_in = 'outstanding'", "payment "),
        ("DELETE FROM order_message", "payment "),
        ("UPDATE order_message SET content = content || '\\x20'", "payment "),
        ("UPDATE order_message SET order_id = gen_random_uuid()", "message "),
        ("DELETE FROM biller_message", "payment "),
        ("UPDATE biller_message SET answer = '\\x20'", "payment "),
        ("UPDATE idempotency SET reversal_id = NULL WHERE reversal_id IS NOT NULL", "idempotency key "),
        ("UPDATE statement_line SET amount = '1' || amount WHERE line = 1", "statement "),
        ("DELETE FROM statement", "statement under the key "),
        ("UPDATE service SET name_ar = 'غاز'", "service "),
        ("UPDATE participant SET name_ar = 'غيره'", "participant "),
        ("INSERT INTO participant_key VALUES ('100010:x', '100010', 'ed25519', 'pem', 'active', now())", "key "),
        ("UPDATE service SET open = NOT open", "service "),
        ("DELETE FROM tariff", "tariff "),
        ("INSERT INTO holiday VALUES ('2026-11-26', 'عطلة', 'Holiday')", "holidays"),
        ("INSERT INTO cut_off VALUES ('SYP', 1, 600)", "cut-offs of SYP"),
        ("UPDATE outbox SET biller_code = 'nobody'", "advice "),
        ("UPDATE webhook_delivery SET bank_code = '100028'", "webhook event "),
        ("UPDATE webhook_delivery SET kind = 'payment.rejected' WHERE kind = 'payment.completed'", "webhook event "),
        ("UPDATE webhook_delivery SET moved = jsonb_set(moved, '{business_date}', '\"2026-11-25\"')", "webhook event "),
        ("UPDATE webhook_delivery SET event_number = 1", "webhook event "),
        ("UPDATE webhook_endpoint SET bank_code = '100028'", "webhook event "),
        ("UPDATE payment SET currency = 'XXX' WHERE state = 'REJECTED'", "payment "),
        ("UPDATE payment SET channel = 'pigeon'", "payment "),
        ("UPDATE payment_event SET to_state = 'GONE' WHERE to_state = 'IN_DOUBT'", "payment "),
        ("UPDATE posting SET currency = 'XXX'", "journal entry "),
        ("UPDATE journal_entry SET kind = 'gift' WHERE kind = 'payment_completed'", "journal entry "),
        ("UPDATE bill SET currency = 'XXX'", "bill "),
        ("UPDATE staff_account SET roles = 'auditor,operator'", "staff nour"),
        ("UPDATE staff_account SET password_hash = '$argon2id$mine'", "staff nour"),
        ("UPDATE staff_account SET totp_secret = 'MINE'", "staff nour"),
        ("INSERT INTO staff_account VALUES ('eve', 'operator', 'active', 'x', 'y', now())", "staff eve"),
        ("UPDATE staff_token SET expires_at = '2099-01-01'", "staff_token "),
        ("UPDATE staff_token SET token_hash = 'mine'", "staff_token "),
        ("UPDATE staff_audit SET who = 'staff:eve'", "audit entry "),
        ("DELETE FROM staff_audit", "audit entry "),
        ("UPDATE break SET kind = 'odd'", "break "),
        ("UPDATE break SET participant_code = '100028'", "break "),
        ("UPDATE break_standing SET state = 'repaired' WHERE state = 'written_off'", "break "),
        ("UPDATE break_standing SET ended_at = ended_at + interval '1 minute' WHERE ended_at IS NOT NULL", "break "),
        ("DELETE FROM break_standing", "break "),
    ],
)
async def test_whatever_else_is_changed_is_found_too(world: World, statement: str, where: str) -> None:
    await world.behind_the_guards(text(statement))
    assert [finding for finding in await world.findings() if finding.where.startswith(where)]


async def test_a_file_that_was_edited_or_is_gone_is_found(world: World, tmp_path: Path) -> None:
    (edited, gone) = (tmp_path / BANK / "file.csv", tmp_path / BILLER / "file.csv")
    edited.chmod(0o644)
    edited.write_bytes(edited.read_bytes().replace(b"0", b"1"))
    gone.unlink()
    assert {finding.where for finding in await world.findings()} == {f"file {BANK}-{WINDOW}-r0", f"file {BILLER}-{WINDOW}-r0"}


async def test_progress_is_told_for_every_check(world: World) -> None:
    told: list[tuple[str, int, int]] = []
    result = await Verification(world.database, world.drop, LOG)(lambda *step: told.append(step))
    assert {name for name, _, _ in told} == {check.name for check in result.checks}
    assert max(done for name, done, _ in told if name == "payments") == 10


async def test_the_books_are_clean_at_every_moment_while_payments_run(world: World) -> None:
    running = True

    async def pay() -> None:
        for number in range(40):
            await put_bill(world.database, f"R{number}", 1_000)
            asked = charged(order(1_000, bill_number=f"R{number}"))
            await world.write(asked, charged(order(2_000, accept=True), BORNE))
            await world.write(concluded(asked, Accepted("B") if number % 2 else Refused(Reason.OTHER)))

    async def watch() -> int:
        looks = 0
        while running:
            assert await world.findings() == ()
            looks += 1
        return looks

    watching = asyncio.create_task(watch())
    await pay()
    running = False
    assert await watching >= 1
    assert await world.findings() == ()
