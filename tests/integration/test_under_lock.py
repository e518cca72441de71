"""What a copy of the database gives away: nothing personal, no secret; and all that is under lock follows a new master key."""

import re
from datetime import timedelta

from switch.store.locked_columns import LOCKED
from switch.store.tables import metadata
from switch.store.vault import use_vault
from switch.usecases.renew_personal_data import LATE_WRITERS_SECONDS, RenewPersonalData
from tests.filled_books import World
from tests.logged import found_in
from tests.seeded import START, FixedClock, rows
from tests.vault_keys import FixedMasterKeys

_HEX = re.compile("(?:[0-9a-f]{2}){8,}")
STAFF = ("staff_account", "totp_secret")
HASHED = "a password's hash"


async def dumped(world: World, table: str) -> list[str]:
    """Each row as pg_dump would write it, and once more with its bytes as text."""
    found = [str(row[0]) for row in await rows(world.database, f'SELECT its::text FROM "{table}" AS its')]
    return [f"{line} {_HEX.sub(lambda one: bytes.fromhex(one[0]).decode(errors='replace'), line)}" for line in found]


async def test_a_copy_of_the_database_gives_nobody_away(full: World) -> None:
    """But what a service says that its references look like, which is in the catalogue, and passwords' hashes."""
    gives, examples = [], [row[0] for row in await rows(full.database, "SELECT reference_example FROM service")]
    for table in metadata.tables:
        lines = await dumped(full, table)
        assert lines or table not in {its.table for its in LOCKED}, f"no row of {table}: nothing is tried"
        for example in examples if table in ("service", "directory_change") else ():
            lines = [line.replace(example, "") for line in lines]
        gives += [f"{table}: {what} in {line}" for line in lines if (what := found_in(line)) and (table, what) != (STAFF[0], HASHED)]
    assert not gives, "\n".join(gives)


async def under_lock(world: World, number: int) -> dict[tuple[str, str], int]:
    """Columns with rows that are under this master key, and how many. A hash of 32 bytes is no ciphertext."""
    found = {}
    for name, table in metadata.tables.items():
        for column in table.c:
            kept = f'"{column.name}"' if column.type.python_type is bytes else f"decode(\"{column.name}\", 'base64')"
            if (name, column.name) != STAFF and column.type.python_type is not bytes:
                continue
            where = f"substring({kept} FROM 1 FOR 2) = '\\x{number:04x}'::bytea AND octet_length({kept}) <> 32"
            ((many,),) = await rows(world.database, f'SELECT count(*) FROM "{name}" WHERE {where}')
            if many:
                found[name, column.name] = many
    return found


async def test_all_that_is_under_lock_follows_a_new_key(full: World) -> None:
    masters, clock = FixedMasterKeys(), FixedClock()
    use_vault(masters)
    listed = {(its.table, column) for its in LOCKED for column in its.columns} | {STAFF}
    before = await under_lock(full, 1)
    assert before.keys() == listed, "what is under lock is listed in store/locked_columns.py, and each has rows here"
    erased = await under_lock(full, 0)
    masters.newest = 2
    renew = RenewPersonalData(clock, full.database)
    await renew()
    assert (await under_lock(full, 1)).keys() == listed - {STAFF}, "whoever has not heard of the key yet may still write"
    clock.at = START + timedelta(seconds=LATE_WRITERS_SECONDS)
    unfinished = "SELECT count(*) FROM privacy_progress WHERE task = 'key-2' AND finished_at IS NULL"
    while await rows(full.database, unfinished) != [(0,)]:
        await renew()
    assert await under_lock(full, 1) == {}
    assert await under_lock(full, 2) == before
    assert await under_lock(full, 0) == erased
    assert await full.findings() == ()
