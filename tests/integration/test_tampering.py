"""Whoever owns the server edits any value of any row, takes any row away or slips one in: `switch verify` names it.

What is edited is read from the schema, so that a new table or column is tried from its first day. `SWITCH_TAMPER=all` tries every edit of
busy tables on its own (minutes); otherwise a part of them, each in company.
"""

import os
import random
from pathlib import Path

import pytest
from sqlalchemy import text

from switch.store.database import connect
from switch.store.row_records import PASSING, UNPROVEN, UNRECORDED, differing, recorded_tables
from switch.store.tables import metadata
from tests.filled_books import World
from tests.tampering import Edit, all_rows, edits_of, findings_after, named_by

EVERY = 1 if os.environ.get("SWITCH_TAMPER") == "all" else 4
SEED = int(os.environ.get("SWITCH_TAMPER_SEED", "1"))
NEVER_FILLED = {"directory_version", "staff_attempt", "staff_code", "provider_sign_in", "privacy_progress", "proof_node"}
"""A counter, what is forgotten in an hour or less, how far a job has come; and subtrees of 256 leaves, which other tests have."""


@pytest.fixture
def world(full: World) -> World:
    return full


async def test_any_edit_of_a_small_table_by_another_hand_is_named(world: World) -> None:
    assert (await world.verify()).findings == ()
    missed, tried = [], 0
    async with world.database.engine.connect() as connection:
        await connection.begin()
        await connection.execute(text("SET LOCAL session_replication_role = replica; SET LOCAL timezone = 'UTC'"))
        for table in recorded_tables():
            for edit in edits_of(table, await all_rows(connection, table), random.Random(SEED)):
                if edit.unproven:
                    continue
                named = await named_by(connection, edit, text(differing(table)))
                tried += named is not None
                missed += [str(edit)] * (named is False)
    assert not missed, "\n".join(missed)
    assert tried > 300


async def test_any_edit_of_a_busy_table_is_named(world: World) -> None:
    missed = []
    async with world.database.engine.connect() as connection:
        await connection.begin()
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        edits: list[list[Edit]] = []
        for name in UNRECORDED.keys() - NEVER_FILLED:
            table = metadata.tables[name]
            stored = await all_rows(connection, table)
            assert stored, f"no row of {name}: nothing is tried"
            edits.append([edit for edit in edits_of(table, stored, random.Random(SEED)) if not edit.unproven])
        for together in in_company(edits):
            found = await findings_after(world, connection, together)
            missed += [f"{edit} of {edit.row}" for edit in together if found is not None and not edit.named(found)]
    assert not missed, "\n".join(missed)


def in_company(edits: list[list[Edit]]) -> list[list[Edit]]:
    """One edit of each table together, those of the log itself apart, for it is what finds the others; each alone where all are tried."""
    if EVERY == 1:
        return [[edit] for its in edits for edit in its]
    chance = random.Random(SEED)
    log, books = ([its for its in edits if its[0].table.name.startswith("proof_") is of_log] for of_log in (True, False))
    rounds = [[chance.choice(its) for its in books] for _ in range(max(map(len, books)) // EVERY)]
    return rounds + [[chance.choice(its)] for its in log]


async def test_what_is_written_beside_the_switch_is_named_though_no_guard_was_switched_off(world: World) -> None:
    by_hand = connect(world.database.engine.url.render_as_string(hide_password=False), name="psql")
    async with by_hand.transaction() as connection:
        await connection.execute(text("UPDATE file_push SET attempts = attempts + 1"))
        await connection.execute(text("UPDATE staff_session SET origin = 'elsewhere'"))
    await by_hand.close()
    assert {finding.where.partition(" ")[0] for finding in await world.findings()} == {"staff_session"}


def test_what_is_not_named_is_said_with_its_reason(project_root: Path) -> None:
    page = (project_root / "docs" / "proofs.md").read_text(encoding="utf-8")
    for table, (columns, _) in UNPROVEN.items():
        known = {*metadata.tables[table].c.keys(), "taken away", "slipped in"}
        assert set(columns) <= known
        assert f"`{table}`" in page
    assert metadata.tables.keys() >= {*UNRECORDED, *PASSING}
    assert not PASSING.keys() & UNRECORDED.keys()
