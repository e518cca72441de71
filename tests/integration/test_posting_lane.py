"""The posting lane on a real database: exactly once, under the cap, one payment a bill; and what a batch breaks, it breaks alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from switch.domain.admission import Conclude, Contradicted, KeyConflict, RecordRefusal, RefusedUnderKey, Stands
from switch.domain.catalogue import AmountRuleKind
from switch.domain.errors import BillAlreadyPaid, BillBeingPaid, CapExceeded, CustomerUnknown, Overloaded
from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Accepted, Reason, Refused, Unknown
from switch.domain.payments import PaymentState
from switch.posting.lane import PostingLane
from switch.store import payments
from switch.store.database import Database, connect
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, one, order, put_bill, rows, seed


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await seed(database, {BANK: 100_000, OTHER_BANK: 100_000})
    yield database
    await database.close()


@pytest.fixture
async def lane(database: Database) -> AsyncIterator[PostingLane]:
    lane = PostingLane(database, FixedClock())
    yield lane
    await lane.close()


async def books(database: Database) -> tuple[int, int, int]:
    """Held, posted, and the sum of the bank's position account."""
    position = await one(database, "SELECT held_minor, posted_minor FROM position WHERE bank_code = :bank", bank=BANK)
    ledger = await one(database, "SELECT coalesce(sum(minor), 0)::bigint FROM posting WHERE account_code = :code", code=f"position:{BANK}")
    return position.held_minor, position.posted_minor, ledger[0]


async def test_reserve_then_accept_moves_the_hold_into_the_ledger(database: Database, lane: PostingLane) -> None:
    command = order(10_000, fees=Fees(payer=105, switch=50, bank=30, central_bank=20, tax=5))
    reserved = await lane.submit(command)
    assert isinstance(reserved, Stands)
    assert await books(database) == (10_105, 0, 0)
    done = await lane.submit(Conclude(command.payment.payment_id, Accepted("B-1"), START, "biller", START))
    assert isinstance(done, Stands)
    assert done.payment.state is PaymentState.COMPLETED
    assert await books(database) == (0, 10_105, 10_105)
    assert (await one(database, "SELECT sum(minor)::bigint FROM posting"))[0] == 0
    events = await rows(database, "SELECT to_state FROM payment_event ORDER BY number")
    assert [event.to_state for event in events] == ["RESERVED", "COMPLETED"]


async def test_a_refusal_gives_the_hold_and_the_bill_back(database: Database, lane: PostingLane) -> None:
    await put_bill(database, "B1", 10_000)
    command = order(10_000, bill_number="B1")
    await lane.submit(command)
    await lane.submit(Conclude(command.payment.payment_id, Refused(Reason.OTHER, "51"), START, "biller", START))
    assert await books(database) == (0, 0, 0)
    again = await lane.submit(order(10_000, bill_number="B1"))
    assert isinstance(again, Stands)


async def test_the_same_key_is_the_same_payment_and_other_content_is_a_conflict(database: Database, lane: PostingLane) -> None:
    first = order(1_000, key="same-key-1", accept=True)
    twins = [order(1_000, key="same-key-1", accept=True) for _ in range(63)]
    altered = order(1_001, key="same-key-1", accept=True)
    answers = await asyncio.gather(*(lane.submit(command) for command in [first, *twins, altered]))
    assert isinstance(answers[-1], KeyConflict)
    stands = [answer for answer in answers if isinstance(answer, Stands)]
    assert len(stands) == 64
    assert {answer.payment.payment_id for answer in stands} == {first.payment.payment_id}
    assert sum(not answer.replayed for answer in stands) == 1
    assert await books(database) == (0, 1_000, 1_000)


async def test_a_refusal_is_kept_under_its_key(lane: PostingLane) -> None:
    command = order(1_000)
    request = command.payment.request
    refusal = RecordRefusal(request.bank, request.idempotency_key, request.digest(), CustomerUnknown())
    assert isinstance(await lane.submit(refusal), RefusedUnderKey)
    late = await lane.submit(command)
    assert isinstance(late, RefusedUnderKey)
    assert late.replayed
    assert isinstance(late.refusal, CustomerUnknown)


