"""Windows on a real database: they open by the calendar, close under load without losing a payment, and are never changed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from switch.domain.admission import Stands
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.errors import CurrencyUnsupported, NoOpenWindow
from switch.domain.identifiers import WindowId
from switch.domain.participants import Name
from switch.domain.settlement import WindowState
from switch.domain.settlement_errors import CalendarRefused, WindowNotOpen
from switch.posting.lane import PostingLane
from switch.store.database import connect
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW, FixedClock, one, order, rows
from tests.settling import LEGS, OPERATOR, OVERSEER, SettlingWorld, settling_world

NEXT = "SYP-20261124-02"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def test_closing_flips_to_the_next_window_and_the_nets_are_kept(world: SettlingWorld) -> None:
    await world.pay_some()
    result = await world.close("SYP", by="sami")
    assert (result.closed.window_id, result.closed.state, result.closed.closed_at) == (WINDOW, WindowState.CLOSED, world.clock.now())
    assert (result.opened.window_id, result.opened.state) == (NEXT, WindowState.OPEN)
    assert result.legs == LEGS
    assert sum(leg.minor for leg in result.legs) == 0
    detail = await world.windows.one(WINDOW)
    assert detail.legs == LEGS
    assert detail.closed_by == "sami"
    await world.pay(777)
    assert (await one(world.database, "SELECT count(*) FROM payment WHERE window_id = :id", id=NEXT))[0] == 1
    assert await world.findings() == []


async def test_a_window_opens_once_for_many_who_ask(world: SettlingWorld) -> None:
    await world.write("DELETE FROM open_window")
    await world.write("UPDATE settlement_window SET state = 'closed', closed_at = opened_at")
    opened = await asyncio.gather(*(world.open("SYP") for _ in range(8)))
    assert {window.window_id for window in opened} == {NEXT}
    assert [window.window_id for window in await world.windows.page()] == [NEXT, WINDOW]
    with pytest.raises(CurrencyUnsupported):
        await world.open("USD")


async def test_of_two_who_close_the_same_window_one_does(world: SettlingWorld) -> None:
    tries = await asyncio.gather(*(world.close("SYP", by="test", only=WindowId(WINDOW)) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, WindowNotOpen) for result in tries) == 4
    assert len(await world.windows.page()) == 2
    with pytest.raises(NoOpenWindow):
        await world.close("EUR", by="test")


async def test_no_payment_is_refused_or_lost_while_windows_close(database_url: str, world: SettlingWorld) -> None:
    """Four workers pay while ten windows close among them; each payment is in one window, and every close waited for few."""
    others = [connect(database_url) for _ in range(4)]
    lanes = [PostingLane(other, FixedClock()) for other in others]
    paid = 0
    ended = asyncio.Event()
    some_more = asyncio.Condition()

    async def keep_paying(lane: PostingLane) -> None:
        nonlocal paid
        while not ended.is_set():
            answers = await asyncio.gather(*(lane.submit(order(10, accept=True)) for _ in range(20)))
            assert all(isinstance(answer, Stands) for answer in answers)
            async with some_more:
                paid += len(answers)
                some_more.notify_all()

    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(keep_paying(lane))
        for _ in range(10):
            async with some_more:
                enough = paid + 40
                await some_more.wait_for(lambda enough=enough: paid >= enough)  # type: ignore[misc]
            await world.close("SYP", by="test")
        ended.set()
    for lane, other in zip(lanes, others, strict=True):
        await lane.close()
        await other.close()
    counted = await rows(world.database, "SELECT window_id, count(*) AS n FROM payment GROUP BY window_id")
    assert sum(row.n for row in counted) == paid
    assert len(await world.windows.page()) == 11
    nets = [
        sum(cell.minor for cell in (await world.windows.one(row.window_id)).cells) for row in counted if row.window_id != "SYP-20261124-11"
    ]
    left = await one(world.database, "SELECT coalesce(sum(amount_minor), 0)::bigint FROM payment WHERE window_id = 'SYP-20261124-11'")
    assert sum(nets) + left[0] == paid * 10
    assert await world.findings() == []


async def test_what_a_closed_window_is_never_changes(world: SettlingWorld) -> None:
    await world.settled()
    for change in (
        "UPDATE settlement_window SET business_date = business_date + 1 WHERE window_id = :id",
        "UPDATE settlement_window SET state = 'closed', settled_at = NULL WHERE window_id = :id",
        "UPDATE settlement_window SET rtgs_reference = 'other' WHERE window_id = :id",
        "UPDATE window_cell SET minor = minor + 1 WHERE window_id = :id",
        "DELETE FROM window_cell WHERE window_id = :id",
        "DELETE FROM settlement_window WHERE window_id = :id",
        "UPDATE settlement_instruction SET legs = '[]' WHERE window_id = :id",
        "UPDATE settlement_instruction SET status = 'rejected' WHERE window_id = :id",
    ):
        with pytest.raises(DBAPIError):
            await world.write(change, id=WINDOW)
    assert await world.findings() == []


async def test_the_calendar_advances_windows_through_a_day(world: SettlingWorld) -> None:
    await world.set_calendar("SYP", [time(11, 30), time(15)], {date(2026, 11, 25): Name("عطلة", "Holiday")}, by="sami")
    await world.pay_some()
    await world.advance()
    assert len(await world.windows.page()) == 1
    world.clock.at = datetime(2026, 11, 24, 11, 30, tzinfo=BUSINESS_ZONE)
    await asyncio.gather(*(world.advance() for _ in range(3)))
    await world.advance()
    assert (await world.windows.one(WINDOW)).window.state is WindowState.SETTLED
    second = (await world.windows.one(NEXT)).window
    assert second.closes_at == datetime(2026, 11, 24, 15, tzinfo=BUSINESS_ZONE)
    assert len(await world.files.of_window(WINDOW)) == 4
    world.clock.at = datetime(2026, 11, 24, 15, 0, 1, tzinfo=BUSINESS_ZONE)
    await world.advance()
    third = (await world.windows.page())[0]
    assert (third.window_id, third.business_date) == ("SYP-20261126-01", date(2026, 11, 26))
    world.clock.at = datetime(2026, 11, 26, 15, 0, 1, tzinfo=BUSINESS_ZONE)
    await world.advance()
    assert (await world.windows.page())[0].window_id == "SYP-20261129-01"
    assert await world.findings() == []


async def test_new_cut_offs_move_the_close_of_the_open_window(world: SettlingWorld) -> None:
    await world.set_calendar("SYP", [time(12, 45)], {}, by="sami")
    assert (await world.windows.one(WINDOW)).window.closes_at == datetime(2026, 11, 24, 12, 45, tzinfo=BUSINESS_ZONE)
    await world.set_calendar("SYP", [time(9)], {}, by="sami")
    assert (await world.windows.one(WINDOW)).window.closes_at == world.clock.now()
    await world.advance()
    assert (await world.windows.page())[0].window_id == "SYP-20261125-01"
    changes = await rows(world.database, 'SELECT "by", content FROM calendar_change ORDER BY change_id')
    assert [(row.by, row.content["cut_offs"]) for row in changes] in (
        [("sami", ["12:45"]), ("sami", ["09:00"])],
        [("sami", ["09:00"]), ("sami", ["12:45"])],
    )
    with pytest.raises(CalendarRefused):
        await world.set_calendar("SYP", [time(12), time(11)], {}, by="sami")
    closed_for_good = {date(2026, 12, 1) + timedelta(days=day): Name("عطلة", "Holiday") for day in range(40)}
    with pytest.raises(CalendarRefused):
        await world.set_calendar("SYP", [time(12)], closed_for_good, by="sami")


async def test_each_participant_sees_its_own_net(world: SettlingWorld) -> None:
    await world.settled()
    nets = {leg.participant: leg.minor for leg in LEGS}
    for code, payments, amount, fees in (
        (BANK, 2, 30_000, 15),
        (OTHER_BANK, 1, 5_000, 75),
        (BILLER, 3, 35_000, 210),
        (OPERATOR, 3, 0, 200),
        (OVERSEER, 3, 0, 100),
    ):
        own = await world.windows.of_participant(code, WINDOW)
        assert (own.payments, own.amount_minor, own.fees_minor, own.net_minor) == (payments, amount, fees, nets[code])


async def test_pages_of_windows_go_back_in_time(world: SettlingWorld) -> None:
    for _ in range(4):
        await world.closed()
    first = await world.windows.page(limit=2)
    second = await world.windows.page("SYP", first[-1].window_id, 10)
    assert [window.number for window in [*first, *second]] == [5, 4, 3, 2, 1]
    assert await world.windows.page("USD") == []
