"""A process dies while a window is moved into the open one; the next one ends as if nobody had: it is moved once."""

import asyncio
from pathlib import Path

from switch.domain.proposals import ProposalKind
from switch.fail_points import EXIT_CODE, OF_A_MOVE
from switch.postgres_server import PostgresServer
from switch.store import proposals
from switch.store.database import connect
from tests.faults.dying import run_to_death
from tests.seeded import WINDOW, one
from tests.settling import REJECT, SettlingWorld, settling_world


async def _prepare(url: str, folder: Path) -> None:
    """Agreed on, and nothing done."""
    async with settling_world(url, folder) as world:
        await world.pay_some()
        world.rtgs.script.append(REJECT)
        await world.settle((await world.closed()).window_id)
        found = await world.propose(ProposalKind.MOVE_WINDOW, WINDOW, {}, reason="again tomorrow", by="staff:nour")
        async with world.database.transaction() as connection:
            await proposals.decide(connection, found.approved("staff:sami", world.clock.now()), world.clock.now())


async def _end(url: str, folder: Path) -> tuple[int, int]:
    """Entries of the move before and after; all is settled in the end."""
    moves = "SELECT count(*) FROM journal_entry WHERE kind IN ('window_moved_out', 'window_moved_in')"
    world = SettlingWorld(connect(url), folder)
    world.clock.move(1200)
    try:
        begun = (await one(world.database, moves))[0]
        await world.decide.finish()
        await world.settle((await world.closed()).window_id)
        assert await world.ledger() == {}
        assert (await world.posted(), await world.findings()) == (0, [])
        return begun, (await one(world.database, moves))[0]
    finally:
        await world.lane.close()
        await world.database.close()


def test_a_process_dies_in_a_move_and_the_next_one_ends_it(postgres_server: PostgresServer, template_database: str, tmp_path: Path) -> None:
    url = postgres_server.create_database("move_prepared", template=template_database)
    asyncio.run(_prepare(url, tmp_path))
    found = []
    for point in OF_A_MOVE:
        copy = postgres_server.create_database(f"move_{point}", template="move_prepared")
        died = run_to_death("move_and_die", copy, point, tmp_path)
        assert died.returncode == EXIT_CODE, died.stderr
        found.append(asyncio.run(_end(copy, tmp_path)))
        postgres_server.drop_database(f"move_{point}")
    assert found == [(0, 2), (2, 2)]
    postgres_server.drop_database("move_prepared")
