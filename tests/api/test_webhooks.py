"""Webhooks: a bank is told what became of its payments, signed, in order, at least once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from switch.domain.breakers import FAILURES_IN_A_ROW, FIRST_PAUSE_MILLISECONDS
from switch.domain.identifiers import WebhookEndpointId
from switch.domain.outcomes import Reason, Refused, Unknown
from switch.store import webhooks
from switch.usecases.deliver_webhooks import AT_ONCE, LEASE_SECONDS, PARKED_AFTER_ATTEMPTS
from tests.api.line import BILLER, FEE, NATIONAL_NUMBER, OPERATOR, OTHER_BANK, Line, order
from tests.contract.played import Question, played, raw
from tests.hooks import ADDRESS, hooked, order_on_line, pay_fee


async def test_a_completed_payment_is_told_as_its_bank_reads_it_and_an_independent_reader_verifies_it(line: Line) -> None:
    async with hooked(line) as hook:
        paid = await pay_fee(line, "key-webhook-1")
        assert await hook.tell() == 1
        (question,) = hook.server.questions
        assert hook.verify(question) == question.document
        assert (question.target.method, question.target.path) == ("POST", "/events")
        event = question.document
        assert (event["type"], event["event_id"]) == ("payment.completed", question.headers["webhook-id"])
        assert event["payment"] == (await line.bank.get(f"/v1/payments/{paid['payment_id']}")).json()
        (delivery,) = await hook.deliveries()
        assert (delivery["event_id"], delivery["state"], delivery["last_answer"]) == (event["event_id"], "delivered", "status 200")
        assert await hook.tell() == 0
        for wrong in ({"body": question.body + b" "}, {"secret": "whsec_" + "A" * 44}):  # pragma: allowlist secret
            with pytest.raises(WebhookVerificationError):
                Webhook(wrong.get("secret", hook.secret)).verify(wrong.get("body", question.body), question.headers)
        assert (await line.switch.verification()).findings == ()


async def test_doubt_and_its_end_are_told_in_their_order_each_as_it_was_then(line: Line) -> None:
    async with hooked(line) as hook:
        in_doubt = await order_on_line(line, "key-webhook-1", Unknown("silence"))
        before = (await line.bank.get(f"/v1/payments/{in_doubt['payment_id']}")).json()
        line.clock.move(60)
        await line.switch.resolve_payments()
        after = (await line.bank.get(f"/v1/payments/{in_doubt['payment_id']}")).json()
        assert await hook.tell() == 2
        assert [event["type"] for event in hook.heard] == ["payment.in_doubt", "payment.completed"]
        assert [event["payment"] for event in hook.heard] == [before, after]
        story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{in_doubt['payment_id']}")).json()
        assert [(told["kind"], told["state"]) for told in story["webhooks"]] == [
            ("payment.in_doubt", "delivered"), ("payment.completed", "delivered"),
        ]  # fmt: skip


async def test_a_payment_that_was_taken_back_is_told_after_its_completion(line: Line) -> None:
    async with hooked(line) as hook:
        paid = await pay_fee(line, "key-webhook-1")
        line.clock.move(1)
        asked = {"reason": "duplicate"}
        back = await line.bank.post(f"/v1/payments/{paid['payment_id']}/reversals", json=asked, headers={"Idempotency-Key": "back-0001"})
        assert back.status_code == 201, back.text
        assert await hook.tell() == 2
        assert [event["type"] for event in hook.heard] == ["payment.completed", "payment.reversed"]
        assert hook.heard[1]["payment"] == (await line.bank.get(f"/v1/payments/{paid['payment_id']}")).json()
        assert (await line.switch.verification()).findings == ()


async def test_a_rejected_payment_is_told_with_its_reason(line: Line) -> None:
    async with hooked(line) as hook:
        await order_on_line(line, "key-webhook-1", Refused(Reason.BILL_ALREADY_PAID, "R05"))
        await hook.tell()
        (event,) = hook.heard
        assert (event["type"], event["payment"]["state"], event["payment"]["reason"]["code"]) == (
            "payment.rejected", "REJECTED", "bill_already_paid",
        )  # fmt: skip
        assert (await line.switch.verification()).findings == ()


async def test_what_comes_after_waits_behind_what_was_not_taken_and_other_payments_do_not(line: Line) -> None:
    refused: list[str] = []

    def answer(question: Question) -> bytes:
        if question.document["type"] == "payment.in_doubt" and not refused:
            refused.append(question.headers["webhook-id"])
            return raw(500, b"")
        return raw(200, b"")

    async with hooked(line) as hook:
        hook.server.play = answer
        await order_on_line(line, "key-webhook-1", Unknown("silence"))
        line.clock.move(60)
        await line.switch.resolve_payments()
        await pay_fee(line, "key-webhook-2")
        assert await hook.tell() == 1
        assert [event["type"] for event in hook.heard] == ["payment.in_doubt", "payment.completed"]
        assert hook.heard[0]["payment"]["payment_id"] != hook.heard[1]["payment"]["payment_id"]
        assert await hook.tell() == 0
        line.clock.move(5)
        assert await hook.tell() == 2
        ids = [question.headers["webhook-id"] for question in hook.server.questions]
        assert ids[2] == ids[0] == refused[0]
        assert [event["type"] for event in hook.heard[2:]] == ["payment.in_doubt", "payment.completed"]
        assert hook.server.questions[0].body == hook.server.questions[2].body


async def test_what_a_dead_worker_had_in_hand_is_sent_when_its_lease_is_over(line: Line) -> None:
    async with hooked(line) as hook:
        await pay_fee(line, "key-webhook-1")
        async with line.switch.deliver_webhooks.database.transaction() as connection:
            endpoint_id = WebhookEndpointId(UUID(hook.endpoint_id))
            assert len(await webhooks.lease_due(connection, endpoint_id, line.clock.now(), LEASE_SECONDS, 10)) == 1
        assert await hook.tell() == 0
        line.clock.move(LEASE_SECONDS)
        assert await hook.tell() == 1


async def test_a_dead_end_point_is_left_alone_and_gets_all_when_it_is_back(line: Line) -> None:
    healed = False
    async with hooked(line, lambda _: 200 if healed else 503) as hook:
        for number in range(20):
            await pay_fee(line, f"key-webhook-{number:02d}")
        assert await hook.tell() == 0
        asked = len(hook.heard)
        assert FAILURES_IN_A_ROW <= asked <= FAILURES_IN_A_ROW + AT_ONCE
        assert await hook.tell() == 0
        line.clock.move(FIRST_PAUSE_MILLISECONDS // 1000)
        assert await hook.tell() == 0
        assert len(hook.heard) == asked + 1, "one trial"
        healed = True
        line.clock.move(3600)
        assert await hook.tell() == 20
        assert {one["state"] for one in await hook.deliveries()} == {"delivered"}


async def test_a_new_secret_signs_beside_the_former_one_for_a_day(line: Line) -> None:
    async with hooked(line) as hook:
        renewed = (await line.bank.post(f"{ADDRESS}/{hook.endpoint_id}/secret")).json()
        assert renewed["secret"] != hook.secret
        await pay_fee(line, "key-webhook-1")
        await hook.tell()
        (question,) = hook.server.questions
        for secret in (hook.secret, renewed["secret"]):
            hook.verify(question, secret)
        line.clock.move(24 * 3600)
        await pay_fee(line, "key-webhook-2")
        await hook.tell()
        assert len(hook.server.questions[-1].headers["webhook-signature"].split(" ")) == 1
        for shown in (await line.bank.get(ADDRESS), await line.bank.get(f"{ADDRESS}/{hook.endpoint_id}")):
            assert "whsec_" not in shown.text
        history = await line.query("SELECT content::text FROM directory_change WHERE kind = 'webhook'")
        assert history
        assert all("whsec_" not in row[0] for row in history)


async def test_gone_disables_an_end_point_and_a_test_makes_it_active_again(line: Line) -> None:
    async with hooked(line, lambda count: 410 if count == 1 else 200) as hook:
        await pay_fee(line, "key-webhook-1")
        assert await hook.tell() == 0
        assert (await line.bank.get(f"{ADDRESS}/{hook.endpoint_id}")).json()["status"] == "disabled"
        line.clock.move(3600)
        await pay_fee(line, "key-webhook-2")
        assert await hook.tell() == 0
        (waiting,) = await hook.deliveries()
        refused = await line.bank.post(f"{ADDRESS}/{hook.endpoint_id}/deliveries/{waiting['event_id']}/replay")
        assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint_disabled")
        tested = await line.bank.post(f"{ADDRESS}/{hook.endpoint_id}/test")
        assert (tested.status_code, tested.json()["state"]) == (202, "waiting")
        assert await hook.tell() == 2
        assert {event["type"] for event in hook.heard[1:]} == {"payment.completed", "webhook.test"}
        (test,) = [event for event in hook.heard if event["type"] == "webhook.test"]
        assert test["payment"] is None
        assert (await line.switch.verification()).findings == ()


async def test_what_was_refused_too_often_is_parked_and_replayed_by_its_bank(line: Line) -> None:
    healed = False
    async with hooked(line, lambda _: 200 if healed else 500) as hook:
        await pay_fee(line, "key-webhook-1")
        for _ in range(PARKED_AFTER_ATTEMPTS):
            line.clock.move(3600)
            await hook.tell()
        (parked,) = await hook.deliveries(state="parked")
        assert (parked["attempts"], parked["last_answer"], parked["next_attempt_at"]) == (PARKED_AFTER_ATTEMPTS, "status 500", None)
        line.clock.move(3600)
        healed = True
        assert await hook.tell() == 0
        replayed = await line.bank.post(f"{ADDRESS}/{hook.endpoint_id}/replay")
        assert (replayed.status_code, replayed.json()) == (202, {"replayed": 1})
        assert await hook.tell() == 1
        again = await line.bank.post(f"{ADDRESS}/{hook.endpoint_id}/deliveries/{parked['event_id']}/replay")
        assert again.json()["state"] == "waiting"
        assert await hook.tell() == 1
        assert len({question.headers["webhook-id"] for question in hook.server.questions}) == 1


async def test_an_end_point_that_hangs_delays_no_other(line: Line) -> None:
    all_told, let_go = asyncio.Event(), asyncio.Event()

    def answer(count: int) -> int:
        if count == 12:
            all_told.set()
        return 200

    async with hooked(line, answer) as hook, played(lambda _: raw(200, b"")) as hanging:

        async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await let_go.wait()
            writer.close()

        hanging.serve = hang  # type: ignore[method-assign,assignment]
        other = (await line.of(OTHER_BANK).post(ADDRESS, json={"url": f"{hanging.url}/events"})).json()
        for number in range(12):
            await pay_fee(line, f"key-mine-{number:04d}")
            await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), f"key-other-{number:04d}", OTHER_BANK)
        await line.switch.deliver_webhooks.start()
        assert len(line.switch.deliver_webhooks.queues.under_way) == 2
        await all_told.wait()
        await pay_fee(line, "key-mine-later")
        while len(await hook.deliveries(state="delivered")) < 13:
            await line.switch.deliver_webhooks.start()
        theirs = await line.of(OTHER_BANK).get(f"{ADDRESS}/{other['endpoint']['endpoint_id']}")
        assert theirs.json()["waiting"] == 12
        let_go.set()
        await line.switch.deliver_webhooks.queues.settled()


async def test_a_bank_without_an_end_point_leaves_nothing_behind(line: Line) -> None:
    await pay_fee(line, "key-webhook-1")
    assert await line.query("SELECT 1 FROM webhook_delivery") == []


async def test_heads_of_the_proof_log_are_handed_to_whoever_listens_one_a_minute_and_at_each_close(line: Line) -> None:
    async with hooked(line) as hook:

        async def sealed() -> list[dict[str, Any]]:
            await line.switch.seal_log.whole()
            await hook.tell()
            return [event["log_head"] for event in hook.heard if event["type"] == "proof_log.head"]

        await pay_fee(line, "key-webhook-1")
        first = await sealed()
        await pay_fee(line, "key-webhook-2")
        assert await sealed() == first  # the same minute
        line.clock.move(60)
        await pay_fee(line, "key-webhook-3")
        second = await sealed()
        await line.switch.close_window("SYP", by="staff:test")
        third = await sealed()
        assert [len(first), len(second), len(third)] == [1, 2, 3]
        listed = (await line.bank.get("/v1/log/heads")).json()["items"]
        assert all(head in listed for head in third)
        assert all("log_head" not in event for event in hook.heard if event["type"] == "payment.completed")
        assert (await line.switch.verification()).findings == ()


async def test_a_reversal_that_the_biller_refuses_after_a_doubt_is_told_and_the_payment_stands(line: Line) -> None:
    async with hooked(line) as hook:
        paid = await order_on_line(line, "key-webhook-1")
        line.biller.script_reversals(Unknown("silent"), Refused(Reason.SERVICE_CLOSED, "91"))
        line.clock.move(1)
        path = f"/v1/payments/{paid['payment_id']}/reversals"
        asked = await line.bank.post(path, json={"reason": "other"}, headers={"Idempotency-Key": "back-0001"})
        line.clock.move(60)
        await line.switch.resolve_reversals()
        await hook.tell()
        assert [event["type"] for event in hook.heard] == ["payment.completed", "payment.reversal_refused"]
        told = hook.heard[1]
        assert (told["refusal"]["reversal_id"], told["refusal"]["reason"]["code"]) == (asked.json()["reversal_id"], "service_closed")
        assert told["payment"] == (await line.bank.get(f"/v1/payments/{paid['payment_id']}")).json()
        assert (await line.switch.verification()).findings == ()


async def test_every_bank_that_listens_is_told_of_an_outage_and_of_its_end(line: Line) -> None:
    async with hooked(line) as hook:
        now = line.clock.now()
        hours = {"begins_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
        declared = await line.of(BILLER).post("/v1/outages", json={**hours, "reason": {"ar": "تقنين", "en": "Rationing"}})
        line.clock.move(1)
        await line.of(BILLER).delete(f"/v1/outages/{declared.json()['outage_id']}")
        await hook.tell()
        told = [(event["type"], event["payment"], event["outage"]["biller_code"], event["outage"]["withdrawn"]) for event in hook.heard]
        assert told == [("biller.outage", None, BILLER, False), ("biller.outage", None, BILLER, True)]
        assert (await line.switch.verification()).findings == ()
