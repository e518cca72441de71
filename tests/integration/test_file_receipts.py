"""Receipts of files on a real database: taken once and for good, refused with reasons, and silence is chased."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switch.domain.errors import FileUnknown, TextForbidden
from switch.domain.file_errors import FileTakenAlready, FileWasDifferent, RefusalReasonMissing
from switch.domain.file_receipts import ReceiptOutcome, ReceiptReason, RefusedFor
from switch.domain.statements import IssuedFile
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW
from tests.settling import SettlingWorld, settling_world

TAKEN, REFUSED = ReceiptOutcome.TAKEN, ReceiptOutcome.REFUSED
HOUR = 3600
WRONG_LINE = RefusedFor(ReceiptReason.LINE_UNKNOWN, 2, "ليست دفعة لنا")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def issued(world: SettlingWorld) -> dict[str, IssuedFile]:
    await world.settled()
    return {file.header.participant: file for file in await world.issue(WINDOW)}


async def waiting(world: SettlingWorld) -> dict[str, int]:
    """The files that wait for their receivers, with how often each was reminded."""
    return {care.file.header.participant: care.chased for care in await world.files.unsettled(world.clock.now())}


async def test_a_file_is_taken_once_and_that_stands(world: SettlingWorld) -> None:
    file = (await issued(world))[BILLER]
    first = await world.acknowledge(BILLER, file.file_id, TAKEN, file.sha256, by=BILLER)
    world.clock.move(HOUR)
    assert await world.acknowledge(BILLER, file.file_id, TAKEN, file.sha256, by=BILLER) == first
    with pytest.raises(FileTakenAlready):
        await world.acknowledge(BILLER, file.file_id, REFUSED, file.sha256, [WRONG_LINE], by=BILLER)
    (care,) = await world.files.care([file])
    assert care.receipt == first


async def test_a_refusal_names_its_reasons_and_may_be_followed_by_taking(world: SettlingWorld) -> None:
    file = (await issued(world))[BILLER]
    refused = await world.acknowledge(BILLER, file.file_id, REFUSED, file.sha256, [WRONG_LINE], by=BILLER)
    assert await world.acknowledge(BILLER, file.file_id, REFUSED, file.sha256, [WRONG_LINE], by=BILLER) == refused
    assert await waiting(world) == {BILLER: 0}
    (care,) = await world.files.care([file])
    assert care.receipt is not None
    assert care.receipt.reasons == (WRONG_LINE,)
    taken = await world.acknowledge(BILLER, file.file_id, TAKEN, file.sha256, by=BILLER)
    assert (refused.number, taken.number) == (1, 2)
    assert await waiting(world) == {}


async def test_what_is_not_a_receipt_is_refused_and_leaves_nothing(world: SettlingWorld) -> None:
    files = await issued(world)
    file = files[BILLER]
    with pytest.raises(FileWasDifferent):
        await world.acknowledge(BILLER, file.file_id, TAKEN, files[BANK].sha256, by=BILLER)
    for outcome, reasons in ((REFUSED, []), (TAKEN, [WRONG_LINE]), (REFUSED, [WRONG_LINE] * 21)):
        with pytest.raises(RefusalReasonMissing):
            await world.acknowledge(BILLER, file.file_id, outcome, file.sha256, reasons, by=BILLER)
    with pytest.raises(TextForbidden):
        await world.acknowledge(BILLER, file.file_id, REFUSED, file.sha256, [RefusedFor(ReceiptReason.OTHER, note="a\u202eb")], by=BILLER)
    for owner, name in ((BANK, file.file_id), (BILLER, "200019-settlement-SYP-19990101-01-r0")):
        with pytest.raises(FileUnknown):
            await world.acknowledge(owner, name, TAKEN, file.sha256, by=owner)
    (care,) = await world.files.care([file])
    assert care.receipt is None


async def test_silence_is_chased_once_a_day_and_not_for_ever(world: SettlingWorld) -> None:
    files = await issued(world)
    await world.acknowledge(OTHER_BANK, files[OTHER_BANK].file_id, TAKEN, files[OTHER_BANK].sha256, by=OTHER_BANK)
    world.clock.move(23 * HOUR)
    await world.chase()
    assert await waiting(world) == {}
    world.clock.move(2 * HOUR)
    for _ in range(3):
        await world.chase()
    late = await waiting(world)
    assert OTHER_BANK not in late
    assert set(late.values()) == {1}
    assert {BANK, BILLER} <= set(late)
    await world.acknowledge(BILLER, files[BILLER].file_id, TAKEN, files[BILLER].sha256, by=BILLER)
    for _ in range(20):
        world.clock.move(24 * HOUR)
        await world.chase()
    late = await waiting(world)
    assert BILLER not in late
    assert late[BANK] == 7


async def test_two_workers_that_chase_at_once_remind_once(world: SettlingWorld) -> None:
    await issued(world)
    world.clock.move(25 * HOUR)
    await asyncio.gather(*(world.chase() for _ in range(4)))
    assert set((await waiting(world)).values()) == {1}
