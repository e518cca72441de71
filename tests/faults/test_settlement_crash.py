"""A process dies at each step of settlement, approvals and a recomputation, too; who repeats ends as if nobody had, byte for byte."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from switch.domain.proposals import ProposalKind
from switch.fail_points import EXIT_CODE, OF_A_MOVE, OF_A_PAYMENT, OF_A_RERATING, OF_AN_ARCHIVE, OF_RECONCILIATION, FailPoint
from switch.postgres_server import PostgresServer
from tests.faults.dying import run_to_death
from tests.faults.settle_and_die import the_day, world_of
from tests.seeded import OTHER_BANK, rows
from tests.settling import SettlingWorld, settling_world

STEPS = [point for point in FailPoint if point not in (*OF_A_PAYMENT, *OF_A_RERATING, *OF_A_MOVE, *OF_AN_ARCHIVE, *OF_RECONCILIATION)]
PREPARED = "settlement_prepared"


@dataclass(frozen=True)
class Ended:
    """What is the same however often somebody died: files byte for byte, the books sum by sum, what the RTGS has booked."""

    files: dict[str, bytes]
    ledger: list[tuple[Any, ...]]
    windows: list[tuple[Any, ...]]
    claims: list[tuple[Any, ...]]
    positions: list[tuple[Any, ...]]
    booked: dict[str, str]


@dataclass(frozen=True)
class Prepared:
    """Payments are made, their window is open; each test gets a copy."""

    server: PostgresServer
    folder: Path

    def copy(self, name: str) -> str:
        return self.server.create_database(f"settlement_{name}", template=PREPARED)


@pytest.fixture(scope="module")
def prepared(postgres_server: PostgresServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("settlement")
    url = postgres_server.create_database(PREPARED, template=template_database)

    async def prepare() -> None:
        async with settling_world(url, folder) as world:
            await world.two_people(ProposalKind.SET_SETTLEMENT_RULE, "SYP", approval_seconds="600")
            await world.deposit(OTHER_BANK, 2_000)
            await world.pay_some()

    asyncio.run(prepare())
    yield Prepared(postgres_server, folder)
    postgres_server.drop_database(PREPARED)


@pytest.fixture(scope="module")
def undisturbed(prepared: Prepared) -> Ended:
    return asyncio.run(_repeated(prepared.copy("undisturbed"), prepared.folder / "undisturbed"))


@pytest.mark.parametrize("point", STEPS)
def test_a_process_dies_at_a_step_and_the_next_one_ends_as_if_nothing_had_been(
    prepared: Prepared, undisturbed: Ended, point: FailPoint
) -> None:
    url, folder = prepared.copy(point), prepared.folder / point
    died = run_to_death("settle_and_die", url, point, folder)
    assert died.returncode == EXIT_CODE, died.stderr

    assert asyncio.run(_repeated(url, folder)) == undisturbed
    prepared.server.drop_database(f"settlement_{point}")


async def _repeated(url: str, folder: Path) -> Ended:
    """Half a minute and more later, when a dead worker's lease is over; and once more, which changes nothing."""
    world = world_of(url, folder)
    world.clock.move(60)
    await the_day(world)
    ended = await _ended(world, folder)
    await the_day(world)
    assert await _ended(world, folder) == ended
    assert await world.findings() == []
    await world.lane.close()
    await world.database.close()
    return ended


async def _ended(world: SettlingWorld, folder: Path) -> Ended:
    async def all_of(statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await rows(world.database, statement)]

    issued = [file for path in (folder / "files").rglob("*") if (file := path).is_file() and path.suffix == ".csv"]
    assert len(issued) == 4
    return Ended(
        files={file.name: file.read_bytes() for file in issued},
        ledger=await all_of(
            "SELECT entry.window_id, kind, account_code, sum(minor)::bigint"
            " FROM journal_entry AS entry JOIN posting USING (bucket, entry_id) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ),
        windows=await all_of("SELECT window_id, state, attempt, rtgs_reference, settled_at FROM settlement_window ORDER BY window_id"),
        claims=await all_of(
            "SELECT window_id, defaulter_code, creditor_code, source, minor, carried, since_attempt FROM window_claim ORDER BY 1, 2, 3, 4"
        ),
        positions=await all_of("SELECT bank_code, held_minor, posted_minor FROM position ORDER BY bank_code"),
        booked={book.name: book.read_text(encoding="ascii") for book in (folder / "rtgs").iterdir()},
    )
