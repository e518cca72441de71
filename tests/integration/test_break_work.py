"""Breaks at work: who has one, what was done about it, who sees it; and the RTGS's differences as breaks like all others."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from switch.domain.break_errors import (
    AttachmentRefused,
    BreakEnded,
    BreakNotYours,
    BreakOwnerRefused,
    BreakStillOpen,
    BreakTextMissing,
    BreakUnknown,
)
from switch.domain.breaks import MOST_ATTACHMENTS, BreakEventKind
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import Break, BreakKind, BreakStage, BreakState
from switch.domain.rtgs_statements import Compared, RtgsDifference, RtgsDifferenceKind, RtgsStatement
from switch.reports.breaks import Breaks
from switch.store.database import connect
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.work_breaks import WorkBreaks
from tests.reconciled import DAY, Prepared, World, line
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, seed


@dataclass
class Desk(World):
    @property
    def work(self) -> WorkBreaks:
        return WorkBreaks(self.clock, self.database)

    async def found(self) -> Break:
        payment = await self.completed(10_000)
        await self.hand_in(BANK, [replace(line(payment), minor=9_000)])
        await self.reconcile(DAY)
        return (await self.breaks(participant=BANK))[0]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield Desk(database, FixedClock(), Prepared())
    await database.close()


async def test_a_break_is_taken_handed_over_and_back_and_each_step_is_in_its_history(desk: Desk) -> None:
    found = await desk.found()
    assert (found.owner, found.stage, found.deadline) == (BANK, BreakStage.NEW, START + timedelta(hours=48))
    ids = [found.break_id]
    await desk.work.hand_over(ids, BILLER, "please look", by="staff:nour")
    with pytest.raises(BreakNotYours):
        await desk.work.take(ids, BANK, by=BANK, caller=BANK)

    await desk.work.take(ids, BILLER, by=BILLER, caller=BILLER)
    await desk.work.hand_over(ids, "switch", "our books are right", by=BILLER, caller=BILLER)
    await desk.work.take(ids, "staff:nour", by="staff:nour")
    await desk.work.reject(ids, "the statement was of a test", by="staff:nour")

    history = await Breaks(desk.database).history(found.break_id[:10])
    assert (history.found.state, history.found.owner, history.found.person) == (BreakState.REJECTED, None, "staff:nour")
    assert [(event.number, event.kind, event.by) for event in history.events] == [
        (1, BreakEventKind.HANDED_OVER, "staff:nour"),
        (2, BreakEventKind.TAKEN, BILLER),
        (3, BreakEventKind.HANDED_OVER, BILLER),
        (4, BreakEventKind.TAKEN, "staff:nour"),
        (5, BreakEventKind.REJECTED, "staff:nour"),
    ]
    (bank, _) = await desk.reconcile(DAY)
    assert (bank.matched, bank.breaks) == (1, 0), "found again, it stays rejected"


async def test_a_strangers_break_is_as_unknown_as_none(desk: Desk) -> None:
    found = await desk.found()
    for ids, caller in (([found.break_id], OTHER_BANK), (["0" * 64], BANK)):
        with pytest.raises(BreakUnknown):
            await desk.work.comment(ids, "seen", by=caller, caller=caller)
        with pytest.raises(BreakUnknown):
            await Breaks(desk.database).history(ids[0], caller)
    with pytest.raises(BreakOwnerRefused):
        await desk.work.hand_over([found.break_id], OTHER_BANK, "yours?", by="staff:nour")
    with pytest.raises(BreakOwnerRefused):
        await desk.work.hand_over([found.break_id], BILLER, "theirs?", by=BANK, caller=BANK)
    await desk.work.hand_over([found.break_id], BILLER, "please look", by="staff:nour")
    assert [each.break_id for each in await desk.breaks(participant=BILLER)] == [found.break_id]


async def test_attachments_are_bounded_known_by_their_digest_and_the_history_is_never_edited(desk: Desk) -> None:
    found = await desk.found()
    for content in (b"", b"x" * 1_000_001, b"MZ\x00\x01 a program"):
        with pytest.raises(AttachmentRefused):
            await desk.work.attach(found.break_id, "letter.pdf", content, by="staff:nour")
    first = await desk.work.attach(found.break_id, "letter.pdf", b"letter", by="staff:nour")
    assert await desk.work.attach(found.break_id, "again.pdf", b"letter", by="staff:sami") == first
    for number in range(1, MOST_ATTACHMENTS):
        await desk.work.attach(found.break_id, f"{number}.pdf", b"%PDF-" + bytes([number]), by="staff:nour")
    with pytest.raises(AttachmentRefused):
        await desk.work.attach(found.break_id, "one more.pdf", b"one more", by="staff:nour")
    assert await Breaks(desk.database).attachment(found.break_id, first.sha256) == b"letter"
    for table in ("break_event", "break_attachment"):
        with pytest.raises(IntegrityError):
            async with desk.database.transaction() as connection:
                await connection.execute(text(f"DELETE FROM {table}"))


async def test_many_change_all_or_none_and_what_has_ended_by_itself_is_not_reopened(desk: Desk) -> None:
    await desk.completed(20_000, OTHER_BANK)
    await desk.hand_in(OTHER_BANK, [])
    first = await desk.found()
    (second,) = await desk.breaks(participant=OTHER_BANK)
    await desk.work.reject([first.break_id], "none", by="staff:nour")
    with pytest.raises(BreakEnded):
        await desk.work.take([first.break_id, second.break_id], "staff:nour", by="staff:nour")
    assert (await Breaks(desk.database).history(second.break_id)).found.stage is BreakStage.NEW
    with pytest.raises(BreakTextMissing):
        await desk.work.reopen([first.break_id], " ", by="staff:nour")
    await desk.work.reopen([first.break_id], "it is one", by="staff:nour")
    with pytest.raises(BreakStillOpen):
        await desk.work.reopen([first.break_id], "again", by="staff:nour")


async def test_who_acts_first_and_by_when_is_data(desk: Desk) -> None:
    desk.clock.move(1)
    await desk.work.set_term(BreakKind.AMOUNT_DIFFERS, 6, participant_acts=False, by="staff:nour")
    found = await desk.found()
    assert (found.owner, found.deadline) == (None, desk.clock.now() + timedelta(hours=6))
    assert await desk.breaks(overdue_at=desk.clock.now()) == []
    desk.clock.move(7 * 3600)
    assert [each.break_id for each in await desk.breaks(overdue_at=desk.clock.now())] == [found.break_id]


async def test_what_the_rtgs_has_otherwise_is_a_break_until_its_statement_agrees(desk: Desk) -> None:
    async with desk.database.transaction() as connection:
        await connection.execute(text(
            "INSERT INTO participant (code, kind, name_ar, name_en, status, changed_at)"
            " VALUES ('900018', 'operator', 'جهة', 'Body', 'live', now())"
        ))  # fmt: skip
    kinds = RtgsDifferenceKind
    said = [
        RtgsDifference(kinds.AMOUNT_DIFFERS, "SYP-20261124-01-1", BANK, "100.00", "-90.50"),
        RtgsDifference(kinds.MISSING_AT_RTGS, "SYP-20261124-01-1", BILLER, "-100.00", ""),
        RtgsDifference(kinds.MISSING_AT_SWITCH, "UNKNOWN", ParticipantCode("777777"), "", "5.00"),
        RtgsDifference(kinds.TWICE_AT_RTGS, "SYP-20261124-01-1", OTHER_BANK, "1", "2"),
        RtgsDifference(kinds.REFERENCE_DIFFERS, "SYP-20261124-01-1", OTHER_BANK, "R1", "R2"),
    ]
    statement = RtgsStatement("S-1", DAY, "SYP", 1, ())

    async def comparison(currency: str, day: date) -> Compared:
        assert (currency, day) == ("SYP", DAY)
        return Compared(statement, 1, said)

    reconcile = ReconcileRtgs(desk.clock, desk.database, comparison)
    await reconcile("SYP", DAY)
    await reconcile("SYP", DAY)

    found = {each.kind: each for each in await desk.breaks()}
    assert {kind: (each.participant, each.minor, each.owner) for kind, each in found.items()} == {
        BreakKind.RTGS_AMOUNT_DIFFERS: (BANK, 19_050, None),
        BreakKind.MISSING_AT_RTGS: (BILLER, 10_000, None),
        BreakKind.RTGS_NOT_OURS: ("900018", 500, None),
        BreakKind.DUPLICATE_AT_RTGS: (OTHER_BANK, 0, None),
        BreakKind.RTGS_REFERENCE_DIFFERS: (OTHER_BANK, 0, None),
    }
    del said[1:]
    await reconcile("SYP", DAY)
    assert {each.kind for each in await desk.breaks(state=BreakState.OPEN)} == {BreakKind.RTGS_AMOUNT_DIFFERS}
    said.clear()
    await reconcile("SYP", DAY)
    assert {each.state for each in await desk.breaks()} == {BreakState.MATCHED_LATER}
