"""Lines in a currency that the statement is not of: a break each, and their minor units never taken for the statement's own."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from switch.domain.booked_statements import Side, StatementHead
from switch.domain.identifiers import PaymentId
from switch.domain.money import Money
from switch.domain.reconciliation import Break, BreakKind, Grouping, MatchingRule
from switch.store import statement_rules
from switch.store.database import connect
from switch.usecases.import_statement import ImportStatement
from tests.reconciled import DAY, NOWHERE, STRANGER, Prepared, World, line, participant
from tests.seeded import BANK, START, FixedClock, seed


class Mapped(Prepared):
    """The layout `csv-1` names each payment, whatever its owner's rule says."""

    layout = "csv"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url, pool_size=4)
    await seed(database, {BANK: 10_000_00})
    yield World(database, FixedClock(START), Prepared())
    await database.close()


def stake(found: Break) -> Decimal:
    return Decimal(Money(found.minor, found.currency).text())


async def test_what_the_switch_does_not_have_is_told_in_its_own_currency_and_nothing_of_ours_is_at_stake(world: World) -> None:
    payment = await world.completed(1_000)
    booked = line(payment)
    await world.hand_in(BANK, [booked, replace(booked, payment_id=PaymentId(STRANGER), minor=12_345, currency="KWD")])
    (side,) = [each for each in await world.reconcile(DAY, "SYP") if each.participant == BANK]
    (found,) = await world.breaks()
    assert found.kind is BreakKind.MISSING_AT_SWITCH
    assert {each.field: each.theirs for each in found.differences} == {
        "line": "2", "bank_reference": booked.own_reference, "state": "COMPLETED", "currency": "KWD", "amount": "12.345",
    }  # fmt: skip
    assert all(each.ours is None for each in found.differences)
    assert stake(found) == 0
    assert side.unreconciled_minor == 0


async def test_a_duplicate_in_another_currency_puts_the_payment_at_stake(world: World) -> None:
    payment = await world.completed(1_000)
    booked = line(payment)
    await world.hand_in(BANK, [booked, replace(booked, minor=777, currency="USD")])
    await world.reconcile(DAY, "SYP")
    (found,) = await world.breaks()
    assert (found.kind, stake(found)) == (BreakKind.DUPLICATE_AT_BANK, Decimal("10.00"))
    assert {each.field: each.theirs for each in found.differences} == {"line": "2", "currency": "USD", "amount": "7.77"}


async def test_a_sum_in_another_currency_with_the_same_digits_is_no_match(world: World) -> None:
    payments = [await world.completed(minor) for minor in (1_000, 2_500)]
    async with world.database.transaction() as connection:
        await statement_rules.append(connection, BANK, MatchingRule(grouping=Grouping.DAY), None, START, "test")
    mapped = Mapped()
    total = replace(line(payments[0]), line=1, payment_id=None, minor=3_500, currency="USD")
    content = mapped.prepare(StatementHead(BANK, Side.BANK, DAY, "SYP"), (total,))
    await ImportStatement(world.clock, world.database, {"csv": mapped}, NOWHERE)(participant(BANK), io.BytesIO(content))
    (side,) = [each for each in await world.reconcile(DAY, "SYP") if each.participant == BANK]
    (found,) = await world.breaks()
    assert (found.kind, stake(found)) == (BreakKind.CURRENCY_DIFFERS, Decimal("35.00"))
    assert {each.field: (each.ours, each.theirs) for each in found.differences}["sum"] == ("35.00", "USD 35.00")
    assert side.matched == 0
