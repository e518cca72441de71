"""Whatever is planted, repaired, written off, opened again and reconciled, in any order: the books sum to zero, nothing is done twice."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.drops.local_folder import LocalFolder
from switch.domain.booked_statements import BookedLine, Side
from switch.domain.break_repairs import Repair
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.payments import Payment
from switch.domain.reconciliation import Break
from switch.store.database import connect
from tests import filled_books
from tests.filled_books import DAY, fill_the_catalogue
from tests.integration.test_break_repairs import Desk, with_fee
from tests.reconciled import Prepared
from tests.seeded import BANK, BILLER, OTHER_BANK, FixedClock, rows, seed

STEPS = 16
REPAIRS = (Repair.RE_ADVISE, Repair.GIVE_BACK, Repair.ADJUST, Repair.WRITE_OFF, Repair.ACCEPT)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    await fill_the_catalogue(filled_books.World(database, LocalFolder(tmp_path)))
    await (desk := Desk(database, FixedClock(), Prepared(), tmp_path)).directory.refresh()
    yield desk
    await database.close()


def booked(chance: random.Random, payment: Payment, side: Side) -> list[BookedLine]:
    """Right, mostly."""
    right = with_fee(payment, side)
    return chance.choice(
        [
            [right], [right], [right], [], [right, right], [replace(right, minor=right.minor + 3)], [with_fee(payment, side, 5)],
            [replace(right, customer_reference="77")], [replace(right, reversed=True)],
        ]
    )  # fmt: skip


@pytest.mark.parametrize("number", [1, 2])
async def test_any_order_of_plants_and_repairs_keeps_the_books(desk: Desk, number: int) -> None:
    chance, payments = random.Random(f"repairs {number}"), [await desk.paid(10_000 + 100 * each) for each in range(6)]
    for step in range(STEPS):
        desk.clock.move(60)
        match chance.choice(["hand in", "pay", "reopen", *["repair"] * 6]) if step else "hand in":
            case "pay":
                payments.append(await desk.paid(20_000 + 100 * len(payments)))
            case "hand in":
                for owner, side in ((BANK, Side.BANK), (BILLER, Side.BILLER)):
                    await desk.hand_in(owner, [each for payment in payments for each in booked(chance, payment, side)])
            case "repair":
                await repair(desk, chance)
            case _:
                await reopen(desk, chance)
        before = [tuple(row) for row in await rows(desk.database, "SELECT break_id, state, stage, decided FROM break ORDER BY 1")]
        await desk.reconcile(DAY)
        await nothing_twice(desk, before)
    await right_at_last(desk, payments)
    await desk.close()
    await desk.clean()
    done = "SELECT 1 FROM break_event WHERE kind IN ('repair_carried_out', 'repaired', 'written_off', 'accepted')"
    assert len(await rows(desk.database, done)) > STEPS // 3, "too little was repaired to say anything"


async def repair(desk: Desk, chance: random.Random) -> None:
    """One that fits, where there is an open break; approved, and carried out once more as if it had been killed."""
    waiting = [each for each in await desk.breaks() if each.state == "open"]
    if not waiting:
        return
    found: Break = chance.choice(waiting)
    for how in chance.sample(REPAIRS, len(REPAIRS)):
        try:
            approved = await desk.agree(how, found)
        except Refusal:
            continue
        await desk.repairing.carry_out(approved)
        return


async def reopen(desk: Desk, chance: random.Random) -> None:
    ended = [each for each in await desk.breaks() if each.state != "open" and each.decided]
    if ended:
        await desk.work.reopen([chance.choice(ended).break_id], "look again", by="staff:nour")


async def nothing_twice(desk: Desk, before: list[tuple[object, ...]]) -> None:
    sums = await rows(desk.database, "SELECT currency, sum(minor)::bigint FROM posting GROUP BY 1 HAVING sum(minor) <> 0")
    assert sums == []
    adjusted = "SELECT break_id, kind FROM adjustment GROUP BY 1, 2 HAVING count(*) > 1"
    assert await rows(desk.database, adjusted) == []
    more = "SELECT 1 FROM adjustment JOIN break USING (break_id) WHERE written_off_minor > break.minor"
    assert await rows(desk.database, more) == []
    taken_back = "SELECT payment_id FROM reversal WHERE state = 'AGREED' GROUP BY 1 HAVING count(*) > 1"
    assert await rows(desk.database, taken_back) == []
    kept = {row[0]: (row[1], row[3]) for row in before}
    for each in await desk.breaks():
        state, decided = kept.get(each.break_id, (None, False))
        assert not decided or each.state == state, "what people have ended no run opens again"


async def right_at_last(desk: Desk, payments: list[Payment]) -> None:
    """Statements that agree with what the switch has by now end every open break in the next run."""
    states = {row.payment_id: row.state for row in await rows(desk.database, "SELECT payment_id, state FROM payment")}
    owners: tuple[tuple[ParticipantCode, Side], ...] = ((BANK, Side.BANK), (BILLER, Side.BILLER))
    for owner, side in owners:
        lines = [replace(with_fee(each, side), reversed=states[each.payment_id] == "REVERSED") for each in payments]
        await desk.hand_in(owner, lines)
    results = await desk.reconcile(DAY)
    assert sum(result.breaks for result in results) == 0
    assert all(each.state != "open" for each in await desk.breaks())
