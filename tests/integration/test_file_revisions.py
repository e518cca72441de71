"""Revisions of files on a real database and disk: only with a reason and a change, and they say both; a re-issue is the same bytes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switch.domain.errors import FileUnknown, TextForbidden
from switch.domain.file_errors import FileDiffers, FileRevised, NothingToRevise, RevisionReasonMissing
from switch.domain.statements import IssuedFile
from tests.seeded import BILLER, WINDOW
from tests.settling import SettlingWorld, settling_world
from tests.verifier import verify_file

NEXT = "SYP-20261124-02"
REASON = "طلبت الجهة جدولاً"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def issued(world: SettlingWorld, window: str = WINDOW) -> IssuedFile:
    await world.settled()
    return next(file for file in await world.issue(window) if file.header.participant == BILLER)


def proven(world: SettlingWorld, file: IssuedFile) -> list[str]:
    """The changes that the file itself tells, once the verifier has found nothing wrong with it."""
    path = world.folder / BILLER / file.name
    report = verify_file.verify(path, world.signer.verifying_key().pem().encode())
    assert report.findings == []
    return [fields["change"] for kind, _, fields in verify_file.records(path) if kind == "R"]


@pytest.mark.parametrize(("before", "after"), [("csv-1", "xlsx-1"), ("xlsx-1", "camt-1"), ("camt-1", "fixed-1"), ("fixed-1", "csv-1")])
async def test_a_revision_says_why_and_what_has_changed(world: SettlingWorld, before: str, after: str) -> None:
    await world.choose_layout(BILLER, before, by="test")
    first = await issued(world)
    await world.choose_layout(BILLER, after, by="test")
    revised = await world.revise(first.file_id, REASON, by="test")
    assert (revised.header.sequence, revised.header.revision, revised.totals) == (1, 1, first.totals)
    assert revised.header.changes == (f"reason: {REASON}", f"layout: {before} -> {after}")
    assert tuple(proven(world, revised)) == revised.header.changes
    assert proven(world, first) == []
    assert await world.files.one(BILLER, revised.file_id) == revised
    assert await world.findings() == []


async def test_the_next_file_follows_the_last_revision(world: SettlingWorld) -> None:
    first = await issued(world)
    await world.choose_layout(BILLER, "fixed-1", by="test")
    revised = await world.revise(first.file_id, REASON, by="test")
    following = await issued(world, NEXT)
    assert following.header.previous_sha256 == revised.sha256
    assert await world.files.before(following) == revised
    assert await world.findings() == []


async def test_without_reason_or_change_there_is_no_revision(world: SettlingWorld) -> None:
    first = await issued(world)
    with pytest.raises(NothingToRevise):
        await world.revise(first.file_id, REASON, by="test")
    for reason, refusal in ((" ", RevisionReasonMissing), ("x" * 121, TextForbidden), ("a\u202eb", TextForbidden)):
        with pytest.raises(refusal):
            await world.revise(first.file_id, reason, by="test")
    with pytest.raises(FileUnknown):
        await world.revise("200019-settlement-SYP-19990101-01-r0", REASON, by="test")
    await world.choose_layout(BILLER, "xlsx-1", by="test")
    revised = await world.revise(first.file_id, REASON, by="test")
    with pytest.raises(FileRevised, match=revised.file_id):
        await world.revise(first.file_id, REASON, by="test")
    assert len(await world.files.of_participant(BILLER)) == 2


async def test_lines_that_were_wrong_are_a_change(world: SettlingWorld) -> None:
    first = await issued(world)
    await world.write("UPDATE payment SET biller_reference = 'B-9' WHERE bank_code = '100028'", guarded=False)
    revised = await world.revise(first.file_id, REASON, by="test")
    assert revised.header.changes == (f"reason: {REASON}", "lines")
    assert proven(world, revised) == list(revised.header.changes)


async def test_any_revision_is_issued_again_byte_for_byte(world: SettlingWorld) -> None:
    first = await issued(world)
    await world.choose_layout(BILLER, "xlsx-1", by="test")
    revised = await world.revise(first.file_id, REASON, by="test")
    await world.choose_layout(BILLER, "camt-1", by="test")
    for file in (first, revised):
        path = world.folder / BILLER / file.name
        content = path.read_bytes()
        path.unlink()
        assert await world.reissue(file.file_id) == file
        assert path.read_bytes() == content
        assert await world.reissue(file.file_id) == file
    assert await world.findings() == []


async def test_what_would_come_out_otherwise_is_not_written(world: SettlingWorld) -> None:
    file = await issued(world)
    path = world.folder / BILLER / file.name
    path.unlink()
    await world.write("UPDATE payment SET biller_reference = 'B-9' WHERE bank_code = '100028'", guarded=False)
    with pytest.raises(FileDiffers):
        await world.reissue(file.file_id)
    assert not path.exists()
    path.write_bytes(b"edited")
    with pytest.raises(FileDiffers):
        await world.reissue(file.file_id)
    assert path.read_bytes() == b"edited"
    with pytest.raises(FileUnknown):
        await world.reissue("none")
