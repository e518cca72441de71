"""Advices: each reaches its biller, in order, whatever becomes of the worker that had it in hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import text

from switch.domain.advices import Advice
from switch.domain.breakers import FAILURES_IN_A_ROW, LONGEST_PAUSE_MILLISECONDS
from switch.domain.directory import Directory, Endpoint
from switch.domain.identifiers import EventId, bucketed_id
from switch.domain.outcomes import Refused
from switch.posting.lane import PostingLane
from switch.store import outbox
from switch.store.database import Database, connect
from switch.usecases.biller_lines import ADVICE_SECONDS, BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.deliver_advices import LEASE_SECONDS, DeliverAdvices
from switch.usecases.refuse_stand_in import RefuseStandIn
from tests.scripted_biller import PROTOCOL, URL, ScriptedBiller
from tests.seeded import BANK, BILLER, FixedClock, order, rows, seed


class Told(NamedTuple):
    """An advice as it came, when, and until when it was leased then."""

    advice: Advice
    at: datetime
    leased_until: datetime


@dataclass
class SlowBiller(ScriptedBiller):
    """Each advice takes its time."""

    clock: FixedClock = field(default_factory=FixedClock)
    takes_seconds: float = 0
    told: list[Told] = field(default_factory=list)
    chokes_on: set[EventId] = field(default_factory=set)
    database: Database | None = None

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool | Refused:
        assert self.database is not None
        (row,) = await rows(self.database, "SELECT next_attempt_at FROM outbox WHERE event_id = :id", id=advice.event_id)
        self.told.append(Told(advice, self.clock.now(), row[0]))
        self.clock.move(self.takes_seconds)
        if advice.event_id in self.chokes_on:
            return False
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
    biller = SlowBiller(clock=clock, database=database)
    directory = Directory(endpoints={BILLER: Endpoint(BILLER, PROTOCOL, URL)})
    lines = BillerLines(lambda: directory, {PROTOCOL: biller}, Breakers(clock))
    yield World(database, clock, biller, DeliverAdvices.on(clock, database, lines, RefuseStandIn(clock, database), lambda: 500))
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
    assert await world.deliver() == 7
    leased = [told.leased_until - told.at for told in world.biller.told]
    assert max(leased) == timedelta(seconds=LEASE_SECONDS)
    assert min(leased) > timedelta(seconds=ADVICE_SECONDS)
    assert [told.advice.event_id for told in world.biller.told] == sorted(world.biller.advised)


async def test_one_advice_that_a_biller_chokes_on_holds_up_no_other_payment_and_what_follows_of_its_own(world: World) -> None:
    await world.pay(4)
    async with world.database.reading() as connection:
        first = (await connection.execute(text("SELECT event_id, bucket, payment_id FROM outbox ORDER BY event_id LIMIT 1"))).one()
    world.biller.chokes_on = {first.event_id}
    later = EventId(bucketed_id(first.bucket, world.clock.now()))
    async with world.database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO outbox SELECT bucket, CAST(:later AS uuid), biller_code, kind, payment_id, content,"
                " created_at + interval '1 second', attempts, next_attempt_at, NULL, NULL FROM outbox WHERE event_id = :first"
            ),
            {"later": later, "first": first.event_id},
        )
    assert await world.deliver() == 3
    assert later not in world.biller.advised
    world.biller.chokes_on = set()
    world.clock.move(10)
    assert await world.deliver() == 2
    assert [told.advice.event_id for told in world.biller.told[-2:]] == [first.event_id, later]


async def test_a_biller_that_is_away_is_left_alone_and_gets_all_when_it_is_back(world: World) -> None:
    await world.pay(30)
    world.biller.reachable = False
    assert await world.deliver() == 0
    assert len(world.biller.told) == FAILURES_IN_A_ROW
    assert await world.deliver() == 0
    assert len(world.biller.told) == FAILURES_IN_A_ROW, "nothing more is tried for a while"
    world.clock.move(6)
    assert await world.deliver() == 0
    assert len(world.biller.told) == FAILURES_IN_A_ROW + 1, "one trial"
    world.clock.move(60)
    world.biller.reachable = True
    assert await world.deliver() == 30
    assert len(world.biller.advised) == 30
    attempts = await rows(world.database, "SELECT sum(attempts)::int FROM outbox")
    assert attempts[0][0] == FAILURES_IN_A_ROW + 1


async def test_a_biller_that_pulls_is_never_tried(world: World, database_url: str) -> None:
    await world.pay(1)
    lines = BillerLines(Directory, {PROTOCOL: world.biller}, Breakers(world.clock))
    assert await DeliverAdvices.on(world.clock, world.database, lines, RefuseStandIn(world.clock, world.database), lambda: 500)() == 0
    assert [tuple(row) for row in await rows(world.database, "SELECT attempts, parked_at FROM outbox")] == [(0, None)]


@pytest.mark.parametrize("moved_seconds", [-7_200, 86_400])
async def test_a_wall_clock_that_jumps_strands_no_advice(world: World, moved_seconds: float) -> None:
    """Back: what was leased, or put off, by the old clock is due at once. Forward: everything is."""
    await world.pay(3)
    async with world.database.transaction() as connection:
        assert len(await outbox.lease_due(connection, BILLER, world.clock.now(), LEASE_SECONDS, 1)) == 1

    world.clock.move(moved_seconds)

    assert await world.deliver() == 3
    assert len(world.biller.told) == 3
    assert await rows(world.database, "SELECT 1 FROM outbox WHERE acknowledged_at IS NULL") == []


async def test_who_wakes_up_after_its_lease_gives_nothing_away_that_another_has_leased(world: World) -> None:
    await world.pay(2)
    async with world.database.transaction() as connection:
        asleep = await outbox.lease_due(connection, BILLER, now := world.clock.now(), LEASE_SECONDS, 50)
    old_lease = now + timedelta(seconds=LEASE_SECONDS)
    world.clock.move(LEASE_SECONDS)
    async with world.database.transaction() as connection:
        assert len(await outbox.lease_due(connection, BILLER, world.clock.now(), LEASE_SECONDS, 50)) == 2

    async with world.database.transaction() as connection:
        await outbox.release(connection, {asleep[0].advice.event_id: world.clock.now()}, old_lease)
        await outbox.postpone(connection, asleep[1].advice.event_id, world.clock.now(), None, old_lease)

    assert await world.deliver() == 0, "the new lease holds for both"
    assert {row[0] for row in await rows(world.database, "SELECT attempts FROM outbox")} == {0}


async def test_after_a_long_silence_all_come_within_half_a_minute_and_trials_before_their_time_cost_nothing(world: World) -> None:
    await world.pay(30)
    world.biller.reachable = False
    for _ in range(3 * 3600 // 10):
        assert await world.deliver() == 0
        world.clock.move(10)
    attempts = await rows(world.database, "SELECT sum(attempts)::int, count(parked_at) FROM outbox")
    assert attempts[0][1] == 0
    trials = len(world.biller.told)
    async with world.database.transaction() as connection:
        await connection.execute(text("UPDATE outbox SET next_attempt_at = :at"), {"at": world.clock.now() + timedelta(seconds=290)})
    for _ in range(4):
        world.clock.move(LONGEST_PAUSE_MILLISECONDS // 1000)
        assert await world.deliver() == 0
    assert len(world.biller.told) == trials + 4
    assert (await rows(world.database, "SELECT sum(attempts)::int, count(parked_at) FROM outbox"))[0] == attempts[0]
    world.biller.reachable = True
    world.clock.move(LONGEST_PAUSE_MILLISECONDS // 1000)
    assert await world.deliver() == 1
    world.clock.move(1)
    assert await world.deliver() == 29
