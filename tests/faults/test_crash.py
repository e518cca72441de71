"""A process dies or stands still at each step of a payment: the bank repeats, the next process concludes, once, and the books are right."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from switch.application import Switch
from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, Service
from switch.domain.directory import Endpoint
from switch.domain.identifiers import IdempotencyKey
from switch.domain.participants import Name
from switch.domain.payments import Payment, PaymentState
from switch.fail_points import EXIT_CODE
from switch.store.database import Database, connect
from tests.faults.booked_biller import DUE_MINOR, PROTOCOL, UNREACHABLE, BookedBiller
from tests.faults.crashing_switch import inquire_and_pay, opened
from tests.faults.dying import Died, run_to_death
from tests.faults.resolve_and_stop import LATER_SECONDS
from tests.seeded import BANK, BILLER, SERVICE, FixedClock, one, rows, seed
from tests.waiting import wait_until

KEY = IdempotencyKey("crash-0001")
ELECTRICITY = Service(
    code=SERVICE,
    biller=BILLER,
    name=Name("فاتورة كهرباء", "Electricity bill"),
    mode=Mode.ONLINE,
    reference=ReferenceRule(Name("رقم الاشتراك", "Subscription number"), "[0-9]{8,12}", "100452371"),
    rule=AmountRule(AmountRuleKind.EXACT),
    currency="SYP",
)


@dataclass(frozen=True)
class Left:
    """What a process has left that died at a step: the state in the books, None where there is nothing, and how often the biller booked."""

    state: str | None
    booked: int


STEPS = {
    "routed": Left(None, 0),
    "claimed": Left(None, 0),
    "written": Left(None, 0),
    "committed": Left("RESERVED", 0),
    "reserved": Left("RESERVED", 0),
    "before_booking": Left("RESERVED", 0),
    "after_booking": Left("RESERVED", 1),
    "answered": Left("RESERVED", 1),
    "claimed@2": Left("RESERVED", 1),
    "written@2": Left("RESERVED", 1),
    "committed@2": Left("COMPLETED", 1),
    "concluded": Left("COMPLETED", 1),
}


@dataclass
class World:
    url: str
    folder: Path
    database: Database
    project_root: Path
    biller: BookedBiller
    clock: FixedClock = field(default_factory=FixedClock)

    def opened(self) -> AbstractAsyncContextManager[Switch]:
        return opened(self.url, self.biller, self.clock, self.folder)

    def command(self, module: str, *words: str) -> list[str]:
        return [sys.executable, "-m", f"tests.faults.{module}", self.url, str(self.biller.books), *words, str(self.folder)]

    async def run_to_death(self, module: str, *words: str) -> Died:
        return await asyncio.to_thread(run_to_death, module, self.url, self.biller.books, *words, self.folder)

    async def pay_and_die(self, step: str) -> None:
        died = await self.run_to_death("pay_and_die", step, KEY)
        assert died.returncode in (EXIT_CODE, -signal.SIGKILL), died.stderr

    async def left(self) -> Left:
        found = await rows(self.database, "SELECT state FROM payment")
        assert len(found) <= 1
        return Left(found[0].state if found else None, len(self.biller.booked()))


@pytest.fixture
async def world(database_url: str, tmp_path: Path, project_root: Path) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 1_000_000})
    world = World(database_url, tmp_path, database, project_root, BookedBiller(tmp_path / "books.sqlite"))
    async with world.opened() as switch:
        await switch.offer_service(ELECTRICITY, by="test")
        await switch.connect_biller(Endpoint(BILLER, PROTOCOL, "http://127.0.0.1:9/biller"), by="test")
    yield world
    await database.close()


async def _paid_once(world: World, switch: Switch) -> None:
    found = await switch.payments.under_key(BANK, KEY)
    assert isinstance(found, Payment)
    assert found.state is PaymentState.COMPLETED
    assert world.biller.booked() == [(str(found.payment_id), DUE_MINOR)]
    assert (await switch.verification()).clean
    assert tuple(await one(world.database, "SELECT held_minor, posted_minor FROM position")) == (0, DUE_MINOR)
    assert (await one(world.database, "SELECT count(*) FROM journal_entry"))[0] == 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_process_dies_and_the_bank_repeats(world: World, tmp_path: Path, step: str) -> None:
    await world.pay_and_die(step)
    left = STEPS[step]
    assert await world.left() == left
    async with world.opened() as switch:
        again = await inquire_and_pay(switch, KEY, tmp_path / "inquiry")
        assert again.replayed == (left.state is not None)
        world.clock.move(60)
        assert await switch.resolve_payments() == (1 if left.state == "RESERVED" else 0)
        assert await switch.resolve_payments() == 0
        await _paid_once(world, switch)


@pytest.mark.parametrize("step", [step for step, left in STEPS.items() if left.state == "RESERVED"])
async def test_a_process_dies_and_nobody_repeats(world: World, step: str) -> None:
    await world.pay_and_die(step)
    assert (await one(world.database, "SELECT held_minor FROM position"))[0] == DUE_MINOR
    async with world.opened() as switch:
        assert await switch.resolve_payments() == 0  # the dead one's deadline has not come yet
        world.clock.move(60)
        assert await switch.resolve_payments() == 1
        await _paid_once(world, switch)


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
async def test_a_wall_clock_that_jumps_strands_no_payment(world: World, hours: int) -> None:
    await world.pay_and_die("answered")
    world.clock.move(3600 * hours)
    async with world.opened() as switch:
        assert await switch.resolve_payments() == 1
        assert await switch.resolve_payments() == 0
        await _paid_once(world, switch)


@pytest.mark.parametrize("point", ["leased", "enquired"])
async def test_a_worker_stands_still_with_its_leases_and_wakes_up_too_late(world: World, point: str) -> None:
    await world.pay_and_die("reserved")
    words = world.command("resolve_and_stop", point)
    worker = await asyncio.create_subprocess_exec(*words, cwd=world.project_root, stdout=subprocess.PIPE)
    await asyncio.to_thread(wait_until, lambda: _is_stopped(worker.pid))
    async with world.opened() as switch:
        world.clock.move(LATER_SECONDS)
        assert await switch.resolve_payments() == 0, "its lease still holds"
        world.clock.move(LATER_SECONDS)
        assert await switch.resolve_payments() == 1
        await _paid_once(world, switch)
        worker.send_signal(signal.SIGCONT)
        told, _ = await worker.communicate()
        assert (worker.returncode, told.splitlines()[-1]) == (0, b"1")
        await _paid_once(world, switch)


async def test_a_process_stands_still_before_it_asks_and_then_reaches_nobody(world: World) -> None:
    """What it finds out is no answer: the resolver, to whom the payment was given meanwhile, has asked."""
    payer = await asyncio.create_subprocess_exec(*world.command("pay_and_die", UNREACHABLE, KEY), cwd=world.project_root)
    await asyncio.to_thread(wait_until, lambda: _is_stopped(payer.pid))
    async with world.opened() as switch:
        world.clock.move(LATER_SECONDS)
        assert await switch.resolve_payments() == 1
        await _paid_once(world, switch)
        payer.send_signal(signal.SIGCONT)
        assert await payer.wait() == 0
        await _paid_once(world, switch)
        notes = await rows(world.database, "SELECT note FROM payment_event WHERE note LIKE 'late%'")
        assert notes == []


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
