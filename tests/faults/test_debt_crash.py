"""A process dies while a debt is paid over the RTGS; who repeats ends as if nobody had: it is paid once, and ends the same claims."""

import asyncio
from pathlib import Path
from typing import Any

from switch.domain.proposals import ProposalKind
from switch.fail_points import EXIT_CODE, FailPoint
from switch.postgres_server import PostgresServer
from switch.store import proposals
from tests.faults.dying import run_to_death
from tests.faults.settle_and_die import world_of
from tests.seeded import OTHER_BANK, WINDOW, rows
from tests.settling import settling_world

STEPS = (FailPoint.INSTRUCTING, FailPoint.HEARD, FailPoint.CLEARING, FailPoint.CLEARED)
WHAT_IS_LEFT = (
    "SELECT state, rtgs_reference, window_id, creditor_code, part.minor FROM debt_payment JOIN debt_part AS part USING (debt_payment_id)",
    "SELECT state FROM proposal WHERE kind = 'debt.pay'",
    (
        "SELECT entry.window_id, kind, account_code, sum(minor)::bigint FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ),
    "SELECT bank_code, held_minor, posted_minor FROM position ORDER BY bank_code",
)


async def _prepare(url: str, folder: Path) -> None:
    """There is a debt, two people have agreed that a part of it is paid, and nothing is done."""
    async with settling_world(url, folder / "files") as world:
        await world.pay_some()
        await world.closed()
        await world.two_people(ProposalKind.RECOMPUTE_WINDOW, WINDOW, without=OTHER_BANK)
        await world.settle(WINDOW)
        content = {"currency": "SYP", "amount": "20.01"}
        found = await world.propose(ProposalKind.PAY_DEBT, OTHER_BANK, content, reason="it has money again", by="staff:nour")
        async with world.database.transaction() as connection:
            await proposals.decide(connection, found.approved("staff:sami", world.clock.now()), world.clock.now())


async def _end(url: str, folder: Path) -> list[Any]:
    """After a dead worker's lease; and once more, which changes nothing."""
    world = world_of(url, folder)
    world.clock.move(1200)
    ended = []
    for _ in range(2):
        await world.decide.finish()
        await world.settle_debts()
        world.clock.move(60)
        ended.append([[tuple(row) for row in await rows(world.database, statement)] for statement in WHAT_IS_LEFT])
    assert ended[0] == ended[1]
    assert await world.findings() == []
    await world.lane.close()
    await world.database.close()
    return [*ended[0], {book.name: book.read_text(encoding="ascii") for book in (folder / "rtgs").iterdir()}]


def test_a_process_dies_while_a_debt_is_paid_and_the_next_one_ends_it(
    postgres_server: PostgresServer, template_database: str, tmp_path: Path
) -> None:
    url = postgres_server.create_database("debt_prepared", template=template_database)
    asyncio.run(_prepare(url, tmp_path))
    undisturbed = asyncio.run(_end(postgres_server.create_database("debt_undisturbed", template="debt_prepared"), tmp_path))
    assert undisturbed[0][0][0] == "done"
    (paid,) = [book for book in undisturbed[-1] if "DEBT" in book]
    for point in STEPS:
        (tmp_path / "rtgs" / paid).unlink()
        copy = postgres_server.create_database(f"debt_{point}", template="debt_prepared")
        died = run_to_death("pay_debt_and_die", copy, point, tmp_path)
        assert died.returncode == EXIT_CODE, died.stderr
        assert asyncio.run(_end(copy, tmp_path)) == undisturbed, point
        postgres_server.drop_database(f"debt_{point}")
