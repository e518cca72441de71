"""Incidents: what several processes have seen begin and end is one, with its duration; a report of before never changes."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from switch.domain.breakers import FAILURES_IN_A_ROW
from switch.domain.directory import Directory
from switch.domain.identifiers import EventId
from switch.domain.incidents import parked
from switch.domain.networks import THIS_MACHINE
from switch.domain.reports import ReportName
from switch.domain.webhooks import WebhookEndpoint
from switch.store import incidents
from switch.store.database import connect
from switch.usecases.biller_lines import LineName, Purpose
from switch.usecases.breakers import Breakers
from switch.usecases.keep_incidents import KeepIncidents
from switch.usecases.webhook_endpoints import RegisterWebhook, RemoveWebhook
from tests.reconciled import Prepared, World
from tests.reported import asked, made
from tests.seeded import BANK, BILLER, START, FixedClock, one, rows, seed

LINE = LineName(BILLER, Purpose.QUESTIONS)
EVENT = EventId(UUID("019ab000-0000-7000-8000-00000000abcd"))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000})
    yield World(database, FixedClock(), Prepared())
    await database.close()


def process(world: World, *end_points: WebhookEndpoint) -> KeepIncidents:
    directory = Directory(webhooks={its.endpoint_id: its for its in end_points})
    return KeepIncidents(world.clock, world.database, Breakers(world.clock), Breakers(world.clock), lambda: directory)


def fails(its: KeepIncidents) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        its.billers.heard(LINE, well=False)


async def all_kept(world: World, *processes: KeepIncidents, seconds: float = 1) -> None:
    for its in processes:
        await its()
    world.clock.move(seconds)


async def told(world: World, minutes: float) -> dict[str, list[dict[str, Any]]]:
    known_at = START + timedelta(minutes=minutes)
    content, _ = await made(world, asked(ReportName.INCIDENTS, known_at), at=START + timedelta(days=2))
    return {sheet["key"]: sheet["rows"] for sheet in json.loads(content)["sheets"]}


async def test_what_two_processes_see_is_one_incident_and_a_dead_ones_ends_with_the_next_answer(world: World) -> None:
    first, second = process(world), process(world)
    fails(first)
    fails(second)
    await all_kept(world, first, second, seconds=20)
    before = await told(world, 0.2)
    second.billers.heard(LINE, well=True)
    await all_kept(world, first, second, seconds=20)
    first.billers.heard(LINE, well=True)
    fails(first)
    await all_kept(world, first, second, seconds=20)  # and the first one dies with it
    third = process(world)
    third.billers.heard(LINE, well=True)
    third.billers.heard(LINE, well=True)
    await all_kept(world, third, second)

    (row,) = (await told(world, 5))["incidents"]
    assert (row["incident"], row["participant"], row["line"]) == ("breaker", BILLER, "questions")
    assert (row["times"], row["lasted"], row["longest"], row["going_on"]) == (2, 40_000, 20_000, 0)
    assert [its["lasted"] for its in (await told(world, 5))["incident_list"]] == [20_000, 20_000]
    assert await told(world, 0.2) == before
    assert [(its["lasted"], its["going_on"]) for its in before["incidents"]] == [(12_000, 1)]


async def test_the_switch_itself_was_down_where_no_process_was_seen_for_longer_than_a_restart_takes(world: World) -> None:
    its = process(world)
    await all_kept(world, its, seconds=25)
    await all_kept(world, process(world), seconds=300)
    await all_kept(world, process(world), process(world))

    assert [(row["incident"], row["lasted"]) for row in (await told(world, 60))["incident_list"]] == [("down", 300_000)]
    assert len(await rows(world.database, "SELECT 1 FROM switch_seen")) == 1


async def test_a_bank_whose_end_point_does_not_answer_is_an_incident_until_it_answers_or_the_end_point_is_removed(world: World) -> None:
    async def nothing() -> None:
        """Nobody else has to know."""

    register = RegisterWebhook(world.clock, world.database, nothing, THIS_MACHINE)
    answers, _ = await register(BANK, "http://127.0.0.1:9/one", by="test")
    removed, _ = await register(BANK, "http://127.0.0.1:9/two", by="test")
    worker = process(world, answers, removed)
    for end_point in (answers, removed):
        for _ in range(FAILURES_IN_A_ROW):
            worker.webhooks.heard(end_point.endpoint_id, well=False)
    await all_kept(world, worker, seconds=20)
    worker.webhooks.heard(answers.endpoint_id, well=True)
    await all_kept(world, worker, seconds=10)
    await RemoveWebhook(world.clock, world.database, nothing)(BANK, removed.endpoint_id, by="test")
    after = process(world, answers)
    after.webhooks.heard(removed.endpoint_id, well=True)  # an answer that was still on its way
    await all_kept(world, after)

    (row,) = (await told(world, 5))["incidents"]
    assert (row["incident"], row["participant"], row["line"]) == ("breaker", BANK, "webhooks")
    assert (row["times"], row["lasted"], row["longest"], row["going_on"]) == (2, 50_000, 30_000, 0)


async def test_an_advice_is_parked_until_it_is_replayed(world: World) -> None:
    for minute, begins in ((0, True), (1, True), (3, False), (4, False)):
        async with world.database.transaction() as connection:
            await incidents.turn(connection, [parked(BILLER, EVENT, START + timedelta(minutes=minute), begins=begins)])
    assert await one(world.database, "SELECT count(*) FROM incident") == (2,)
    assert [(row["incident"], row["line"], row["lasted"]) for row in (await told(world, 60))["incidents"]] == [
        ("parked", "advices", 180_000)
    ]
