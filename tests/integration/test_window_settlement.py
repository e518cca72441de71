"""Settlement on a real database with a scripted RTGS: all or none, exactly once, whatever it answers and whenever we die."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switch.domain.errors import WindowUnknown
from switch.domain.settlement import WindowState
from switch.domain.settlement_errors import NetsDisagree, WindowAborted, WindowStillOpen
from tests.seeded import BANK, OTHER_BANK, WINDOW, one, rows
from tests.settling import CUT, LEGS, LOST, NOT_BOOKED, REJECT, SILENT, SettlingWorld, settling_world

NEXT = "SYP-20261124-02"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def test_settling_clears_every_account_and_makes_room_under_the_caps(world: SettlingWorld) -> None:
    await world.pay_some()
    closed = await world.closed()
    await world.pay(1_000)
    assert await world.posted() == 30_105 + 1_105
    settled = await world.settle(closed.window_id)
    assert (settled.state, settled.rtgs_reference, settled.attempt) == (WindowState.SETTLED, f"RTGS-{WINDOW}-1", 1)
    assert world.rtgs.booked[f"{WINDOW}-1"].legs == LEGS
    assert await world.posted() == 1_105
    assert await world.posted(OTHER_BANK) == 0
    cleared = await rows(
        world.database, "SELECT account_code FROM posting WHERE window_id = :id GROUP BY 1 HAVING sum(minor) <> 0", id=WINDOW
    )
    assert cleared == []
    assert await world.settle(WINDOW) == settled
    assert world.rtgs.instructed == [f"{WINDOW}-1"]
    assert await world.findings() == []


async def test_an_empty_window_is_settled_without_the_rtgs(world: SettlingWorld) -> None:
    settled = await world.settle((await world.closed()).window_id)
    assert (settled.state, settled.rtgs_reference, settled.attempt) == (WindowState.SETTLED, None, 0)
    assert world.rtgs.instructed == []
    assert await world.findings() == []


async def test_a_refused_settlement_aborts_and_is_sent_again_only_when_asked_for(world: SettlingWorld) -> None:
    world.rtgs.script.append(REJECT)
    aborted = await world.settled()
    assert (aborted.state, aborted.reason) == (WindowState.ABORTED, "insufficient_funds 100010")
    assert await world.posted() == 30_105
    with pytest.raises(WindowAborted):
        await world.settle(WINDOW)
    await world.advance()
    assert world.rtgs.instructed == [f"{WINDOW}-1"]
    again = await world.settle(WINDOW, again=True)
    assert (again.state, again.attempt, again.reason, again.rtgs_reference) == (WindowState.SETTLED, 2, None, f"RTGS-{WINDOW}-2")
    assert await world.posted() == 0
    assert await world.findings() == []


@pytest.mark.parametrize("lost", [LOST, CUT, NOT_BOOKED])
async def test_an_answer_that_is_not_known_is_enquired_after_and_never_sent_as_another(world: SettlingWorld, lost: str) -> None:
    world.rtgs.script.append(lost)
    unknown = await world.settled()
    assert unknown.state is WindowState.SETTLING
    assert await world.posted() == 30_105
    settled = await world.settle(WINDOW)
    assert settled.state is WindowState.SETTLED
    assert world.rtgs.enquired == [f"{WINDOW}-1"]
    assert set(world.rtgs.instructed) == {f"{WINDOW}-1"}
    assert len(world.rtgs.instructed) == (2 if lost == LOST else 1)
    assert await world.posted() == 0
    assert await world.findings() == []


async def test_the_worker_asks_a_silent_rtgs_less_and_less_often(world: SettlingWorld) -> None:
    world.rtgs.script.extend([SILENT] * 4)
    await world.settled()
    for _ in range(3):
        await world.advance()
    assert world.rtgs.enquired == []
    world.clock.move(10)
    await world.advance()
    await world.advance()
    assert len(world.rtgs.enquired) == 1
    for _ in range(4):
        world.clock.move(100)
        await world.advance()
    assert (await world.windows.one(WINDOW)).window.state is WindowState.SETTLED
    assert await world.posted() == 0


async def test_a_crash_before_the_rtgs_answered_is_taken_up_by_the_next_call(world: SettlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process is gone."""

    async def die(*_: object) -> None:
        raise Killed

    await world.pay_some()
    await world.closed()
    with monkeypatch.context() as crashing:
        crashing.setattr(type(world.rtgs), "instruct", die)
        with pytest.raises(Killed):
            await world.settle(WINDOW)
    assert (await world.windows.one(WINDOW)).window.state is WindowState.SETTLING
    with monkeypatch.context() as crashing:
        crashing.setattr(type(world.settle), "_conclude", die)
        with pytest.raises(Killed):
            await world.settle(WINDOW)
    assert list(world.rtgs.booked) == [f"{WINDOW}-1"]
    assert await world.posted() == 30_105
    assert (await world.settle(WINDOW)).state is WindowState.SETTLED
    assert world.rtgs.instructed == [f"{WINDOW}-1"]
    assert await world.posted() == 0
    assert await world.findings() == []


async def test_a_crash_between_closing_and_netting_loses_no_nets(world: SettlingWorld) -> None:
    await world.pay_some()
    await world.close._flip("SYP", "test", None)
    assert (await world.windows.one(WINDOW)).cells == ()
    await world.advance()
    detail = await world.windows.one(WINDOW)
    assert (detail.window.state, detail.legs) == (WindowState.SETTLED, LEGS)
    assert await world.findings() == []


async def test_many_workers_settle_a_window_once(world: SettlingWorld) -> None:
    await world.pay_some()
    await world.closed()
    await asyncio.gather(*(world.settle(WINDOW) for _ in range(6)))
    assert list(world.rtgs.booked) == [f"{WINDOW}-1"]
    assert (await one(world.database, "SELECT count(*) FROM journal_entry WHERE kind = 'window_settled'"))[0] == 1
    assert await world.posted() == 0
    assert await world.findings() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE payment SET amount_minor = amount_minor + 1 WHERE bank_code = '100028'",
        "UPDATE posting SET minor = minor + 1 WHERE account_code = 'position:100028'",
        "UPDATE payment SET window_id = NULL WHERE bank_code = '100028'",
    ],
)
async def test_nets_that_disagree_are_never_sent(world: SettlingWorld, tampering: str) -> None:
    await world.pay_some()
    if "window_id" in tampering:
        await world.write("ALTER TABLE payment DROP CONSTRAINT ck_payment_completed_in_a_window", guarded=False)
    await world.write(tampering, guarded=False)
    with pytest.raises(NetsDisagree):
        await world.close("SYP", by="test")
    for _ in range(2):
        await world.advance()
    with pytest.raises(NetsDisagree):
        await world.settle(WINDOW)
    window = (await world.windows.one(WINDOW)).window
    assert window.state is WindowState.CLOSED
    assert window.reason is not None
    assert window.reason.startswith("nets_disagree")
    assert world.rtgs.instructed == []
    await world.pay(10)
    await world.close("SYP", by="test")
    await world.advance()
    assert (await world.windows.one(NEXT)).window.state is WindowState.SETTLED


async def test_settling_refuses_what_is_open_or_unknown(world: SettlingWorld) -> None:
    with pytest.raises(WindowStillOpen):
        await world.settle(WINDOW)
    with pytest.raises(WindowUnknown):
        await world.settle("SYP-20200101-01")
    with pytest.raises(WindowUnknown):
        await world.windows.of_participant(BANK, "SYP-20200101-01")
