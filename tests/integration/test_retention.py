"""What would grow for ever goes after its time, a bounded part at a time, and the books still prove themselves."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from adapters.drops.local_folder import LocalFolder
from adapters.drops.old_files import LARGEST_LOG_BYTES, OldFolder, OldLogs
from switch.domain.identifiers import ParticipantCode
from switch.domain.privacy import DAYS, Kept, RetentionRule
from switch.domain.quarantine import QuarantinedStatement
from switch.domain.staff import Role, StaffAccount, StaffSession, StaffStatus
from switch.store import quarantine, staff
from switch.store.directory_rows import locked
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.seal_log import SealLog
from switch.usecases.set_retention import SetRetention
from tests.filled_books import LOG, LOG_KEY, World
from tests.seeded import BANK, START, FixedClock, rows

DAY = timedelta(days=1)


def old(path: Path, at: datetime, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


async def test_wrong_statements_and_sessions_go_after_their_time(filled: World, tmp_path: Path) -> None:
    drop, clock = LocalFolder(tmp_path / "quarantine"), FixedClock()
    account = StaffAccount("nour", frozenset({Role.AUDITOR}), StaffStatus.ACTIVE, "x", "x", None)
    ended = (START, START + 50 * DAY, None)
    async with filled.database.transaction() as connection:
        await staff.put_account(await locked(connection, clock, "test"), account)
        for number, at in enumerate((START, START + 50 * DAY)):
            name = f"{BANK}-{number:032x}"
            drop.write(BANK, name, [b"wrong"])
            await quarantine.put(connection, QuarantinedStatement(name, ParticipantCode(BANK), "csv-1", 5, f"{number:064x}", at, ()))
        for number, until in enumerate(ended):
            session = StaffSession(UUID(int=number), "nour", bytes([number]) * 32, "192.0.2.1", START, START)
            await staff.add_session(connection, session)
            if until is not None:
                await staff.end_session(connection, session.session_id, until)
    erase = EraseExpired(clock, filled.database, drop)
    await SetRetention(clock, filled.database)(RetentionRule(Kept.SESSIONS, 40), "staff:nour")

    clock.at = START + DAYS[Kept.QUARANTINE] * DAY
    while await erase():
        pass
    assert len(await rows(filled.database, "SELECT FROM quarantined_statement")) == 2, "kept for as long as the rule says"
    clock.at += timedelta(minutes=1)
    assert await erase() == 1
    assert await erase() == 0
    assert await rows(filled.database, "SELECT quarantine_id FROM quarantined_statement") == [(f"{BANK}-{1:032x}",)]
    assert [path.name for path in (tmp_path / "quarantine" / BANK).iterdir()] == [f"{BANK}-{1:032x}"]
    assert await rows(filled.database, "SELECT session_id FROM staff_session") == []
    await SealLog(clock, filled.database, LOG_KEY, LOG.origin).whole()
    assert [finding for finding in await filled.findings() if finding.where.startswith(("staff_session", "quarantined"))] == []


def test_files_go_by_their_age_a_part_at_a_time(tmp_path: Path) -> None:
    exchanged = [
        old(tmp_path / folder / f"{number}.xml", START + number * DAY) for number, folder in enumerate(["to-rtgs", "from-rtgs"] * 2)
    ]
    folder = OldFolder(tmp_path)
    assert folder.remove(START, 10) == 0
    assert folder.remove(START + 3 * DAY, 2) == 2
    assert [path.exists() for path in exchanged] == [False, False, True, True]
    assert folder.remove(START + 3 * DAY, 2) == 1
    assert exchanged[3].exists()


def test_a_log_has_an_end_while_it_is_written(tmp_path: Path) -> None:
    log, quiet = tmp_path / "api.log", old(tmp_path / "rtgs.log", START)
    former = old(tmp_path / "worker.log.1", START)
    with log.open("ab") as writing:
        writing.truncate(LARGEST_LOG_BYTES + 1)
        assert OldLogs(tmp_path).remove(START + DAY, 10) == 1
        writing.write(b"more\n")
    assert log.read_bytes() == b"more\n"
    assert (tmp_path / "api.log.1").stat().st_size == LARGEST_LOG_BYTES + 1
    assert (quiet.exists(), former.exists()) == (True, False)
    assert OldLogs(tmp_path / "nowhere").remove(START + DAY, 10) == 0
