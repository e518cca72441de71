"""The trial balance goes on from what was rolled up when it was sealed, and is what every posting adds up to."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from switch.reports.journal import Journal
from switch.usecases.seal_log import SealLog
from tests.filled_books import LOG, LOG_KEY, World, charged
from tests.seeded import FixedClock, order, rows


@pytest.fixture
def world(filled: World) -> World:
    return filled


def sealing(world: World, rows_at_once: int = 10_000) -> SealLog:
    return SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin, rows_at_once)


async def is_whole(world: World) -> None:
    journal = Journal(world.database)
    balance = await journal.trial_balance()
    assert balance == await journal.trial_balance(anew=True)
    assert balance
    assert sum(account.debit - account.credit for account in balance) == 0


async def test_it_is_the_same_before_between_and_after_seals(world: World) -> None:
    await is_whole(world)
    await sealing(world, rows_at_once=2)()
    assert await rows(world.database, "SELECT FROM sealed_balance"), "a part of the books is sealed"
    await is_whole(world)
    await sealing(world, rows_at_once=2).whole()
    await is_whole(world)
    await world.write(charged(order(777, accept=True)))
    await is_whole(world)
    await sealing(world).whole()
    await is_whole(world)
    assert await world.findings() == ()


async def test_it_balances_in_every_read_while_payments_are_posted_and_sealed(world: World) -> None:
    journal, writing = Journal(world.database), True

    async def seal() -> None:
        while writing:
            await sealing(world, rows_at_once=3)()

    async def read() -> int:
        reads = 0
        while writing:
            assert sum(account.debit - account.credit for account in await journal.trial_balance()) == 0
            reads += 1
        return reads

    sealed, read_while = asyncio.create_task(seal()), asyncio.create_task(read())
    for number in range(800, 830):
        await world.write(charged(order(number, accept=True)))
    writing = False
    await sealed
    assert await read_while > 1
    await is_whole(world)


async def test_what_is_sealed_does_not_shrink_and_an_edit_of_it_is_named(world: World) -> None:
    await sealing(world).whole()
    for forbidden in ("DELETE FROM sealed_balance", "UPDATE sealed_balance SET debit_minor = debit_minor - 1 WHERE debit_minor > 0"):
        with pytest.raises(DBAPIError):
            async with world.database.transaction() as connection:
                await connection.execute(text(forbidden))
    [first, *_] = await rows(world.database, "SELECT account_code FROM sealed_balance ORDER BY account_code")
    await world.behind_the_guards(
        text("UPDATE sealed_balance SET credit_minor = credit_minor + 1 WHERE account_code = :code").bindparams(code=first.account_code)
    )
    assert [finding.where for finding in await world.findings()] == [f"balance of {first.account_code} in SYP"]
