"""Archiving on a real database: an old date becomes a signed file, its rows go, everything still adds up, and nothing is paid twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from switch.domain.admission import KeyConflict, RefusedUnderKey, Reserve
from switch.domain.archive_errors import ArchiveDiffers, DateArchived, PaymentArchived
from switch.domain.archives import Obstacle
from switch.domain.errors import BillAlreadyPaid, PaymentUnknown
from switch.domain.identifiers import payment_reference
from switch.domain.privacy import Kept, RetentionRule
from switch.posting.batch import write_batch
from switch.reports.archives import Archives
from switch.reports.journal import Journal
from switch.reports.payment_stories import PaymentStories
from switch.reports.payments import Payments
from switch.store import privacy
from switch.store.database import Database
from switch.usecases.archive_dates import Archived, ArchiveDates
from switch.usecases.reconcile import Reconcile
from switch.usecases.seal_log import SealLog
from tests.filled_archive import OLD_DAY, OLD_START, archiving, forget, old_day, old_window, take_back
from tests.filled_books import LOG, LOG_KEY, World
from tests.seeded import BANK, OTHER_BANK, START, FixedClock, order, put_bill, rows

HOT = ("payment", "payment_event", "journal_entry", "posting", "reversal", "order_message", "biller_message", "truth_check")
FILE = f"archive-{OLD_DAY:%Y%m%d}.jsonl.gz"


@pytest.fixture
def world(filled: World) -> World:
    return filled


def archiver(world: World, database: Database | None = None) -> ArchiveDates:
    return archiving(database or world.database, world.drop, LOG_KEY, LOG.origin)


async def counted(world: World) -> dict[str, int]:
    return {table: (await rows(world.database, f"SELECT count(*) FROM {table}"))[0][0] for table in HOT}


async def sealed_findings(world: World) -> list[str]:
    await SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin).whole()
    return [f"{its.where}: {its.what}" for its in await world.findings()]


async def test_an_old_date_goes_into_a_file_and_the_books_still_add_up(world: World) -> None:
    before, balance = await counted(world), await Journal(world.database).trial_balance()
    ordered = await old_day(world.database)
    with_it = await Journal(world.database).trial_balance()
    assert with_it != balance
    assert await archiver(world)() == Archived(OLD_DAY, removed=2, finished=True)
    assert await counted(world) == before
    assert await Journal(world.database).trial_balance() == with_it
    assert await sealed_findings(world) == []
    assert await archiver(world)() == Archived(None)
    archives = Archives(world.database, world.drop, LOG.keys)
    (its,) = await archives.listed()
    assert (its.name, its.payments, its.removed) == (FILE, 2, 2)
    assert await archives.wrong_with(OLD_DAY) is None
    at, found = await archives.show(payment_reference(ordered[0].payment.payment_id))
    assert (at.file, found["payment"]["state"], len(found["entries"]), len(found["reversals"])) == (FILE, "REVERSED", 2, 1)
    assert len(found["orders"]) == 2


async def test_what_is_in_the_archive_is_said_to_be_there_to_its_bank_alone(world: World) -> None:
    (taken_back, refused) = await old_day(world.database)
    asked = await take_back_again(world, taken_back)
    await archiver(world)()
    payments, stories, payment = Payments(world.database), PaymentStories(world.database), taken_back.payment
    for looking in (
        payments.of_bank(BANK, payment.payment_id),
        payments.reversals(BANK, payment.payment_id),
        stories.named(str(payment.payment_id)),
        stories.named(payment_reference(payment.payment_id)),
        stories.under_key(BANK, refused.payment.request.idempotency_key),
        asked(),
    ):
        with pytest.raises(PaymentArchived) as refusal:
            await looking
        assert refusal.value.facts == {"business_date": OLD_DAY.isoformat(), "file": FILE}
    with pytest.raises(PaymentUnknown):
        await payments.of_bank(OTHER_BANK, payment.payment_id)
    assert isinstance(await payments.under_key(BANK, payment.request.idempotency_key), PaymentArchived)
    with pytest.raises(DateArchived):
        await Reconcile(FixedClock(), world.database)(OLD_DAY)


async def take_back_again(world: World, command: Reserve) -> Any:
    """The same reversal under the same key, whenever it is asked for."""

    async def again() -> None:
        await take_back(world.database, command, OLD_START)

    return again


async def test_a_key_of_an_archived_payment_is_no_second_payment_and_its_bill_is_not_paid_again(world: World) -> None:
    await put_bill(world.database, "paid", 5_000)
    paid = order(5_000, bill_number="paid", accept=True, at=OLD_START)
    even = order(5_000, accept=True, at=OLD_START)
    async with old_window(world.database):
        await write_batch(world.database, [paid, even], OLD_START)
    await world.behind_the_guards(text(SETTLED))
    await forget(world.database)
    assert (await archiver(world)()).finished
    key = paid.payment.request.idempotency_key
    again = order(5_000, bill_number="paid", accept=True, key=key)
    other = order(6_000, accept=True, key=key)
    same_bill = order(5_000, bill_number="paid", accept=True)
    first, second, third = await write_batch(world.database, [again, other, same_bill], START)
    assert isinstance(first, RefusedUnderKey)
    assert isinstance(first.refusal, PaymentArchived)
    assert first.replayed
    assert isinstance(second, KeyConflict)
    assert isinstance(third, RefusedUnderKey)
    assert isinstance(third.refusal, BillAlreadyPaid)
    assert await rows(world.database, "SELECT paid_minor, archived_minor FROM bill WHERE bill_number = 'paid'") == [(5_000, 5_000)]
    assert not [found for found in await sealed_findings(world) if not found.startswith("window ")]  # it was settled by hand


SETTLED = f"UPDATE position SET posted_minor = posted_minor - 10000 WHERE bank_code = '{BANK}'"
"""What settling the old window would have written."""


async def test_nothing_leaves_but_through_the_archive(world: World) -> None:
    await old_day(world.database)
    for table in ("payment", "payment_event", "journal_entry", "posting", "reversal", "order_message", "biller_message", "adjustment"):
        for door in ("", "on"):
            with pytest.raises(IntegrityError, match=r"append-only|foreign key"):  # noqa: PT012 - the door is opened in the transaction
                async with world.database.transaction() as connection:
                    await connection.execute(text("SELECT set_config('switch.archiving', :door, true)"), {"door": door})
                    await connection.execute(text(f"DELETE FROM {table}"))
    await archiver(world)()
    for statement in (
        f"INSERT INTO archived_payment SELECT bucket, payment_id, bank_code, '{OLD_DAY}' FROM payment WHERE concluded_at IS NOT NULL",
        "INSERT INTO archived_payment SELECT bucket, payment_id, bank_code, '2020-01-01' FROM payment",
        "UPDATE archive SET payments = 1", "DELETE FROM archived_payment",
    ):  # fmt: skip
        with pytest.raises(IntegrityError):
            async with world.database.transaction() as connection:
                await connection.execute(text(statement))
    assert await sealed_findings(world) == []


async def test_what_has_not_ended_keeps_a_date_and_is_named(world: World) -> None:
    async with old_window(world.database):
        await write_batch(world.database, [order(700, at=OLD_START)], OLD_START)
    found = await archiver(world)()
    assert {its.obstacle: its.rows for its in found.obstacles} == {Obstacle.LIVE_PAYMENTS: 1}
    assert found == await archiver(world).obstacles()
    assert await rows(world.database, "SELECT count(*) FROM archived_payment") == [(0,)]


async def test_a_longer_rule_keeps_what_it_is_about(world: World) -> None:
    await old_day(world.database)
    async with world.database.transaction() as connection:
        await privacy.set_rule(connection, RetentionRule(Kept.PAYMENTS, 3_650), START, "test")
    assert await archiver(world)() == Archived(None)


async def test_payments_go_on_while_a_date_goes(world: World) -> None:
    """Nobody waits longer than a short transaction takes: a lock not had within a second fails the test."""
    async with old_window(world.database):
        old = [order(100 + number, accept=True, at=OLD_START) for number in range(230)]
        await write_batch(world.database, old, OLD_START)
        for command in old:
            await take_back(world.database, command, OLD_START)
    await forget(world.database)
    going = asyncio.create_task(archiver(world)())
    paid = 0
    while not going.done():
        async with world.database.transaction() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            await connection.execute(text("SELECT FROM position FOR UPDATE"))
        await world.write(order(100, accept=True))
        paid += 1
    assert (await going).removed == 230
    assert paid > 2
    assert await sealed_findings(world) == []


async def test_a_file_that_is_not_the_one_on_record_takes_nothing_out_and_is_found(world: World) -> None:
    await old_day(world.database)
    archive = archiver(world)
    refusing = replace(archive, seal=sealing_once(world))
    assert not (await refusing()).finished
    before = await counted(world)
    path = world.drop.folder / "archive" / FILE
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ArchiveDiffers):
        await archive()
    assert await counted(world) == before
    assert any("archive of" in found for found in await sealed_findings(world))
    assert await Archives(world.database, world.drop, LOG.keys).wrong_with(OLD_DAY) is not None
    path.write_bytes(content)
    assert (await archive()).finished
    await world.behind_the_guards(text("UPDATE archive SET leaves = leaves + int8multirange(int8range(0, 3))"))
    assert any("archive of" in found for found in await sealed_findings(world))


def sealing_once(world: World) -> Callable[[], Awaitable[int]]:
    """What was there before the archive; then its record waits to be sealed."""
    times = iter((SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin).whole,))

    async def seal() -> int:
        return await whole() if (whole := next(times, None)) is not None else 0

    return seal


async def test_what_is_down_for_the_archive_stands_still(world: World) -> None:
    (taken_back, _) = await old_day(world.database)
    await replace(archiver(world), seal=sealing_once(world))()
    with pytest.raises((IntegrityError, DBAPIError), match="is archived"):
        async with world.database.transaction() as connection:
            await connection.execute(
                text("UPDATE payment SET events = events + 1 WHERE payment_id = :id"), {"id": taken_back.payment.payment_id}
            )


async def test_the_file_and_the_log_are_checked_without_the_switch(world: World, tmp_path: Path, project_root: Path) -> None:
    await old_day(world.database)
    await archiver(world)()
    await SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin).whole()
    (tmp_path / "switch.pub").write_bytes(LOG_KEY.verifying_key().pem().encode())
    path = world.drop.folder / "archive" / FILE
    words = [
        sys.executable,
        str(project_root / "deploy" / "verify_proof.py"),
        "archive",
        str(path),
        "--key",
        str(tmp_path / "switch.pub"),
        "--json",
    ]
    good = await asyncio.to_thread(checked, words)
    assert good.returncode == 0, good.stderr + good.stdout
    assert json.loads(good.stdout)["told"]["payments"] == 2
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[: len(content) // 2])
    bad = await asyncio.to_thread(checked, words)
    assert bad.returncode == 3, bad.stderr + bad.stdout


def checked(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