async def test_the_cap_holds_under_concurrency(database_url: str, database: Database) -> None:
    """Four workers, each with a lane of its own, want five times what fits."""
    others = [connect(database_url) for _ in range(4)]
    lanes = [PostingLane(other, FixedClock()) for other in others]
    answers = await asyncio.gather(*(lanes[number % 4].submit(order(1_000, accept=number % 2 == 0)) for number in range(500)))
    accepted = [answer for answer in answers if isinstance(answer, Stands)]
    refused = [answer for answer in answers if isinstance(answer, RefusedUnderKey) and isinstance(answer.refusal, CapExceeded)]
    assert len(accepted) == 100
    assert len(refused) == 400
    held, posted, ledger = await books(database)
    assert held + posted == 100_000
    assert posted == ledger
    for other in others:
        await other.close()


async def test_two_banks_pay_one_bill_once(database_url: str, database: Database) -> None:
    await put_bill(database, "B1", 7_000)
    others = [connect(database_url) for _ in range(2)]
    lanes = [PostingLane(other, FixedClock()) for other in others]
    commands = [order(7_000, bill_number="B1", bank=bank, accept=True) for bank in (BANK, OTHER_BANK) * 10]
    answers = await asyncio.gather(*(lanes[number % 2].submit(command) for number, command in enumerate(commands)))
    assert sum(isinstance(answer, Stands) for answer in answers) == 1
    assert all(isinstance(a.refusal, BillAlreadyPaid | BillBeingPaid) for a in answers if isinstance(a, RefusedUnderKey))
    bill = await one(database, "SELECT held_minor, paid_minor FROM bill")
    assert tuple(bill) == (0, 7_000)
    for other in others:
        await other.close()


async def test_parts_never_pay_more_than_the_bill(database: Database, lane: PostingLane) -> None:
    await put_bill(database, "B1", 10_000, AmountRuleKind.UP_TO)
    answers = await asyncio.gather(*(lane.submit(order(3_000, bill_number="B1", accept=True)) for _ in range(5)))
    assert sum(isinstance(answer, Stands) for answer in answers) == 3
    assert (await one(database, "SELECT paid_minor FROM bill"))[0] == 9_000


async def test_unknown_keeps_the_hold_and_is_settled_once(database: Database, lane: PostingLane) -> None:
    command = order(2_000)
    await lane.submit(command)
    payment_id = command.payment.payment_id
    doubtful = await lane.submit(Conclude(payment_id, Unknown("silence"), START, "biller", START))
    assert isinstance(doubtful, Stands)
    assert doubtful.payment.state is PaymentState.IN_DOUBT
    assert await books(database) == (2_000, 0, 0)
    answers = await asyncio.gather(*(lane.submit(Conclude(payment_id, Accepted("B-9"), START, "resolver", START)) for _ in range(10)))
    assert all(isinstance(answer, Stands) and answer.payment.state is PaymentState.COMPLETED for answer in answers)
    assert await books(database) == (0, 2_000, 2_000)


async def test_a_late_answer_after_finality_moves_no_money(database: Database, lane: PostingLane) -> None:
    command = order(2_000)
    await lane.submit(command)
    await lane.submit(Conclude(command.payment.payment_id, Refused(Reason.OTHER), START, "biller", START))
    late = await lane.submit(Conclude(command.payment.payment_id, Accepted("B-2"), START, "biller", START))
    assert isinstance(late, Contradicted)
    assert await books(database) == (0, 0, 0)
    assert (await rows(database, "SELECT note FROM payment_event ORDER BY number"))[-1].note == "late answer: accepted"


NEVER_ASKED = Refused(Reason.NOT_REACHED)


async def test_who_was_never_asked_has_refused_only_where_nobody_else_has_asked(database: Database, lane: PostingLane) -> None:
    """A process stands still between reserve and ask for longer than the payment is its own; a resolver has it, and may have asked."""
    alone, taken_over = order(1_000), order(2_000)
    for command in (alone, taken_over):
        await lane.submit(command)
    concluded = {
        command: Conclude(command.payment.payment_id, NEVER_ASKED, START, "biller", START, command.payment.next_attempt_at)
        for command in (alone, taken_over)
    }
    rejected = await lane.submit(concluded[alone])
    assert isinstance(rejected, Stands)
    assert rejected.payment.state is PaymentState.REJECTED
    async with database.transaction() as connection:
        leased = await payments.lease_due(connection, BILLER, START + timedelta(seconds=60), 15, 50)
    assert [payment.payment_id for payment in leased] == [taken_over.payment.payment_id]
    doubtful = await lane.submit(concluded[taken_over])
    assert isinstance(doubtful, Stands)
    assert doubtful.payment.state is PaymentState.IN_DOUBT, "the resolver's order may be booked by now"
    accepted = await lane.submit(Conclude(taken_over.payment.payment_id, Accepted("B-1"), START, "resolver", START))
    assert isinstance(accepted, Stands)
    late = await lane.submit(concluded[taken_over])
    assert isinstance(late, Stands)
    assert late.payment.state is PaymentState.COMPLETED
    assert [event.note for event in await rows(database, "SELECT note FROM payment_event WHERE note LIKE 'late%'")] == []
    assert await books(database) == (0, 2_000, 2_000)


