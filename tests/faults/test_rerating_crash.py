"""A process dies in the middle of a re-rating; the next one ends as if nobody had: each payment is adjusted once."""

import asyncio
from pathlib import Path

from switch.domain.proposals import ProposalState
from switch.fail_points import EXIT_CODE, OF_A_RERATING
from switch.postgres_server import PostgresServer
from switch.store import proposals
from switch.store.database import connect
from tests.faults.dying import run_to_death
from tests.faults.rerate_and_die import re_rate
from tests.rerated import RIGHT, rerating_of
from tests.seeded import one
from tests.settling import SettlingWorld, settling_world

PAYMENTS = 17


async def _prepare(url: str, folder: Path) -> None:
    """Agreed on, and nothing done: as if whoever approved had died at once."""
    async with settling_world(url, folder) as world:
        rerating = await rerating_of(world)
        for minor in range(1_000, 1_000 + PAYMENTS):
            await rerating.pay(minor)
        await rerating.next_day()
        found = await rerating.propose_it()
        approved = found.approved("staff:sami", world.clock.now())
        assert approved.state is ProposalState.APPROVED
        async with world.database.transaction() as connection:
            await proposals.decide(connection, approved, world.clock.now())


async def _end(url: str, folder: Path) -> tuple[int, int]:
    world = SettlingWorld(connect(url), folder)
    world.clock.move(3 * 24 * 3600)
    try:
        begun = (await one(world.database, "SELECT count(*) FROM adjustment"))[0]
        rerating = await re_rate(world)
        fees = await rerating.paid_fees()
        assert all(fees[payment] == RIGHT.charge(amount) for payment, amount in await rerating.payments())
        row = await one(world.database, "SELECT payments, adjusted FROM rerating WHERE finished_at IS NOT NULL")
        assert tuple(row) == (PAYMENTS, PAYMENTS)
        return begun, (await one(world.database, "SELECT count(*) FROM adjustment"))[0]
    finally:
        await world.lane.close()
        await world.database.close()


def test_a_process_dies_in_a_re_rating_and_the_next_one_goes_on(
    postgres_server: PostgresServer, template_database: str, tmp_path: Path
) -> None:
    url = postgres_server.create_database("rerating_prepared", template=template_database)
    asyncio.run(_prepare(url, tmp_path))
    begun = {}
    for point in OF_A_RERATING:
        copy = postgres_server.create_database(f"rerating_{point}", template="rerating_prepared")
        died = run_to_death("rerate_and_die", copy, point, tmp_path)
        assert died.returncode == EXIT_CODE, died.stderr
        begun[point], ended = asyncio.run(_end(copy, tmp_path))
        assert ended == PAYMENTS
        postgres_server.drop_database(f"rerating_{point}")
    assert list(begun.values()) == [5, 10]
    postgres_server.drop_database("rerating_prepared")
