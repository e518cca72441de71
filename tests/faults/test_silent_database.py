"""A line to the database that says nothing any more, and is not broken: nobody hangs, nothing is doubled, and the lane goes on."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url

from switch.domain.admission import Stands
from switch.domain.errors import Overloaded, SwitchUnavailable
from switch.postgres_server import PostgresServer
from switch.posting import lane, within
from switch.posting.lane import PostingLane
from switch.simulators import bad_line
from switch.simulators.bad_line import BadLine, LineFault, to_socket
from switch.store.database import connect
from tests.seeded import BANK, FixedClock, one, order, seed

FOR_EVER_SECONDS = 60.0


@dataclass
class RealTime(FixedClock):
    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class World:
    lane: PostingLane
    line: BadLine
    url: str


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "STUCK_SECONDS", 1.0)
    monkeypatch.setattr(lane, "DECIDED_WITHIN_SECONDS", 0.5)
    monkeypatch.setattr("switch.posting.within.CANCELLED_AGAIN_SECONDS", 0.3)
    monkeypatch.setattr("switch.store.database.LOCK_TIMEOUT_MILLISECONDS", 500)
    monkeypatch.setattr("switch.store.database.IDLE_TIMEOUT_MILLISECONDS", 1_500)
    monkeypatch.setattr(bad_line, "SILENT_SECONDS", FOR_EVER_SECONDS)


@pytest.fixture
async def world(database_url: str, postgres_server: PostgresServer) -> AsyncIterator[World]:
    own = connect(database_url)
    await seed(own, {BANK: 100_000})
    await own.close()
    line = BadLine(to_socket(postgres_server.socket), 1.0, random.Random(1), (LineFault.SILENCE,), healed=True)
    async with line.listening() as port:
        through = postgres_server.url_at("127.0.0.1", port, str(make_url(database_url).database)).replace("://", "+psycopg://")
        database = connect(through, pool_size=4)
        yield World(PostingLane(database, RealTime()), line, database_url)
        await asyncio.gather(*within._given_up)
        await database.close()


async def _held(url: str) -> int:
    database = connect(url)
    held: int = (await one(database, "SELECT held_minor FROM position"))[0]
    await database.close()
    return held


async def test_its_caller_is_told_in_time_and_the_next_ones_are_served(world: World) -> None:
    assert isinstance(await world.lane.submit(order(10, key="before-it-1")), Stands)
    world.line.healed = False
    lost, began = order(10, key="while-silent"), time.monotonic()
    with pytest.raises(SwitchUnavailable):
        await world.lane.submit(lost)
    assert time.monotonic() - began < 2
    world.line.healed = True

    again = await _patiently(world, "while-silent")
    assert again.payment.request == lost.payment.request
    later = await asyncio.gather(*(_patiently(world, f"after-it-{number}") for number in range(20)))
    assert len({stands.payment.payment_id for stands in later}) == 20
    await world.lane.close()
    assert world.line.injected == {"silence": 1}
    assert await _held(world.url) == 10 * 22


async def _patiently(world: World, key: str) -> Stands:
    """As a bank's client does: the same order again, under its key."""
    async with asyncio.timeout(30):
        while True:
            try:
                decided = await world.lane.submit(order(10, key=key))
            except (Overloaded, SwitchUnavailable):
                await asyncio.sleep(0.1)
            else:
                assert isinstance(decided, Stands)
                return decided