async def test_a_poisoned_command_fails_alone(database: Database, lane: PostingLane) -> None:
    bad = order(1_000)
    bad = replace(bad, payment=replace(bad.payment, request=replace(bad.payment.request, bank_reference="nul \x00 byte")))
    answers = await asyncio.gather(*(lane.submit(c) for c in [order(1_000), bad, order(1_000)]), return_exceptions=True)
    assert [isinstance(answer, Stands) for answer in answers] == [True, False, True]
    assert (await books(database))[0] == 2_000


async def test_a_full_queue_sheds_before_anything_is_held(database: Database) -> None:
    lane = PostingLane(database, FixedClock(), largest_batch=5, most_waiting=10)
    answers = await asyncio.gather(*(lane.submit(order(10)) for _ in range(100)), return_exceptions=True)
    shed = [answer for answer in answers if isinstance(answer, Overloaded)]
    stands = [answer for answer in answers if isinstance(answer, Stands)]
    assert shed
    assert len(shed) + len(stands) == 100
    assert (await books(database))[0] == 10 * len(stands)
    await lane.close()


class _HurryingClock(FixedClock):
    """Each look at it finds a second gone: every turn of the lane is a slow one."""

    def monotonic(self) -> float:
        self.move(1.0)
        return super().monotonic()


async def test_a_payment_that_would_wait_too_long_is_shed_before_it_is_held_and_a_conclusion_never_is(database: Database) -> None:
    lane = PostingLane(database, _HurryingClock(), largest_batch=5)
    held = await asyncio.gather(*(lane.submit(order(10)) for _ in range(5)))
    answers = await asyncio.gather(*(lane.submit(order(10)) for _ in range(100)), return_exceptions=True)
    shed = [answer for answer in answers if isinstance(answer, Overloaded)]
    assert shed
    assert all(2 <= int(overloaded.facts["retry_after_seconds"]) <= 30 for overloaded in shed)
    assert (await books(database))[0] == 10 * (5 + 100 - len(shed))
    concluded = [
        Conclude(stands.payment.payment_id, Accepted("B-1"), START, "biller", START) for stands in held if isinstance(stands, Stands)
    ]
    done = await asyncio.gather(*(lane.submit(command) for command in concluded * 20))
    assert all(isinstance(stands, Stands) and stands.payment.state is PaymentState.COMPLETED for stands in done)
    await lane.close()


async def test_a_lost_line_is_tried_again_and_nothing_is_doubled(database_url: str, database: Database, lane: PostingLane) -> None:
    await lane.submit(order(1_000, accept=True))
    admin = connect(database_url)
    async with admin.transaction() as connection:
        await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )
    await admin.close()
    answer = await lane.submit(order(1_000, accept=True))
    assert isinstance(answer, Stands)
    assert not answer.replayed
    assert await books(database.hot) == (0, 2_000, 2_000)


async def test_a_bank_without_a_cap_pays_nothing(lane: PostingLane) -> None:
    answer = await lane.submit(order(1_000, bank=ParticipantCode("100036")))
    assert isinstance(answer, RefusedUnderKey)
    assert isinstance(answer.refusal, CapExceeded)


async def test_bills_are_looked_up_by_their_keys_also_while_there_are_few(database: Database, lane: PostingLane) -> None:
    await put_bill(database, "B1", 10_000)
    await lane.submit(order(10_000, bill_number="B1", accept=True))
    assert database.hot.engine.pool.checkedin() == 1, "the lane has lines of its own"  # type: ignore[attr-defined]  # a QueuePool's
    key = "bucket, service_code, customer_pseudonym, bill_number"
    wanted = "json_to_recordset('[]') AS wanted (bucket smallint, service_code text, customer_pseudonym text, bill_number text)"
    plans = []
    for lines in (database, database.hot):
        async with lines.reading() as connection:
            plan = (await connection.execute(text(f"EXPLAIN SELECT bill.* FROM {wanted} JOIN bill USING ({key})"))).scalars()
            plans.append("Seq Scan on bill" in "\n".join(plan))
    assert plans == [True, False]
