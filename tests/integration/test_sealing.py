"""Sealing on a real database: what was committed becomes leaves, once, in the order of commits, under heads that are linked."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from switch.domain.proofs import Frontier, leaf_hash
from switch.domain.tree_heads import read_tree_head
from switch.signatures.notes import read_note
from switch.store.sealed_rows import KINDS, LEAVES_WITHIN
from switch.usecases.seal_log import SealLog
from tests.filled_books import LOG, LOG_KEY, World, charged
from tests.seeded import FixedClock, order, rows

EVERYTHING = {"begin": 0, "end": 2**62}


@pytest.fixture
def world(filled: World) -> World:
    return filled


def sealing(world: World, rows_at_once: int = 10_000) -> SealLog:
    return SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin, rows_at_once)


async def leaf_contents(world: World) -> list[str]:
    async with world.database.snapshot() as connection:
        return [row.content for row in (await connection.execute(LEAVES_WITHIN, EVERYTHING)).all()]


async def test_every_kind_of_row_becomes_a_leaf_and_the_head_is_signed_over_all_of_them(world: World) -> None:
    contents = await leaf_contents(world)

    assert await sealing(world).whole() == len(contents)

    kept = await rows(world.database, "SELECT * FROM proof_leaf ORDER BY position")
    assert [leaf.position for leaf in kept] == list(range(len(contents)))
    assert [leaf.hash for leaf in kept] == [leaf_hash(content.encode()) for content in contents]
    assert {leaf.kind for leaf in kept} == set(KINDS) - {"archive", "calendar", "look", "refusal"}
    [head] = await rows(world.database, "SELECT * FROM proof_head")
    note = read_note(head.note)
    assert note is not None
    assert LOG.signed(note)
    said = read_tree_head(note.text)
    assert said is not None
    assert (said.origin, said.size) == (LOG.origin, len(contents))
    assert said.root == Frontier().extended([leaf.hash for leaf in kept])[0].root()


async def test_what_is_sealed_is_not_sealed_again_and_what_comes_later_goes_on_from_there(world: World) -> None:
    seal = sealing(world)
    first = await seal.whole()
    assert await seal.whole() == 0

    await world.write(charged(order(777, accept=True)))
    assert await seal.whole() == 3  # an entry and two lines of history

    leaves = await rows(world.database, "SELECT * FROM proof_leaf ORDER BY position")
    heads = await rows(world.database, "SELECT size, note FROM proof_head ORDER BY size")
    assert [head.size for head in heads] == [first, first + 3]
    for head in heads:
        said = read_tree_head(head.note.partition("\n\n")[0] + "\n")
        assert said is not None
        assert said.root == Frontier().extended([leaf.hash for leaf in leaves[: head.size]])[0].root()


async def test_however_it_is_cut_into_heads_the_leaves_are_the_same(world: World) -> None:
    contents = await leaf_contents(world)
    await sealing(world, rows_at_once=1).whole()
    kept = await rows(world.database, "SELECT hash FROM proof_leaf ORDER BY position")
    assert [leaf.hash for leaf in kept] == [leaf_hash(content.encode()) for content in contents]
    assert (await rows(world.database, "SELECT count(*) FROM proof_head"))[0][0] > 3


async def test_several_workers_at_once_seal_everything_once(world: World) -> None:
    seal = sealing(world, rows_at_once=1)
    running = True

    async def seal_on() -> None:
        while running:
            await seal()

    workers = [asyncio.create_task(seal_on()) for _ in range(3)]
    for _ in range(20):
        await world.write(charged(order(1_000, accept=True)))
    running = False
    await asyncio.gather(*workers)
    await seal.whole()
    contents = await leaf_contents(world)
    kept = await rows(world.database, "SELECT hash FROM proof_leaf ORDER BY position")
    assert [leaf.hash for leaf in kept] == [leaf_hash(content.encode()) for content in contents]


async def test_nothing_is_passed_over_that_commits_late(world: World) -> None:
    """An older transaction that is still open holds the log back, however many younger ones have committed."""
    await sealing(world).whole()
    caps = (await rows(world.database, "SELECT count(*) FROM cap_change"))[0][0]
    async with world.database.transaction() as older:
        await older.execute(text("UPDATE position SET cap_minor = cap_minor"))
        await older.execute(
            text("INSERT INTO cap_change SELECT gen_random_uuid(), bank_code, currency, 5, changed_at, 'x', '' FROM cap_change")
        )
        younger = (await rows(world.database, "SELECT pg_current_xact_id()::text::bigint AS xact"))[0].xact
        assert await sealing(world).whole() == 0
    assert await sealing(world).whole() == caps
    assert (await rows(world.database, "SELECT sealed_below FROM proof_end"))[0].sealed_below > younger - 1


async def test_a_crash_before_the_end_of_it_has_sealed_nothing(world: World) -> None:
    class Dies(Exception):
        pass

    class DyingKey:
        keyid, algorithm = LOG_KEY.keyid, LOG_KEY.algorithm

        def sign(self, message: bytes) -> bytes:
            raise Dies

        def public_der(self) -> bytes:
            return LOG_KEY.public_der()

    with pytest.raises(Dies):
        await SealLog(FixedClock(), world.database, DyingKey(), LOG.origin)()
    assert (await rows(world.database, "SELECT count(*) FROM proof_leaf"))[0][0] == 0
    assert await sealing(world).whole() == len(await leaf_contents(world))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proof_leaf SET hash = '\\x00'",
        "DELETE FROM proof_head",
        "TRUNCATE proof_node",
        "DELETE FROM proof_end",
        "UPDATE proof_end SET size = size - 1",
        "UPDATE proof_end SET sealed_below = 0",
    ],
)
async def test_the_log_only_grows(world: World, statement: str) -> None:
    await sealing(world).whole()
    with pytest.raises(DBAPIError, match="I14"):
        async with world.database.transaction() as connection:
            await connection.execute(text(statement))
