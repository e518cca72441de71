"""Advices: each reaches its biller, in order, whatever becomes of the worker that had it in hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from switch.domain.advices import Advice
from switch.domain.directory import Directory, Endpoint
from switch.posting.lane import PostingLane
from switch.store import outbox
from switch.store.database import Database, connect
from switch.usecases.biller_lines import ADVICE_SECONDS, BillerLines
from switch.usecases.deliver_advices import DELIVERING_SECONDS, LEASE_SECONDS, DeliverAdvices
from tests.scripted_biller import PROTOCOL, URL, ScriptedBiller
from tests.seeded import BANK, BILLER, FixedClock, order, seed


@dataclass
class SlowBiller(ScriptedBiller):
    """Each advice takes its time."""

    clock: FixedClock = field(default_factory=FixedClock)
    takes_seconds: float = 0
    told: list[Advice] = field(default_factory=list)

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool:
        self.clock.move(self.takes_seconds)
        self.told.append(advice)
        return await super().advise(endpoint, advice, answer_seconds=answer_seconds)


@dataclass
class World:
    database: Database
    clock: FixedClock
    biller: SlowBiller
    deliver: DeliverAdvices

    async def pay(self, count: int) -> None:
        lane = PostingLane(self.database, self.clock)
        for number in range(count):
            await lane.submit(order(100, reference=f"10000000{number:02d}", accept=True, at=self.clock.now()))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database, clock = connect(database_url), FixedClock()
    await seed(database, {BANK: 1_000_000})
    biller = SlowBiller(clock=clock)
    directory = Directory(endpoints={BILLER: Endpoint(BILLER, PROTOCOL, URL)})
    lines = BillerLines(lambda: directory, {PROTOCOL: biller})
    yield World(database, clock, biller, DeliverAdvices(clock, database, lines, lambda: 500))
    await database.close()


async def test_what_a_dead_worker_had_in_hand_is_delivered_when_its_lease_is_over(world: World) -> None:
    await world.pay(3)
    async with world.database.transaction() as connection:
        assert len(await outbox.lease_due(connection, BILLER, world.clock.now(), LEASE_SECONDS, 50)) == 3
    assert await world.deliver() == 0
    world.clock.move(LEASE_SECONDS)
    assert await world.deliver() == 3
    assert len(world.biller.advised) == 3


async def test_nothing_is_begun_that_could_outlast_the_lease(world: World) -> None:
    world.biller.takes_seconds = ADVICE_SECONDS - 1
    await world.pay(7)
    began = world.clock.now()
    assert await world.deliver() == 3
    assert DELIVERING_SECONDS < (world.clock.now() - began).total_seconds() < LEASE_SECONDS
    assert [await world.deliver() for _ in range(3)] == [3, 1, 0]
    assert [advice.event_id for advice in world.biller.told] == sorted(world.biller.advised)
    assert len(world.biller.told) == 7


async def test_a_biller_that_is_away_gets_all_in_order_when_it_is_back(world: World) -> None:
    await world.pay(3)
    world.biller.reachable = False
    assert await world.deliver() == 0
    assert len(world.biller.told) == 1, "the others wait behind the first"
    world.clock.move(60)
    world.biller.reachable = True
    assert await world.deliver() == 3
    assert [advice.event_id for advice in world.biller.told[1:]] == sorted(world.biller.advised)
