"""Layouts that participants have chosen, on a real database and disk: each gets its own, from its next file on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switch.domain.errors import ParticipantUnknown
from switch.domain.file_errors import GetsNoFiles, LayoutUnknown
from switch.domain.identifiers import ParticipantCode
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW
from tests.settling import OVERSEER, QUIET_BILLER, SettlingWorld, settling_world
from tests.verifier import verify_file

NEXT = "SYP-20261124-02"
CHOSEN = {BILLER: "xlsx-1", BANK: "camt-1", QUIET_BILLER: "fixed-1"}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def test_everybody_gets_the_layout_that_it_chose_and_each_file_proves_itself(world: SettlingWorld, tmp_path: Path) -> None:
    for code, layout in CHOSEN.items():
        await world.choose_layout(code, layout, by="test")
    for _ in (WINDOW, NEXT):
        await world.settled()
    first = {file.header.participant: file for file in await world.issue(WINDOW)}
    second = {file.header.participant: file for file in await world.issue(NEXT)}
    assert {code: file.layout for code, file in second.items()} == {**CHOSEN, OTHER_BANK: "csv-1"}
    assert {file.name.rpartition(".")[2] for file in second.values()} == {"xlsx", "xml", "txt", "csv"}
    key = world.signer.verifying_key().pem().encode()
    for code, file in second.items():
        folder = world.folder / code
        report = verify_file.verify(folder / file.name, key, None, folder / first[code].name)
        assert (report.findings, report.unchecked) == ([], [])
        assert (report.totals["lines"], report.totals["net"]) == (file.totals.lines, file.totals.net)
    assert await world.findings() == []


async def test_a_choice_changes_nothing_that_was_issued(world: SettlingWorld) -> None:
    await world.choose_layout(BILLER, "camt-1", by="test")
    await world.settled()
    await world.issue(WINDOW)
    before = {path: path.read_bytes() for path in world.folder.rglob("*.*")}
    await world.choose_layout(BILLER, "xlsx-1", by="test")
    (world.folder / BILLER / f"{BILLER}-settlement-{WINDOW}-r0.xml").unlink()
    await world.issue(WINDOW)
    assert {path: path.read_bytes() for path in world.folder.rglob("*.*")} == before
    await world.settled()
    assert {file.layout for file in await world.issue(NEXT) if file.header.participant == BILLER} == {"xlsx-1"}
    assert await world.findings() == []


async def test_a_spreadsheet_that_is_gone_comes_out_the_same_again(world: SettlingWorld) -> None:
    await world.choose_layout(BILLER, "xlsx-1", by="test")
    await world.settled()
    await world.issue(WINDOW)
    gone = world.folder / BILLER / f"{BILLER}-settlement-{WINDOW}-r0.xlsx"
    before = gone.read_bytes()
    gone.unlink()
    await world.issue(WINDOW)
    assert gone.read_bytes() == before


async def test_what_cannot_be_chosen_is_refused(world: SettlingWorld) -> None:
    with pytest.raises(LayoutUnknown, match="camt-1, csv-1, fixed-1, xlsx-1"):
        await world.choose_layout(BILLER, "pdf", by="test")
    with pytest.raises(GetsNoFiles):
        await world.choose_layout(OVERSEER, "csv-1", by="test")
    with pytest.raises(ParticipantUnknown):
        await world.choose_layout(ParticipantCode("100036"), "csv-1", by="test")
    assert await world.files.layouts() == {}


async def test_the_choice_that_stands_is_not_made_again(world: SettlingWorld) -> None:
    for layout in ("csv-1", "xlsx-1", "xlsx-1", "csv-1"):
        await world.choose_layout(BILLER, layout, by="test")
    assert await world.files.layouts() == {BILLER: "csv-1"}
    async with world.database.reading() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM file_layout")).scalar_one() == 2
