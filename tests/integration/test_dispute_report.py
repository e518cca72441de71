"""The report of disputes: by code, participant, age, clock and outcome; as known at a moment the same for ever."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from switch.domain.dispute_terms import DisputeReason, Remedy
from switch.domain.disputes import DisputeOrder
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.payments import Payment
from switch.domain.reports import ReportName
from switch.reports.current_directory import CurrentDirectory
from switch.store.database import connect
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.move_disputes import MoveDisputes
from switch.usecases.open_dispute import OpenDispute
from switch.usecases.propose import Propose
from switch.usecases.work_disputes import WorkDisputes
from tests.reconciled import DAY, Prepared, World
from tests.reported import LAYOUTS, asked, made
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, seed

SECRET = "سر الزبون"


@dataclass
class Complaining(World):
    def __post_init__(self) -> None:
        self.keeping = DisputeKeeping(self.clock, CurrentDirectory(self.database).current)
        propose = Propose(self.clock, self.database, {})
        self.work = WorkDisputes(self.database, self.keeping, propose)
        self.move = MoveDisputes(self.database, self.keeping, propose)

    async def complain(self, payment: Payment, reason: DisputeReason) -> Any:
        bank = payment.request.bank
        key = IdempotencyKey(f"dispute-{reason}-{payment.payment_id}")
        order = DisputeOrder(bank, key, payment.payment_id, reason, SECRET, SECRET)
        return (await OpenDispute(self.database, self.keeping)(order)).dispute.dispute_id

    async def sheets(self, hours: float, own: ParticipantCode | None = None) -> dict[str, list[dict[str, Any]]]:
        known_at = START + timedelta(hours=hours)
        content, _ = await made(self, asked(ReportName.DISPUTES, known_at, own=own), at=START + timedelta(days=9))
        return {sheet["key"]: sheet["rows"] for sheet in json.loads(content)["sheets"]}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[Complaining]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield (world := Complaining(database, FixedClock(START + timedelta(hours=1)), Prepared()))
    await world.database.close()


async def some_disputes(world: Complaining) -> None:
    """One put right in time, one that its biller never answers, one that was withdrawn, and one of another bank that is rejected."""
    paid, other = await world.completed(10_000), await world.completed(7_000, OTHER_BANK)
    right = await world.complain(paid, DisputeReason.POSTED_LATE)
    await world.complain(paid, DisputeReason.NOT_POSTED)
    taken_back = await world.complain(paid, DisputeReason.PAID_TWICE)
    refused = await world.complain(other, DisputeReason.PAID_TWICE)
    await world.work.accept(right, Remedy.PUT_RIGHT, None, "booked", by=BILLER, caller=BILLER)
    await world.work.confirm(right, "seen", by=BANK, caller=BANK)
    await world.work.withdraw(taken_back, "found", by=BANK, caller=BANK)
    await world.work.reject(refused, "once", by=BILLER, caller=BILLER)


async def test_each_dispute_counts_by_its_code_its_participants_its_clock_and_its_end(world: Complaining) -> None:
    await some_disputes(world)

    found = await world.sheets(100)  # the clocks of not_posted (24 business hours) have run out, and nobody has noted that

    codes = {row["dispute_reason"]: row for row in found["dispute_codes"]}
    assert {code: (row["opened"], row["live"], row["ended"], row["missed"]) for code, row in codes.items()} == {
        "posted_late": (1, 0, 1, 0), "not_posted": (1, 1, 0, 1), "paid_twice": (2, 1, 1, 0),
    }  # fmt: skip
    assert (codes["posted_late"]["put_right"], codes["paid_twice"]["withdrawn"], codes["paid_twice"]["claimed"]) == (1, 1, "170.00")
    sides = {row["participant"]: row for row in found["dispute_participants"]}
    assert {code: (row["disputes"], row["opened_by_it"], row["with_it"], row["missed_by_it"]) for code, row in sides.items()} == {
        BANK: (3, 3, 0, 0), OTHER_BANK: (1, 1, 1, 0), BILLER: (4, 0, 1, 1),
    }  # fmt: skip
    assert {row["participant"]: (row["days_4_7"], row["live"], row["oldest"]) for row in found["dispute_ages"]} == {
        BANK: (1, 1, 4), OTHER_BANK: (1, 1, 4), BILLER: (2, 2, 4),
    }  # fmt: skip
    listed = {(row["dispute_reason"], row["bank"]): (row["dispute_state"], row["clock"], row["outcome"]) for row in found["disputes"]}
    assert listed == {
        ("posted_late", BANK): ("closed", "kept", "put_right"), ("not_posted", BANK): ("open", "missed", None),
        ("paid_twice", BANK): ("closed", "kept", "withdrawn"), ("paid_twice", OTHER_BANK): ("rejected", "running", None),
    }  # fmt: skip
    assert [row["dispute_reason"] for row in (await world.sheets(100, OTHER_BANK))["disputes"]] == ["paid_twice"]


async def test_what_becomes_of_disputes_later_changes_no_report_of_before_and_no_words_of_people_are_in_any(world: Complaining) -> None:
    await some_disputes(world)
    then = {}
    for layout in LAYOUTS:
        what = asked(ReportName.DISPUTES, START + timedelta(hours=2))
        content, report = await made(world, what, layout, at=START + timedelta(hours=3))
        assert SECRET.encode() not in content
        then[layout] = (content, report.issued.content_sha256)
    before = await world.sheets(2)
    world.clock.at = START + timedelta(days=4)
    assert await world.move() > 0  # the clock of not_posted: noted as missed, and escalated

    assert await world.sheets(2) == before != await world.sheets(24 * 4 + 1)
    (late,) = [row for row in (await world.sheets(24 * 4 + 1))["disputes"] if row["dispute_reason"] == "not_posted"]
    assert (late["dispute_state"], late["holder"], late["clock"]) == ("escalated", "central_bank", "missed")
    assert {row["participant"]: row["missed_by_it"] for row in (await world.sheets(97))["dispute_participants"]} == {
        BANK: 0, OTHER_BANK: 0, BILLER: 1,
    }  # fmt: skip
    for layout, expected in then.items():
        content, report = await made(world, asked(ReportName.DISPUTES, START + timedelta(hours=2)), layout, at=START + timedelta(days=9))
        assert (content, report.issued.content_sha256) == expected
    pack, _ = await made(
        world, asked(ReportName.MONTH, START + timedelta(days=5), DAY.replace(day=1), DAY.replace(day=30)), at=START + timedelta(days=9)
    )
    sheets = {sheet["key"]: sheet["rows"] for sheet in json.loads(pack)["sheets"]}
    assert sum(row["opened"] for row in sheets["dispute_codes"]) == 4
