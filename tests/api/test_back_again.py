"""A counterparty that is back: what waits for it does not wait out its pause, and nothing that somebody has in hand is taken from them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from switch.domain.breakers import FAILURES_IN_A_ROW, LONGEST_PAUSE_MILLISECONDS
from switch.domain.outcomes import Unknown
from switch.domain.participants import Name
from switch.domain.retries import FORWARD_GAP_MILLISECONDS, PATIENT_ATTEMPTS, SHORT_PAUSE_SECONDS, pause_milliseconds
from switch.store import payments
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.resolve_payments import ResolvePayments
from tests.api.line import BILLER, CUSTOMER, ONLINE, Line, order
from tests.hooks import hooked, pay_fee

WAITING_EVENTS = "SELECT event_id, attempts, next_attempt_at, last_answer FROM webhook_delivery ORDER BY event_id"
REST_SECONDS = LONGEST_PAUSE_MILLISECONDS // 1000
LONG_SECONDS = 280


def test_pauses_stay_short_for_ten_minutes_and_then_grow_to_the_longest() -> None:
    pauses = [pause_milliseconds(attempts, 500) // 1000 for attempts in range(PATIENT_ATTEMPTS + 12)]
    assert pauses[:5] == [2, 4, 8, 16, 16]
    assert set(pauses[3 : PATIENT_ATTEMPTS + 1]) == {SHORT_PAUSE_SECONDS}
    assert 600 < sum(pauses[: PATIENT_ATTEMPTS + 1]) < 660
    assert pauses[PATIENT_ATTEMPTS + 1 :] == [32, 64, 128, 256] + [300] * 7


@pytest.fixture
async def waiting(line: Line) -> AsyncIterator[Line]:
    """Three payments in doubt whose biller was not there for so long that each waits for minutes."""
    for number in range(3):
        reference = f"10000000{number}"
        line.biller.owes(ONLINE, reference, *line.biller.customers[ONLINE, CUSTOMER])  # type: ignore[index]
        presented = await line.inquire(ONLINE, reference)
        line.biller.script(reference, Unknown("silence"), books=True)
        wanted = order(ONLINE, reference, "81.43", bill_number="B1", inquiry_id=presented["inquiry_id"])
        assert (await line.pay(wanted, f"key-in-doubt-{number}")).status_code == 202
    await silence(line)
    await put_off(line, "payment")
    yield line
    assert (await line.switch.verification()).findings == ()


async def test_one_doubt_is_asked_after_before_its_time_and_when_that_is_answered_so_are_the_others(waiting: Line) -> None:
    assert await waiting.switch.resolve_payments() == 0, "it is left alone"
    waiting.clock.move(REST_SECONDS)
    assert await waiting.switch.resolve_payments() == 1, "the trial"
    assert await states(waiting) == {"IN_DOUBT"}
    waiting.biller.reachable = True
    waiting.clock.move(REST_SECONDS)
    assert await waiting.switch.resolve_payments() == 1
    waiting.clock.move(1)
    assert await waiting.switch.resolve_payments() == 2
    assert await states(waiting) == {"COMPLETED"}


async def test_whatever_it_was_that_was_answered_doubts_are_asked_after_at_once(waiting: Line) -> None:
    waiting.biller.reachable = True
    waiting.clock.move(REST_SECONDS)
    await waiting.inquire(ONLINE, CUSTOMER)
    assert await waiting.switch.resolve_payments() == 0
    waiting.clock.move(1)
    assert await waiting.switch.resolve_payments() == 3
    assert await states(waiting) == {"COMPLETED"}


async def test_a_worker_that_was_started_anew_finds_out_that_it_is_back_and_another_one_asks_after_the_rest(waiting: Line) -> None:
    """It has never seen the biller away: one that waits is tried at once."""
    waiting.biller.reachable = True
    known = waiting.switch.resolve_payments
    lines = BillerLines(known.directory, known.billers.adapters, Breakers(waiting.clock))
    fresh = ResolvePayments.on(waiting.clock, known.directory, known.database, known.lane, lines, known.chance)
    assert await fresh() == 1
    waiting.clock.move(REST_SECONDS)
    assert await known() == 2
    assert await states(waiting) == {"COMPLETED"}


async def test_what_somebody_has_in_hand_is_left_to_them(waiting: Line) -> None:
    waiting.biller.reachable = True
    waiting.clock.move(REST_SECONDS)
    async with waiting.switch.resolve_payments.database.transaction() as connection:
        (held,) = await payments.lease_due(connection, BILLER, waiting.clock.now(), 15, 1, early=True)
    await waiting.inquire(ONLINE, CUSTOMER)
    assert await waiting.switch.resolve_payments() == 0
    waiting.clock.move(1)
    assert await waiting.switch.resolve_payments() == 2
    (row,) = await waiting.query("SELECT next_attempt_at, attempts FROM payment WHERE payment_id = :id", id=held.payment_id)
    assert tuple(row) == (held.next_attempt_at, PATIENT_ATTEMPTS + 5)
    waiting.clock.move(15)
    assert await waiting.switch.resolve_payments() == 1


async def test_many_are_brought_forward_in_pieces_one_shortly_after_the_other(waiting: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.store.forwards.MOST_BROUGHT_FORWARD", 2)
    waiting.biller.reachable = True
    waiting.clock.move(REST_SECONDS)
    await waiting.inquire(ONLINE, CUSTOMER)
    assert await waiting.switch.resolve_payments() == 0
    at = [row[0] for row in await waiting.query("SELECT next_attempt_at FROM payment ORDER BY 1")]
    gap = timedelta(milliseconds=FORWARD_GAP_MILLISECONDS)
    assert at == [waiting.clock.now() + gap, waiting.clock.now() + gap, waiting.clock.now() + 2 * gap]
    waiting.clock.move(1)
    assert await waiting.switch.resolve_payments() == 3


async def test_a_reversal_in_doubt_is_asked_for_again_when_its_biller_is_back(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-paid-0001")
    line.biller.script_reversals(Unknown("silence"), books=True)
    back = f"/v1/payments/{paid.json()['payment_id']}/reversals"
    asked = await line.bank.post(back, json={"reason": "duplicate"}, headers={"Idempotency-Key": "key-back-0001"})
    assert asked.status_code == 202
    await silence(line)
    await put_off(line, "reversal")
    line.biller.reachable = True
    line.clock.move(REST_SECONDS)
    assert await line.switch.resolve_reversals() == 1, "the trial"
    assert await states(line) == {"REVERSED"}
    assert (await line.switch.verification()).findings == ()


async def test_after_a_declared_outage_what_waited_from_before_is_tried(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    line.biller.script(CUSTOMER, Unknown("silence"), books=True)
    wanted = order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=presented["inquiry_id"])
    assert (await line.pay(wanted, "key-in-doubt")).status_code == 202
    await line.switch.resolve_payments()
    now = line.clock.now()
    await line.switch.declare_outage(BILLER, now, now + timedelta(seconds=60), Name("تقنين", "Rationing"), by="staff:test")
    assert await line.switch.resolve_payments() == 0
    line.clock.move(61)
    await put_off(line, "payment")
    assert await line.switch.resolve_payments() == 1
    assert await states(line) == {"COMPLETED"}


async def test_an_end_point_that_is_back_is_told_what_waits_and_trials_before_their_time_cost_nothing(line: Line) -> None:
    healed = False
    async with hooked(line, lambda _: 200 if healed else 503) as hook:
        for number in range(4):
            await pay_fee(line, f"key-webhook-{number}")
        await hook.tell()
        await put_off(line, "webhook_delivery")
        before = [tuple(row) for row in await line.query(WAITING_EVENTS)]
        heard = len(hook.heard)
        for _ in range(3):
            line.clock.move(REST_SECONDS)
            assert await hook.tell() == 0
        assert len(hook.heard) == heard + 3
        assert [tuple(row) for row in await line.query(WAITING_EVENTS)] == before, "as if it had not been tried"
        healed = True
        line.clock.move(REST_SECONDS)
        assert await hook.tell() == 1
        line.clock.move(1)
        assert await hook.tell() == 3
        assert {one["state"] for one in await hook.deliveries()} == {"delivered"}


async def test_what_could_not_be_brought_forward_is_when_the_database_is_back(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    healed = False
    async with hooked(line, lambda _: 200 if healed else 503) as hook:
        for number in range(4):
            await pay_fee(line, f"key-webhook-{number}")
        await hook.tell()
        await put_off(line, "webhook_delivery")
        healed = True
        line.clock.move(REST_SECONDS)
        with monkeypatch.context() as away:
            away.setattr("switch.store.webhooks.bring_forward", _no_database)
            await hook.tell()
        await hook.tell()
        line.clock.move(1)
        assert await hook.tell() == 3
        assert {one["state"] for one in await hook.deliveries()} == {"delivered"}


async def _no_database(*_: object) -> bool:
    raise ConnectionError


async def silence(line: Line) -> None:
    line.biller.reachable = False
    for _ in range(FAILURES_IN_A_ROW):
        asked = {"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"}
        assert (await line.bank.post("/v1/inquiries", json=asked)).status_code == 503


async def put_off(line: Line, table: str) -> None:
    """As after many attempts."""
    at = line.clock.now() + timedelta(seconds=LONG_SECONDS)
    async with line.switch.deliver_webhooks.database.transaction() as connection:
        statement = f"UPDATE {table} SET attempts = :attempts, next_attempt_at = :at"
        await connection.execute(text(statement), {"attempts": PATIENT_ATTEMPTS + 5, "at": at})


async def states(line: Line) -> set[str]:
    return {row[0] for row in await line.query("SELECT state FROM payment")}
