"""Statements on a real database: taken in whole or not at all, once, and from nobody else."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from switch.domain.booked_statements import Side, StatementHead
from switch.domain.errors import NotAllowed, StatementNotYours
from switch.domain.money import Money
from switch.domain.participants import Participant, ParticipantKind
from switch.store.database import connect
from tests.reconciled import DAY, Prepared, World, line, participant
from tests.seeded import BANK, OTHER_BANK, FixedClock, one, rows, seed

HEAD = StatementHead(BANK, Side.BANK, DAY, "SYP")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield World(database, FixedClock(), Prepared())
    await database.close()


async def test_the_same_bytes_are_taken_in_once_also_at_the_same_time(world: World) -> None:
    payment = await world.completed(10_000)
    content = world.layout.prepare(HEAD, [replace(line(payment), line=1)])
    taken = await asyncio.gather(*(world.importing(participant(BANK), io.BytesIO(content)) for _ in range(5)))
    assert sorted(its.replayed for its in taken) == [False, True, True, True, True]
    assert {(its.statement_id, its.sha256, its.total) for its in taken} == {
        (f"{BANK}-SYP-20261124-r0", hashlib.sha256(content).hexdigest(), Money(10_000, "SYP"))
    }
    assert (await one(world.database, "SELECT count(*) FROM statement_line"))[0] == 1


@pytest.mark.parametrize(
    ("owner", "refusal"),
    [
        (participant(OTHER_BANK), StatementNotYours),
        (replace(participant(BANK), kind=ParticipantKind.BILLER), StatementNotYours),
        (replace(participant(BANK), kind=ParticipantKind.OPERATOR), NotAllowed),
    ],
)
async def test_nobody_hands_in_for_another(world: World, owner: Participant, refusal: type[Exception]) -> None:
    content = world.layout.prepare(HEAD, [])
    with pytest.raises(refusal):
        await world.importing(owner, io.BytesIO(content))
    assert await rows(world.database, "SELECT * FROM statement") == []


async def test_a_statement_that_breaks_half_way_leaves_nothing(world: World) -> None:
    payment = await world.completed(10_000)
    twice_the_same_number = (replace(line(payment), line=1), replace(line(payment), line=1))
    content = world.layout.prepare(HEAD, twice_the_same_number)
    with pytest.raises(Exception, match="pk_statement_line"):
        await world.importing(participant(BANK), io.BytesIO(content))
    assert (await one(world.database, "SELECT (SELECT count(*) FROM statement) + (SELECT count(*) FROM statement_line)"))[0] == 0
