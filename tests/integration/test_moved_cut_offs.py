"""The open window is closed early or late by two people; a cut-off that nobody was there for is caught up."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.proposal_errors import OwnProposal
from switch.domain.proposals import ProposalKind
from switch.domain.settlement import WindowState
from switch.domain.settlement_errors import CutOffRefused, WindowNotOpen
from switch.store import proposals
from tests.seeded import WINDOW, one, rows
from tests.settling import SettlingWorld, settling_world

NEXT = "SYP-20261124-02"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        await world.set_calendar("SYP", [time(12, 30), time(15)], {}, by="sami")
        yield world


def at(hour: int, minute: int = 0) -> datetime:
    """On the business date, in Damascus."""
    return datetime(2026, 11, 24, hour, minute, tzinfo=BUSINESS_ZONE)


async def test_two_people_close_a_window_before_its_cut_off(world: SettlingWorld) -> None:
    await world.pay_some()
    proposed = await world.propose(ProposalKind.CLOSE_WINDOW_NOW, WINDOW, {}, reason="power cut at noon", by="staff:nour")
    with pytest.raises(OwnProposal):
        await world.decide.approve(proposed.proposal_id, by="staff:nour")
    assert (await world.windows.one(WINDOW)).window.state is WindowState.OPEN
    assert {effect.account: effect.minor for effect in proposed.foreseen.effects}["position:100010"] == 30_105
    await world.decide.approve(proposed.proposal_id, by="staff:sami")
    detail = await world.windows.one(WINDOW)
    assert (detail.window.state, detail.closed_by) == (WindowState.CLOSED, "staff:nour and staff:sami")
    assert (await world.windows.one(NEXT)).window.closes_at == at(12, 30)
    await world.pay(1_000)
    await world.advance()
    assert await world.findings() == []


async def test_who_closes_a_window_that_has_closed_meanwhile_closes_no_other(world: SettlingWorld) -> None:
    proposed = await world.propose(ProposalKind.CLOSE_WINDOW_NOW, WINDOW, {}, reason="early", by="staff:nour")
    await world.closed()
    with pytest.raises(WindowNotOpen):
        await world.decide.approve(proposed.proposal_id, by="staff:sami")
    async with world.database.transaction() as connection:  # closed between the approval and the deed
        await proposals.decide(connection, proposed.approved("staff:sami", world.clock.now()))
    assert await world.decide.finish() == 1
    assert (await world.windows.one(NEXT)).window.state is WindowState.OPEN
    with pytest.raises(WindowNotOpen):
        await world.two_people(ProposalKind.CLOSE_WINDOW_NOW, WINDOW)


async def test_two_people_put_a_cut_off_off_this_once(world: SettlingWorld) -> None:
    await world.two_people(ProposalKind.PUT_OFF_WINDOW, WINDOW, until=at(13, 45).isoformat())
    world.clock.at = at(13, 44)
    await world.advance()
    assert (await world.windows.one(WINDOW)).window.state is WindowState.OPEN
    world.clock.at = at(13, 45)
    await world.advance()
    assert (await world.windows.one(WINDOW)).window.state is WindowState.SETTLED
    assert (await world.windows.one(NEXT)).window.closes_at == at(15), "the calendar is what it was"


@pytest.mark.parametrize("until", ["", "soon", "2026-11-24T13:00:00", at(11).isoformat(), (at(13) + timedelta(days=1)).isoformat()])
async def test_a_cut_off_is_moved_to_a_moment_to_come_on_its_business_date(world: SettlingWorld, until: str) -> None:
    with pytest.raises(CutOffRefused):
        await world.propose(ProposalKind.PUT_OFF_WINDOW, WINDOW, {"until": until}, reason="late", by="staff:nour")


async def test_cut_offs_that_the_machine_slept_through_are_caught_up(world: SettlingWorld) -> None:
    """From before noon until two days later nobody was there: what was paid settles for its own business date, and nothing twice."""
    await world.pay_some()
    world.clock.at = at(16) + timedelta(days=2)
    for _ in range(3):
        await world.advance()
    windows = await rows(world.database, "SELECT window_id, state, business_date::text AS day FROM settlement_window ORDER BY window_id")
    assert [tuple(window) for window in windows] == [(WINDOW, "settled", "2026-11-24"), ("SYP-20261129-01", "open", "2026-11-29")]
    assert len(await world.files.of_window(WINDOW)) == 4
    assert await world.findings() == []


async def test_a_window_that_was_missed_takes_payments_until_it_closes_and_loses_none(world: SettlingWorld) -> None:
    world.clock.at = at(14)
    await world.pay_some()
    await world.advance()
    await world.pay(700)
    world.clock.at = at(15)
    await world.advance()
    counted = await rows(world.database, "SELECT window_id, count(*) AS n FROM payment GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in counted] == [(WINDOW, 3), (NEXT, 1)]
    assert (await one(world.database, "SELECT count(*) FROM settlement_window WHERE state = 'settled'"))[0] == 2
    assert await world.findings() == []
