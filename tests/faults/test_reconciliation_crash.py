"""A process dies while statements are taken in, compared, and breaks and disputes ended; who repeats ends as if nobody had, row for row."""

import asyncio
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.drops.local_folder import LocalFolder
from adapters.files.csv import CsvFormat
from switch.domain.admission import Conclude, Reserve, Stands
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.directory import Endpoint
from switch.domain.dispute_terms import DisputeReason
from switch.domain.disputes import DisputeOrder
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.outcomes import Accepted
from switch.domain.payments import Payment
from switch.fail_points import OF_RECONCILIATION, Does, FailPoint, Failure, arm, reached
from switch.postgres_server import PostgresServer
from switch.posting.batch import write_batch
from switch.reports.verification import Verification
from switch.store.database import Database, connect
from switch.store.directory_rows import locked
from switch.usecases.open_dispute import OpenDispute
from tests.faults.reconcile_and_die import Office, worked
from tests.filled_books import DAY, LOG, World, charged, fill_the_catalogue
from tests.reconciled import line
from tests.scripted_biller import PROTOCOL, URL
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, order, rows, seed

PREPARED, SEED, DATABASES = "reconciliation_prepared", 7, 3
"""Each step is died at in one of them, and each of them dies several times in one day."""
FACTS = "CASE jsonb_typeof(facts) WHEN 'object' THEN (facts - ARRAY['entry_id', 'reversal_id', 'event_id'])::text END"
ENDED = (
    "SELECT statement_id, lines, total_minor, fee_minor, sha256 FROM statement ORDER BY 1",
    "SELECT statement_id, line, payment_id, minor FROM statement_line JOIN statement USING (statement_key) ORDER BY 1, 2",
    "SELECT quarantine_id, size, sha256 FROM quarantined_statement ORDER BY 1",
    "SELECT break_id, kind, side, payment_id, minor, differences::text, state, stage, decided, events FROM break ORDER BY 1",
    f"SELECT break_id, number, by, kind, note, {FACTS} FROM break_event ORDER BY 1, 2",
    "SELECT participant_code, side, statement_id, matched FROM reconciled_side ORDER BY 1, 2",
    "SELECT kind, account_code, count(*), sum(minor)::bigint FROM journal_entry JOIN posting USING (entry_id) GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT payment_id, kind, payer_fee, biller_fee, switch_fee, written_off_minor FROM adjustment ORDER BY 1, 2",
    "SELECT payment_id, state, amount_minor, payer_fee FROM reversal ORDER BY 1", "SELECT payment_id, kind FROM outbox ORDER BY 1, 2",
    "SELECT payment_id, state, refunded_minor FROM payment ORDER BY 1",
    "SELECT bank_code, held_minor, posted_minor FROM position ORDER BY 1",
    "SELECT dispute_id, state, holder, outcome, remedy, agreed_minor, events FROM dispute ORDER BY 1",
    f"SELECT dispute_id, number, by, kind, {FACTS} FROM dispute_event ORDER BY 1, 2",
    "SELECT kind, subject, state, proposed_by, carried_out_at IS NOT NULL FROM proposal ORDER BY 1, 2",
    "SELECT kind, count(*) FROM proof_leaf WHERE kind NOT IN ('record', 'audit') GROUP BY 1 ORDER BY 1",
)  # fmt: skip


