"""Liquidity on a real database: warnings once, also from two workers; a history; a forecast that is right where the past is known."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy.exc import IntegrityError

from switch.api.webhook_views import written
from switch.domain.directory import Directory
from switch.domain.identifiers import WebhookEndpointId, bucketed_id
from switch.domain.liquidity import FINE_DAYS
from switch.domain.privacy import DAYS, Kept
from switch.domain.webhooks import WebhookEndpoint, WebhookStatus
from switch.reports.current_directory import CurrentDirectory
from switch.reports.liquidity import Liquidity
from switch.store import caps, webhooks
from switch.store.directory_rows import locked
from switch.usecases.keep_position_history import KeepPositionHistory
from switch.usecases.thin_position_history import ThinPositionHistory
from switch.usecases.watch_positions import WatchPositions
from tests.office import syp
from tests.seeded import BANK, OTHER_BANK, START, FixedClock, rows
from tests.settling import SettlingWorld, settling_world

HOOK = WebhookEndpoint(WebhookEndpointId(bucketed_id(0, START)), BANK, "https://bank.example/events", WebhookStatus.ACTIVE, START)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        async with world.database.transaction() as connection:
            await (await locked(connection, world.clock, "test")).put_webhook(HOOK)
            await caps.put(connection, BANK, syp(100_000), START + timedelta(seconds=1), "test")
        yield world


async def watching(world: SettlingWorld) -> WatchPositions:
    directory = CurrentDirectory(world.database)
    await directory.refresh()

    def current() -> Directory:
        return directory.current()

    return WatchPositions(world.clock, current, world.database)


async def said(world: SettlingWorld) -> list[tuple[str, int, int]]:
    found = await rows(world.database, "SELECT bank_code, level, number FROM cap_warning ORDER BY at, bank_code, level, number")
    return [tuple(row) for row in found]


async def told(world: SettlingWorld) -> list[int]:
    found = await rows(
        world.database, "SELECT moved->>'level' AS level FROM webhook_delivery WHERE kind = 'position.warning' ORDER BY event_id"
    )
    return [int(row.level) for row in found]


async def test_a_bank_is_warned_once_a_crossing_whoever_sees_it_first(world: SettlingWorld) -> None:
    watch = await watching(world)
    await watch()
    assert await said(world) == []

    await world.pay(60_000)
    await asyncio.gather(watch(), watch(), watch())
    await watch()
    assert await said(world) == [(BANK, 50, 1)]
    assert await told(world) == [50]

    world.clock.move(10)
    await world.pay(35_000)
    await watch()
    assert await said(world) == [(BANK, 50, 1), (BANK, 75, 1), (BANK, 90, 1)]
    assert await told(world) == [50, 90]
    assert await rows(world.database, "SELECT DISTINCT bank_code FROM webhook_delivery") == [(BANK,)]
    assert await world.findings() == []


async def test_what_is_owed_still_is_said_again_in_the_next_window_and_settling_it_clears_the_way(world: SettlingWorld) -> None:
    watch = await watching(world)
    await world.pay(60_000)
    await watch()
    closed = await world.closed()
    world.clock.move(10)
    await watch()
    assert await told(world) == [50, 50]

    await world.settle(closed.window_id)
    world.clock.move(10)
    await watch()
    last = (await Liquidity(world.clock, world.database).warnings(BANK, 1))[0]
    assert (last.level, last.number, last.passed, last.posted) == (50, 2, False, 0)
    assert await told(world) == [50, 50]


async def test_the_warning_on_the_line_says_how_much_is_left(world: SettlingWorld) -> None:
    await world.pay(60_000)
    await (await watching(world))()
    async with world.database.transaction() as connection:
        ((event, *_),) = await webhooks.lease_due(connection, HOOK.endpoint_id, world.clock.now(), 10, 5)
    body = orjson.loads(written(event, None, ()))
    assert (body["type"], body["payment"]) == ("position.warning", None)
    warning = body["position_warning"]
    assert (warning["level_percent"], warning["window_id"]) == (50, "SYP-20261124-01")
    assert warning["headroom"] == {"amount": "398.95", "currency": "SYP"}


async def test_positions_are_kept_once_every_five_minutes(world: SettlingWorld) -> None:
    keep = KeepPositionHistory(world.clock, world.database)
    await asyncio.gather(keep(), keep())
    await world.pay(1_000)
    world.clock.move(299)
    await keep()
    world.clock.move(1)
    await keep()
    found = await Liquidity(world.clock, world.database).history(BANK, START - timedelta(days=1), START + timedelta(days=1), 10)
    assert [(one.taken_at - START, one.position.posted, one.position.cap) for one in found] == [
        (timedelta(minutes=5), 1_105, 100_000),
        (timedelta(0), 0, 100_000),
    ]


async def kept(world: SettlingWorld, at: datetime, posted: int, bank: str = BANK) -> None:
    await world.write(
        "INSERT INTO position_snapshot (bank_code, currency, taken_at, cap_minor, deposited_minor, held_minor, posted_minor) "
        "VALUES (:bank, 'SYP', :at, 100000, 0, 0, :posted)",
        bank=bank, at=at, posted=posted,
    )  # fmt: skip


async def test_of_an_old_hour_the_highest_position_of_each_bank_is_kept_and_in_the_end_nothing(world: SettlingWorld) -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    for number, posted in enumerate((5, 9, 9, 7)):
        await kept(world, START + number * 5 * minute, posted)
        await kept(world, START + number * 5 * minute, -posted, OTHER_BANK)
    await kept(world, START + hour, 1)
    await kept(world, START + 3 * timedelta(days=1), 2)
    await kept(world, START + 3 * timedelta(days=1) + minute, 3)
    clock = FixedClock(START + timedelta(days=FINE_DAYS) + hour - minute)
    thin, liquidity = ThinPositionHistory(clock, world.database), Liquidity(clock, world.database)
    assert await thin() == 0, "its hour is not older than that as a whole"

    clock.at += minute
    assert sorted(await asyncio.gather(thin(), thin())) == [0, 6]
    clock.at += timedelta(days=3)
    assert [await thin() for _ in range(3)] == [0, 1, 0]

    found = await liquidity.history(BANK, START, clock.at, 100)
    assert [(one.taken_at - START, one.position.posted) for one in found] == [
        (timedelta(days=3, minutes=1), 3), (hour, 1), (5 * minute, 9)
    ]  # fmt: skip
    assert [one.position.posted for one in await liquidity.history(OTHER_BANK, START, clock.at, 100)] == [-5]

    clock.at = START + timedelta(days=DAYS[Kept.POSITIONS], minutes=6)
    while await thin():
        pass
    assert [one.position.posted for one in await liquidity.history(BANK, START, clock.at, 100)] == [3, 1]
    with pytest.raises(IntegrityError, match="append-only"):
        await world.write("DELETE FROM position_snapshot")


async def test_a_forecast_adds_what_like_days_paid_until_the_cut_off(world: SettlingWorld) -> None:
    """Each past business day the bank paid 1,000 more than the day before, of it a part before this hour, which does not count."""
    liquidity, keep = Liquidity(world.clock, world.database), KeepPositionHistory(world.clock, world.database)
    days = [START - timedelta(days=back) for back in (1, 2, 5, 6, 7, 8, 9, 12, 13, 14)]
    await world.write("UPDATE settlement_window SET opened_at = :at", guarded=False, at=min(days) - timedelta(hours=1))
    for number, day in enumerate(reversed(days), 1):
        await paid_then(world, 1_000 * number, day + timedelta(minutes=20))
        await paid_then(world, 77_000, day - timedelta(minutes=20))
    world.clock.move(-1)
    (before,) = await liquidity.forecasts(BANK)
    assert (before.enough_history, before.like_days) == (False, 0)
    world.clock.move(1)

    while await keep():
        pass
    (found,) = await liquidity.forecasts(BANK)

    posted = await world.posted()
    assert found.like_days == len(days)
    assert [figure - posted for figure in (found.low or 0, found.expected or 0, found.high or 0)] == [1_105, 5_105, 10_105]
    assert found.may_pass_cap
    (other,) = await liquidity.forecasts(OTHER_BANK)
    assert (other.low, other.expected, other.high) == (0, 0, 0)
    assert {one.position.bank for one in await liquidity.forecasts(None)} == {BANK, OTHER_BANK}


async def paid_then(world: SettlingWorld, minor: int, at: datetime) -> None:
    now = world.clock.at
    async with world.database.transaction() as connection:
        await caps.put(connection, BANK, syp(100_000_000), now, "test")
    world.clock.at = at
    await world.pay(minor)
    world.clock.at = now
    async with world.database.transaction() as connection:
        await caps.put(connection, BANK, syp(100_000), now, "test")


async def test_a_deposited_part_stays_and_is_never_more_than_the_cap(world: SettlingWorld) -> None:
    async with world.database.transaction() as connection:
        await caps.put(connection, BANK, syp(100_000), START, "test", syp(40_000))
        await caps.put(connection, BANK, syp(100_000), START, "test", syp(40_000))
        await caps.put(connection, BANK, syp(90_000), START, "test")
        await caps.put(connection, BANK, syp(30_000), START, "test")
    found = await rows(world.database, "SELECT cap_minor, deposited_minor FROM cap_change WHERE by = 'test' ORDER BY cap_minor DESC, 2")
    assert [tuple(row) for row in found] == [(100_000, 0), (100_000, 40_000), (90_000, 40_000), (30_000, 30_000)]
