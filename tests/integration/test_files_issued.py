"""Files on a real database and disk: they add up to the ledger, say so themselves, and come out the same again."""

import csv
import hashlib
import io
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from switch.domain.errors import FileUnknown, WindowUnknown
from switch.domain.file_errors import FileDiffers
from switch.domain.file_signatures import read_signature
from switch.domain.settlement_errors import FileTotalsDisagree, WindowNotSettled
from switch.domain.statements import FileKind, IssuedFile
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW, rows
from tests.settling import QUIET_BILLER, SettlingWorld, settling_world

NEXT = "SYP-20261124-02"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


def records(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


async def content_of(world: SettlingWorld, file: IssuedFile) -> list[list[str]]:
    return records(await world.files.content(file.header.participant, file.file_id))


async def test_every_biller_and_bank_gets_a_file_that_adds_up_to_the_ledger(world: SettlingWorld) -> None:
    await world.settled()
    told: list[tuple[int, int]] = []
    issued = {file.header.participant: file for file in await world.issue(WINDOW, lambda done, total: told.append((done, total)))}
    assert set(issued) == {BANK, OTHER_BANK, BILLER, QUIET_BILLER}
    assert told[-1] == (6, 6)
    ledger = await rows(
        world.database, "SELECT account_code, sum(minor)::bigint AS minor FROM posting JOIN journal_entry USING (bucket, entry_id)"
        " WHERE kind = 'payment_completed' GROUP BY 1"
    )  # fmt: skip
    sums = {row.account_code: row.minor for row in ledger}
    assert issued[BILLER].totals.net == -(sums[f"payable:{BANK}:{BILLER}"] + sums[f"payable:{OTHER_BANK}:{BILLER}"])
    assert issued[BANK].totals.net == sums[f"position:{BANK}"] + sums[f"fee_bank:{BANK}"]
    for file in issued.values():
        found = await content_of(world, file)
        lines = [record for record in found if record[0] == "D"]
        trailer = found[-1]
        assert trailer[:2] == ["T", str(len(lines))]
        for place, total in enumerate(trailer[2:], 10):
            assert sum(Decimal(line[place]) for line in lines) == Decimal(total)
        assert Decimal(trailer[-1]) * 100 == file.totals.net
        if file.header.kind is FileKind.STATEMENT:
            amount, fee, share, net = map(Decimal, trailer[2:])
            assert amount + fee - share == net
    assert [line[0] for line in await content_of(world, issued[QUIET_BILLER])] == ["HT", "H", "DT", "TT", "T"]
    assert await world.findings() == []


async def test_the_header_names_window_rtgs_reference_and_place_in_the_chain(world: SettlingWorld) -> None:
    await world.settled()
    first = {file.header.participant: file for file in await world.issue(WINDOW)}[BILLER]
    await world.settled()
    second = {file.header.participant: file for file in await world.issue(NEXT)}[BILLER]
    head = (await content_of(world, second))[1]
    assert head == [
        "H", "csv-1", "settlement", BILLER, NEXT, "2026-11-24", "SYP", "2", "0", first.sha256, f"RTGS-{NEXT}-1",
        "2026-11-24T12:00:00.000+03:00",
    ]  # fmt: skip
    assert (await content_of(world, first))[1][7:10] == ["1", "0", ""]
    assert await world.files.before(second) == first
    assert await world.findings() == []


async def test_a_window_settled_earlier_gets_its_numbers_first(world: SettlingWorld) -> None:
    await world.settled()
    await world.settled()
    await world.issue(NEXT)
    assert [(file.header.window_id, file.header.sequence) for file in await world.files.of_participant(BILLER)] == [(NEXT, 2), (WINDOW, 1)]


async def test_issuing_again_gives_the_same_bytes_and_makes_what_is_gone(world: SettlingWorld) -> None:
    await world.settled()
    issued = await world.issue(WINDOW)
    before = {path: path.read_bytes() for path in world.folder.rglob("*.*")}
    assert len(before) == 8
    assert await world.issue(WINDOW) == issued
    gone = world.folder / BILLER / f"{BILLER}-settlement-{WINDOW}-r0.csv"
    gone.unlink()
    await world.write("UPDATE participant SET status = 'suspended' WHERE code = :code", code=QUIET_BILLER)
    await world.write(
        "INSERT INTO participant SELECT '200035', kind, name_ar, name_en, 'live', category, governorate, changed_at FROM participant"
        " WHERE code = :code", code=QUIET_BILLER,
    )  # fmt: skip
    assert len(await world.issue(WINDOW)) == 4
    assert {path: path.read_bytes() for path in world.folder.rglob("*.*")} == before
    assert await world.findings() == []


async def test_an_edited_file_is_named_and_left_alone(world: SettlingWorld) -> None:
    await world.settled()
    await world.issue(WINDOW)
    edited = world.folder / BANK / f"{BANK}-statement-{WINDOW}-r0.csv"
    edited.chmod(0o644)
    edited.write_bytes(edited.read_bytes().replace(b"100.00", b"900.00"))
    with pytest.raises(FileDiffers) as refused:
        await world.issue(WINDOW)
    assert edited.name in str(refused.value)
    assert b"900.00" in edited.read_bytes()


async def test_a_crash_after_the_files_and_before_their_rows_leaves_nothing_double(
    world: SettlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    async def die(*_: object) -> None:
        raise Killed

    await world.settled()
    with monkeypatch.context() as crashing:
        crashing.setattr("switch.store.files.insert", die)
        with pytest.raises(Killed):
            await world.issue(WINDOW)
    assert await world.files.of_window(WINDOW) == []
    left = {path: path.read_bytes() for path in world.folder.rglob("*.*")}
    await world.advance()
    assert len(await world.files.of_window(WINDOW)) == 4
    assert {path: path.read_bytes() for path in world.folder.rglob("*.*")} == left
    assert await world.findings() == []


async def test_the_signature_is_over_digest_and_name(world: SettlingWorld) -> None:
    await world.settled()
    for file in await world.issue(WINDOW):
        content = await world.files.content(file.header.participant, file.file_id)
        signature = read_signature(await world.files.signature(file.header.participant, file.file_id))
        assert signature is not None
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
        assert signature.line() == f"{file.sha256}  {file.name}\n".encode()
        assert world.signer.verifying_key().verify(signature.signature, signature.line())


async def test_a_file_whose_lines_differ_from_the_ledger_is_not_made(world: SettlingWorld) -> None:
    await world.settled()
    await world.write("UPDATE payment SET amount_minor = amount_minor + 1 WHERE bank_code = :bank", guarded=False, bank=OTHER_BANK)
    with pytest.raises(FileTotalsDisagree):
        await world.issue(WINDOW)
    assert list(world.folder.rglob("*.csv")) == []
    await world.advance()
    assert (await world.windows.one(WINDOW)).window.reason is not None


async def test_texts_from_outside_are_no_formulas_in_a_spreadsheet(world: SettlingWorld) -> None:
    await world.pay(1_000, customer_reference='=HYPERLINK("x"),1', bank_reference="@SUM(A1) -2")
    await world.pay(2_000, customer_reference="مشترك ١٢", bank_reference="-7")
    await world.settle((await world.closed()).window_id)
    file = next(file for file in await world.issue(WINDOW) if file.header.kind is FileKind.SETTLEMENT and file.totals.lines)
    lines = [record for record in await content_of(world, file) if record[0] == "D"]
    assert {(line[6], line[8]) for line in lines} == {('\'=HYPERLINK("x"),1', "'@SUM(A1) -2"), ("مشترك ١٢", "'-7")}


async def test_nobody_gets_the_file_of_another_or_of_a_window_that_is_not_settled(world: SettlingWorld) -> None:
    with pytest.raises(WindowNotSettled):
        await world.issue(WINDOW)
    with pytest.raises(WindowUnknown):
        await world.issue("SYP-20200101-01")
    await world.settled()
    file = next(file for file in await world.issue(WINDOW) if file.header.participant == BANK)
    assert (await world.files.one(BANK, file.file_id)) == file
    for code, name in ((OTHER_BANK, file.file_id), (BANK, "100010-statement-SYP-20200101-01-r0")):
        with pytest.raises(FileUnknown):
            await world.files.content(code, name)
    assert [found.header.participant for found in await world.files.of_participant(BANK)] == [BANK]


async def test_a_disk_that_fails_among_many_lines_leaves_no_rows_and_a_usable_connection(
    world: SettlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switch.store.files.ROWS_AT_ONCE", 2)
    for _ in range(4):
        await world.pay_some()
    await world.settle((await world.closed()).window_id)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as failing:
        failing.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            await world.issue(WINDOW)
    assert await world.files.of_window(WINDOW) == []
    assert sum(file.totals.lines for file in await world.issue(WINDOW)) == 24
    assert await world.findings() == []