def test_a_process_dies_at_each_step_and_the_next_one_ends_as_if_nothing_had_been(
    postgres_server: PostgresServer, template_database: str, tmp_path: Path, project_root: Path
) -> None:
    prepared = postgres_server.create_database(PREPARED, template=template_database)
    asyncio.run(_prepare(prepared, tmp_path))
    undisturbed = postgres_server.create_database("reconciliation_undisturbed", template=PREPARED)
    arm([Failure(point, Does.EXIT, at=0) for point in OF_RECONCILIATION])
    asyncio.run(worked(undisturbed, tmp_path, tmp_path, 60))
    times, chance = dict(reached), random.Random(SEED)
    arm(())
    assert set(times) == set(OF_RECONCILIATION), "each is on the way"
    urls = [postgres_server.create_database(f"reconciliation_{number}", template=PREPARED) for number in range(DATABASES)]
    again = OF_RECONCILIATION[: OF_RECONCILIATION.index(FailPoint.ASKING)]  # come by later, too, when all else is done
    most = {point: (times[point] + 1) // 2 if point in again else times[point] for point in times}
    deaths = [[f"{point}@{chance.randint(1, most[point])}" for point in OF_RECONCILIATION[n::DATABASES]] for n in range(DATABASES)]
    told = [word for url, its in zip(urls, deaths, strict=True) for word in (url, *its)]
    words = [sys.executable, "-m", "tests.faults.reconcile_and_die", str(tmp_path), *told]
    died = subprocess.run(words, cwd=project_root, capture_output=True, text=True, timeout=120, check=False)
    assert died.returncode == 0, died.stderr

    ended = asyncio.run(_ended(undisturbed, tmp_path, tmp_path))
    for url, its in zip(urls, deaths, strict=True):
        for question, found, expected in zip(ENDED, asyncio.run(_ended(url, tmp_path, tmp_path)), ended, strict=True):
            assert found == expected, f"{its}: {question}"
    for name in (PREPARED, "reconciliation_undisturbed", *(f"reconciliation_{number}" for number in range(DATABASES))):
        postgres_server.drop_database(name)


async def _prepare(url: str, folder: Path) -> None:
    """Paid, booked otherwise by bank and biller, complained of; nothing of it is known yet."""
    database = connect(url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    await fill_the_catalogue(World(database, LocalFolder(folder / "drop")))
    async with database.transaction() as connection:
        await (await locked(connection, FixedClock(), "test")).put_endpoint(Endpoint(BILLER, PROTOCOL, URL))
    paid = [await _paid(database, 10_000 + 100 * number) for number in range(9)]
    right = [replace(line(each), fee=each.fees.payer) for each in paid]
    bank = [
        *right[:3], replace(right[3], fee=(right[3].fee or 0) + 7), replace(right[4], minor=right[4].minor + 10),
        replace(right[5], customer_reference="77"), *right[6:],
    ]  # fmt: skip
    biller = [line(each, Side.BILLER) for each in paid]
    _write(folder / "bank.csv", BANK, bank)
    _write(folder / "biller.csv", BILLER, biller[3:])
    _write(folder / "biller-later.csv", BILLER, biller[1:])
    (folder / "wrong.csv").write_bytes((folder / "bank.csv").read_bytes().replace(BANK.encode(), OTHER_BANK.encode())[:-9])
    office = await Office(database, folder / "drop", folder, FixedClock()).opened()
    for payment, reason in ((paid[6], DisputeReason.PAID_TWICE), (paid[7], DisputeReason.WRONG_AMOUNT)):
        key = IdempotencyKey(f"dispute-{reason}")
        opened = (await OpenDispute(database, office.keeping)(DisputeOrder(BANK, key, payment.payment_id, reason, "look", "0933"))).dispute
        if reason is DisputeReason.WRONG_AMOUNT:
            await office.work.reject(opened.dispute_id, "it is right", by=BILLER, caller=BILLER)
            await office.work.escalate(opened.dispute_id, "it is not", by=BANK, caller=BANK)
    await database.close()


async def _paid(database: Database, minor: int) -> Payment:
    command: Reserve = charged(order(minor))
    await write_batch(database, [command], START)
    (decision,) = await write_batch(database, [Conclude(command.payment.payment_id, Accepted(f"B-{minor}"), START, "biller", START)], START)
    assert isinstance(decision, Stands)
    return decision.payment


def _write(path: Path, owner: ParticipantCode, lines: list[BookedLine]) -> None:
    numbered = [replace(each, line=number) for number, each in enumerate(lines, 1)]
    side = Side.BILLER if owner == BILLER else Side.BANK
    path.write_bytes(b"".join(CsvFormat().render_statement(StatementHead(owner, side, DAY, "SYP"), numbered)))


async def _ended(url: str, folder: Path, prepared: Path) -> list[Any]:
    """An hour later; done once more, which changes nothing."""
    await worked(url, folder, prepared, 3600)
    database = connect(url)
    ended = [[tuple(row) for row in await rows(database, question)] for question in ENDED]
    assert (await Verification(database, LocalFolder(folder), LOG)()).findings == ()
    await database.close()
    return ended
