"""A window that is not sent: what is owed for it is moved into the open one, by entries, and its payments are settled and listed there."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switch.domain.proposals import ProposalKind
from switch.domain.settlement import WindowState
from switch.domain.settlement_errors import WindowMoved, WindowNotMovable
from switch.reports.payment_stories import PaymentStories
from tests.seeded import BANK, BILLER, OTHER_BANK, one
from tests.settling import BORNE, LEGS, REJECT, SettlingWorld, settling_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as made:
        yield made


async def refused(world: SettlingWorld) -> str:
    """Payments, and a window that the RTGS refuses."""
    await world.pay_some()
    world.rtgs.script.append(REJECT)
    window = await world.settle((await world.closed()).window_id)
    assert window.state is WindowState.ABORTED
    return window.window_id


async def test_the_next_window_settles_both_and_its_files_list_the_payments_of_both(world: SettlingWorld) -> None:
    first = await refused(world)
    before = (await world.posted(), await world.posted(OTHER_BANK))
    await world.two_people(ProposalKind.MOVE_WINDOW, first)
    assert (await world.posted(), await world.posted(OTHER_BANK)) == before
    assert await world.findings() == []
    await world.pay(4_000, fees=BORNE)
    second = await world.closed()
    settled = await world.settle(second.window_id)
    legs = {leg.participant: leg.minor for leg in world.rtgs.booked[f"{second.window_id}-1"].legs}
    expected = {leg.participant: leg.minor for leg in LEGS}
    expected[BANK] += 4_000 - 60
    expected[BILLER] -= 4_000 - 210
    assert {code: legs[code] for code in (BANK, OTHER_BANK, BILLER)} == {code: expected[code] for code in (BANK, OTHER_BANK, BILLER)}
    assert sum(legs.values()) == 0
    assert (await world.posted(), await world.posted(OTHER_BANK), await world.ledger()) == (0, 0, {})
    key = world.folder / "switch.pem"
    key.write_text(world.signer.verifying_key().pem())
    issued = {file.header.participant: file for file in await world.issue(settled.window_id)}
    assert (issued[BILLER].totals.lines, issued[BILLER].totals.net) == (4, -expected[BILLER])
    assert issued[BILLER].header.changes == (f"payments of {first}, which was not settled, are in it",)
    for file in issued.values():
        path = world.folder / file.header.participant / file.name
        ran = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "deploy/verify_file.py", str(path), "--key", str(key)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout
    assert (await world.windows.of_participant(BILLER, settled.window_id)).net_minor == expected[BILLER]
    assert await world.findings() == []


async def test_what_was_moved_once_may_be_moved_again(world: SettlingWorld) -> None:
    first = await refused(world)
    await world.two_people(ProposalKind.MOVE_WINDOW, first)
    await world.pay(1_000)
    second = (await world.closed()).window_id
    await world.two_people(ProposalKind.MOVE_WINDOW, second)
    third = (await world.closed()).window_id
    await world.settle(third)
    assert await world.ledger() == {}
    assert len((await world.windows.one(third)).cells) == len((await world.windows.one(first)).cells)
    lines = sum(file.totals.lines for file in await world.issue(third) if file.header.participant == BILLER)
    assert lines == 4
    assert await world.findings() == []


async def test_what_was_moved_is_neither_sent_nor_decided_again(world: SettlingWorld) -> None:
    first = await refused(world)
    proposal = await world.two_people(ProposalKind.MOVE_WINDOW, first)
    entries = await one(world.database, "SELECT count(*) FROM journal_entry")
    await world.decide.undertakings[ProposalKind.MOVE_WINDOW].carry_out(proposal)  # a second time
    assert await one(world.database, "SELECT count(*) FROM journal_entry") == entries
    with pytest.raises(WindowMoved):
        await world.settle(first, again=True)
    for kind in (ProposalKind.MOVE_WINDOW, ProposalKind.OVERRIDE_WINDOW, ProposalKind.RECOMPUTE_WINDOW):
        with pytest.raises(WindowMoved):
            await world.propose(kind, first, {"without": BANK}, reason="again", by="staff:nour")
    assert world.rtgs.instructed == [f"{first}-1"]


async def test_a_window_of_nothing_or_with_a_default_is_not_moved(world: SettlingWorld) -> None:
    empty = (await world.closed()).window_id
    with pytest.raises(WindowNotMovable):
        await world.propose(ProposalKind.MOVE_WINDOW, empty, {}, reason="why", by="staff:nour")
    await world.pay_some()
    second = (await world.closed()).window_id
    await world.two_people(ProposalKind.RECOMPUTE_WINDOW, second, without=OTHER_BANK)
    with pytest.raises(WindowNotMovable):
        await world.propose(ProposalKind.MOVE_WINDOW, second, {}, reason="why", by="staff:nour")
    assert await world.findings() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE settlement_window SET moved_to = NULL",
        "UPDATE posting SET minor = minor + 1 WHERE entry_id = (SELECT entry_id FROM journal_entry WHERE kind = 'window_moved_in')",
        "DELETE FROM window_decision",
    ],
)
async def test_a_move_that_was_changed_is_found(world: SettlingWorld, change: str) -> None:
    await world.two_people(ProposalKind.MOVE_WINDOW, await refused(world))
    assert await world.findings() == []
    await world.write(change, guarded=False)
    assert [finding for finding in await world.findings() if "moved" in finding]


async def test_a_payment_says_what_became_of_its_window_and_of_the_one_into_which_it_was_moved(world: SettlingWorld) -> None:
    first = await refused(world)
    await world.two_people(ProposalKind.MOVE_WINDOW, first)
    second = await world.settle((await world.closed()).window_id)
    await world.issue(second.window_id)
    payment = (await one(world.database, "SELECT payment_id FROM payment WHERE bank_code = :bank ORDER BY reserved_at", bank=BANK))[0]
    story = await PaymentStories(world.database).named(str(payment))
    assert [(step.window_id, step.what, step.note) for step in story.settlement] == [
        (first, "closed", ""),
        (first, "rejected", f"{first}-1: insufficient_funds {BANK}"),
        (first, "moved", f"{second.window_id}: agreed on the telephone"),
        (second.window_id, "closed", ""),
        (second.window_id, "settled", f"{second.window_id}-1: {second.rtgs_reference}"),
    ]
    assert {file.header.window_id for file in story.files} == {second.window_id}
