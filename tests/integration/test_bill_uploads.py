"""Bill uploads: each line has its own answer; what is paid or being paid is not touched; the same again changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from switch.domain.admission import Conclude, Stands
from switch.domain.bill_uploads import BillAction, BillLine, LineResult
from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode
from switch.domain.directory import Directory
from switch.domain.errors import AmountNotAllowed, BillWithdrawn
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Reason, Refused
from switch.domain.participants import Name
from switch.domain.upload_errors import UploadTooLong
from switch.posting.lane import PostingLane
from switch.store.database import Database, connect
from switch.usecases.shipped_catalogue import read_catalogue
from switch.usecases.upload_bills import LINES_A_TRANSACTION, MOST_LINES, UploadBills
from tests.seeded import BANK, BILLER, SERVICE, START, FixedClock, one, order, rows, seed

SHIPPED = read_catalogue()
ONLINE = next(service for service in SHIPPED.services if service.code == SERVICE)
OWN = replace(ONLINE, mode=Mode.UPLOADED, rule=AmountRule(AmountRuleKind.UP_TO))
STRANGE = next(service for service in SHIPPED.services if service.mode is Mode.UPLOADED)
OWN_ONLINE = replace(ONLINE, code=ServiceCode("200019029"))
REFERENCE = "1000000001"


def directory() -> Directory:
    return Directory(services={service.code: service for service in (OWN, STRANGE, OWN_ONLINE)})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await seed(database, {BANK: 100_000_000})
    yield database
    await database.close()


@pytest.fixture
async def lane(database: Database) -> AsyncIterator[PostingLane]:
    lane = PostingLane(database, FixedClock())
    yield lane
    await lane.close()


@pytest.fixture
def upload(database: Database) -> UploadBills:
    return UploadBills(directory, database)


def put(number: str = "B1", minor: int = 10_000, rule: AmountRuleKind = AmountRuleKind.EXACT, reference: str = REFERENCE) -> BillLine:
    description = Name("فاتورة كهرباء", "Electricity bill")
    return BillLine(
        BillAction.PUT, SERVICE, reference, number, Money(minor, "SYP"), rule, date(2026, 11, 1), date(2026, 12, 1), description
    )


def withdraw(number: str = "B1") -> BillLine:
    return BillLine(BillAction.WITHDRAW, SERVICE, REFERENCE, number)


def said(results: list[LineResult]) -> list[str]:
    return [result.refusal.code if result.refusal else result.status.value for result in results]


async def kept(database: Database) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in await rows(database, "SELECT bill_number, amount_minor, withdrawn, uploaded FROM bill ORDER BY bill_number")
    ]


async def test_a_bill_is_added_left_alone_replaced_and_withdrawn(database: Database, upload: UploadBills) -> None:
    assert said(await upload(BILLER, [put(), put("B2", 500)])) == ["added", "added"]
    assert said(await upload(BILLER, [put(), put("B2", 700)])) == ["unchanged", "replaced"]
    assert said(await upload(BILLER, [withdraw("B2"), withdraw("B3")])) == ["withdrawn", "bill_unknown"]
    assert said(await upload(BILLER, [withdraw("B2")])) == ["unchanged"]
    assert await kept(database) == [("B1", 10_000, False, True), ("B2", 700, True, True)]
    assert said(await upload(BILLER, [put("B2", 700)])) == ["replaced"]
    assert await kept(database) == [("B1", 10_000, False, True), ("B2", 700, False, True)]


async def test_each_wrong_line_is_refused_by_name_and_its_neighbours_are_taken(database: Database, upload: UploadBills) -> None:
    good = put("GOOD")
    wrong = {
        "service_unknown": replace(good, service=ServiceCode("200019037")),
        "service_not_own": replace(good, service=STRANGE.code, customer_reference=STRANGE.reference.example),
        "service_takes_no_uploads": replace(good, service=OWN_ONLINE.code),
        "customer_reference_malformed": replace(good, customer_reference="12-34"),
        "bill_number_malformed": replace(good, bill_number="a b"),
        "bill_amount_missing": replace(good, due=None),
        "currency_unsupported": replace(good, due=Money(100, "USD")),
        "amount_out_of_range": replace(good, due=Money(0, "SYP")),
        "bill_rule_refused": replace(good, rule=AmountRuleKind.ANY),
        "bill_dates_incoherent": replace(good, issued_on=date(2026, 12, 2)),
        "text_forbidden": replace(good, description=Name("فاتورة\u202e", "Bill")),
        "bill_line_repeated": replace(good, customer_reference="١٠٠٠٠٠٠٠٠١ "),
    }

    results = await upload(BILLER, [good, *wrong.values(), put("LAST")])

    assert said(results) == ["added", *wrong, "added"]
    assert [result.line for result in results] == list(range(1, len(wrong) + 3))
    assert all(result.refusal.detail("ar") and "?" not in result.refusal.detail("en") for result in results if result.refusal)
    assert [row[0] for row in await kept(database)] == ["GOOD", "LAST"]


async def test_what_is_being_paid_or_is_paid_is_not_touched(database: Database, lane: PostingLane, upload: UploadBills) -> None:
    await upload(BILLER, [put()])
    command = order(10_000, bill_number="B1", accept=False)
    await lane.submit(command)
    assert said(await upload(BILLER, [put(minor=9_000)])) == ["bill_being_paid"]
    assert said(await upload(BILLER, [withdraw()])) == ["bill_being_paid"]
    assert said(await upload(BILLER, [put()])) == ["unchanged"]

    await lane.submit(Conclude(command.payment.payment_id, Refused(Reason.CUSTOMER_UNKNOWN), START, "biller", START))
    assert said(await upload(BILLER, [put(minor=9_000)])) == ["replaced"]
    with pytest.raises(AmountNotAllowed):
        raise (await lane.submit(order(10_000, bill_number="B1", accept=True))).refusal  # type: ignore[union-attr]
    assert isinstance(await lane.submit(order(9_000, bill_number="B1", accept=True)), Stands)
    assert said(await upload(BILLER, [put(minor=8_000)])) == ["bill_already_paid"]
    assert said(await upload(BILLER, [withdraw()])) == ["bill_already_paid"]
    assert said(await upload(BILLER, [put(minor=9_000)])) == ["unchanged"]

    bill = await one(database, "SELECT amount_minor, held_minor, paid_minor FROM bill")
    assert tuple(bill) == (9_000, 0, 9_000)


async def test_a_bill_in_parts_keeps_what_is_paid(database: Database, lane: PostingLane, upload: UploadBills) -> None:
    await upload(BILLER, [put(rule=AmountRuleKind.UP_TO)])
    await lane.submit(order(4_000, bill_number="B1", accept=True))

    assert said(await upload(BILLER, [put(minor=3_000, rule=AmountRuleKind.UP_TO)])) == ["bill_partly_paid"]
    assert said(await upload(BILLER, [put(minor=10_000)])) == ["bill_partly_paid"]
    assert said(await upload(BILLER, [put(minor=12_000, rule=AmountRuleKind.UP_TO)])) == ["replaced"]
    assert tuple(await one(database, "SELECT amount_minor, paid_minor FROM bill")) == (12_000, 4_000)
    assert said(await upload(BILLER, [withdraw()])) == ["withdrawn"]
    with pytest.raises(BillWithdrawn):
        raise (await lane.submit(order(1_000, bill_number="B1", accept=True))).refusal  # type: ignore[union-attr]
    assert (await one(database, "SELECT posted_minor FROM position"))[0] == 4_000


async def test_the_same_upload_from_two_sides_at_once_adds_each_bill_once(database: Database, upload: UploadBills) -> None:
    lines = [put(f"N{number:05d}", 100 + number) for number in range(2 * LINES_A_TRANSACTION + 500)]

    one_way, other_way = await asyncio.gather(upload(BILLER, lines), upload(BILLER, lines[::-1]))

    assert {*said(one_way), *said(other_way)} <= {"added", "unchanged"}
    assert (said(one_way) + said(other_way)).count("added") == len(lines)
    bills = await one(database, "SELECT count(*), sum(amount_minor)::bigint FROM bill")
    assert tuple(bills) == (len(lines), sum(range(100, 100 + len(lines))))


async def test_uploads_with_other_amounts_at_once_end_with_one_of_them_whole(database: Database, upload: UploadBills) -> None:
    numbers = [f"N{number:03d}" for number in range(300)]

    results = await asyncio.gather(*(upload(BILLER, [put(number, minor) for number in numbers]) for minor in (100, 200, 300, 400)))

    assert all({*said(result)} <= {"added", "replaced"} for result in results)
    assert len(await rows(database, "SELECT DISTINCT amount_minor FROM bill")) == 1


async def test_payments_beside_replacements_pay_what_was_due_when_they_were_booked(
    database: Database, lane: PostingLane, upload: UploadBills
) -> None:
    numbers = [f"P{number:03d}" for number in range(60)]
    await upload(BILLER, [put(number, 1_000) for number in numbers])

    replacing = asyncio.ensure_future(upload(BILLER, [put(number, 2_000) for number in numbers]))
    paid = await asyncio.gather(*(lane.submit(order(1_000, bill_number=number, accept=True)) for number in numbers))
    replaced = await replacing

    assert {*said(replaced)} <= {"replaced", "bill_already_paid"}
    stands = sum(isinstance(decision, Stands) for decision in paid)
    assert stands == said(replaced).count("bill_already_paid")
    bills = await one(database, "SELECT count(*) FILTER (WHERE paid_minor = amount_minor), sum(paid_minor)::bigint FROM bill")
    assert tuple(bills) == (stands, stands * 1_000)
    assert (await one(database, "SELECT posted_minor FROM position"))[0] == stands * 1_000


async def test_an_upload_that_was_cut_off_is_made_whole_by_handing_it_in_again(database: Database, upload: UploadBills) -> None:
    lines = [put(f"N{number:05d}", 100) for number in range(4 * LINES_A_TRANSACTION)]
    cut_off = asyncio.ensure_future(upload(BILLER, lines))
    while not (await one(database, "SELECT count(*) FROM bill"))[0]:
        assert not cut_off.done()
    cut_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut_off

    taken = (await one(database, "SELECT count(*) FROM bill"))[0]
    assert taken in range(LINES_A_TRANSACTION, len(lines), LINES_A_TRANSACTION)
    again = said(await upload(BILLER, lines))
    assert (again.count("unchanged"), again.count("added")) == (taken, len(lines) - taken)
    assert (await one(database, "SELECT count(*) FROM bill"))[0] == len(lines)


async def test_an_upload_has_a_limit(upload: UploadBills) -> None:
    with pytest.raises(UploadTooLong):
        await upload(BILLER, [put()] * (MOST_LINES + 1))


async def test_a_stranger_cannot_touch_a_bill(database: Database, upload: UploadBills) -> None:
    await upload(BILLER, [put()])

    assert said(await upload(ParticipantCode(STRANGE.biller), [put(minor=1), withdraw()])) == ["service_not_own", "service_not_own"]
    assert await kept(database) == [("B1", 10_000, False, True)]
