"""A process dies while it pays a batch whose parts overlap: whoever takes it up next answers every line, and none is paid twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from switch.domain.catalogue import Mode
from switch.domain.payment_batches import LineState
from switch.fail_points import EXIT_CODE
from switch.store.database import Database, connect
from switch.usecases.pay_batches import LEASE_SECONDS
from tests.batches import answers
from tests.faults.batch_and_die import LINES, MINOR, hand_in, put_bills
from tests.faults.booked_biller import BookedBiller
from tests.faults.crashing_switch import opened
from tests.faults.dying import run_to_death
from tests.faults.test_crash import ELECTRICITY
from tests.seeded import BANK, FixedClock, one, seed

STEPS = {"written@1": 0, "committed@1": 1, "claimed@2": 1, "committed@3": 3}
"""How many parts were in the books when it died."""
PART = 500


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await seed(database, {BANK: LINES * MINOR})
    yield database
    await database.close()


@pytest.mark.parametrize("step", STEPS)
async def test_the_next_process_answers_every_line_once(step: str, database_url: str, database: Database, tmp_path: Path) -> None:
    clock, biller = FixedClock(), BookedBiller(tmp_path / "books.sqlite")
    async with opened(database_url, biller, clock, tmp_path) as switch:
        await switch.offer_service(replace(ELECTRICITY, mode=Mode.UPLOADED), by="test")
        await put_bills(switch)

    died = await asyncio.to_thread(run_to_death, "batch_and_die", database_url, step, tmp_path)
    assert died.returncode == EXIT_CODE, died.stderr
    left = (await one(database, "SELECT count(*) FROM payment"))[0]
    async with opened(database_url, biller, clock, tmp_path) as switch:
        taken_too_early = await switch.pay_batches()
        clock.move(LEASE_SECONDS)
        taken = await switch.pay_batches()
        await switch.pay_batches.settled()
        again = await hand_in(switch)
        found = await answers(switch, again.batch)
        verified = await switch.verification()

    assert (left, taken_too_early, taken) == (STEPS[step] * PART, 0, 1)
    assert again.replayed
    assert Counter(line.state for line in found) == {LineState.COMPLETED: LINES}
    position = await one(database, "SELECT held_minor, posted_minor FROM position WHERE bank_code = :bank", bank=BANK)
    assert tuple(position) == (0, LINES * MINOR)
    assert tuple(await one(database, "SELECT count(*), count(DISTINCT payment_id) FROM payment")) == (LINES, LINES)
    assert tuple(await one(database, "SELECT min(paid_minor), max(paid_minor), max(held_minor) FROM bill")) == (MINOR, MINOR, 0)
    assert verified.clean, verified.findings
