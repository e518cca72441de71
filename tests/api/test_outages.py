"""Declared outages: in them a biller is asked nothing, payers are told until when, and what was due waits without burning attempts."""

from typing import Any

import pytest

from switch.domain.directory import Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Unknown
from switch.domain.participants import Name
from tests.api.line import BILLER, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, UPLOADING_BILLER, Line, order
from tests.scripted_biller import PROTOCOL, URL

FEE_BILLER = ParticipantCode("200328")
REASON = {"ar": "تقنين الكهرباء", "en": "Electricity is rationed"}
BEGINS, ENDS = "2026-11-24T09:00:00Z", "2026-11-24T12:30:00Z"
HOUR = 3600
"""The clock stands at 08:00 UTC, 11:00 in Damascus."""


async def declare(line: Line, begins_at: str = BEGINS, ends_at: str = ENDS, reason: Any = None) -> Any:
    wanted = {"begins_at": begins_at, "ends_at": ends_at, "reason": REASON if reason is None else reason}
    return await line.of(BILLER).post("/v1/outages", json=wanted)


async def inquired(line: Line) -> Any:
    asked = {"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"}
    return await line.bank.post("/v1/inquiries", json=asked)


async def test_payers_are_told_until_when_and_why_in_both_languages(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paying = order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=presented["inquiry_id"])
    assert (await declare(line)).status_code == 201
    assert (await inquired(line)).status_code == 200, "it has not begun"
    presented = await line.inquire(ONLINE, CUSTOMER)
    line.clock.move(HOUR - 60)
    presented = await line.inquire(ONLINE, CUSTOMER)
    paying["inquiry_id"] = presented["inquiry_id"]
    line.clock.move(60)
    refused = (await inquired(line)).json()
    assert refused["code"] == "biller_in_outage"
    assert (
        refused["detail"]
        == "The biller has declared an outage until 2026-11-24 15:30, Damascus time: Electricity is rationed. Nothing was held."
    )
    assert refused["detail_ar"] == "أعلنت الجهة المفوترة توقفاً حتى 2026-11-24 15:30 بتوقيت دمشق: تقنين الكهرباء. ولم يُحجز شيء."
    before = await line.books()
    assert (await line.pay(paying, "key-in-the-dark")).json()["code"] == "biller_in_outage"
    after = await line.books()
    assert (after[0], after[-1]) == (before[0], before[-1])
    assert line.biller.asked == []
    line.clock.move(3.5 * HOUR)
    assert (await inquired(line)).status_code == 200
    again = await line.pay(paying, "key-in-the-dark")
    assert (again.json()["code"], again.json()["detail"]) == ("biller_in_outage", refused["detail"]), "a key is kept for good"


async def test_doubts_and_advices_wait_for_its_end_without_burning_an_attempt(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    line.biller.script(CUSTOMER, Unknown("silence"), books=True)
    doubtful = order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=presented["inquiry_id"])
    assert (await line.pay(doubtful, "key-in-doubt")).status_code == 202
    await line.switch.connect_biller(Endpoint(FEE_BILLER, PROTOCOL, URL), by="test")
    await declare(line)
    now = line.switch.clock.now()
    await line.switch.declare_outage(FEE_BILLER, now, now.replace(hour=12, minute=30), Name(**REASON), by="staff:test")
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-of-a-fee")).status_code == 201, (
        "what the switch answers for stays payable"
    )
    line.clock.move(2 * HOUR)
    for _ in range(3):
        assert await line.switch.resolve_payments() == 0
        assert await line.switch.deliver_advices() == 0
    assert [row[0] for row in await line.query("SELECT attempts FROM payment WHERE state = 'IN_DOUBT'")] == [1]
    assert [row[0] for row in await line.query("SELECT attempts FROM outbox")] == [0]
    line.clock.move(2.5 * HOUR)
    assert await line.switch.resolve_payments() == 1
    assert await line.switch.deliver_advices() == 1
    assert {row[0] for row in await line.query("SELECT state FROM payment")} == {"COMPLETED"}
    assert (await line.switch.verification()).findings == ()


async def test_the_catalogue_shows_present_and_coming_ones_and_that_it_has_changed(line: Line) -> None:
    etag = (await line.bank.get("/v1/billers")).headers["etag"]
    line.clock.move(1)
    declared = (await declare(line)).json()
    assert {name: declared[name] for name in ("begins_at", "ends_at", "reason")} == {"begins_at": BEGINS, "ends_at": ENDS, "reason": REASON}
    changed = await line.bank.get("/v1/billers", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    since = {"updated_since": "2026-11-24T08:00:01Z"}
    (biller,) = (await line.bank.get("/v1/billers", params=since)).json()["items"]
    assert (biller["biller_code"], biller["status"], biller["outages"]) == (BILLER, "live", [declared])
    (service,) = (await line.bank.get("/v1/services", params=since)).json()["items"]
    assert (service["service_code"], service["outages"]) == (ONLINE, [declared])
    line.clock.move(5 * HOUR)
    assert (await line.bank.get("/v1/billers", params=since)).json()["items"][0]["outages"] == []


async def test_an_outage_is_withdrawn_by_its_own_biller_alone(line: Line) -> None:
    outage_id = (await declare(line)).json()["outage_id"]
    assert (await declare(line)).json()["outage_id"] == outage_id, "the same again is the same"
    line.clock.move(HOUR)
    strangers = await line.of(UPLOADING_BILLER).delete(f"/v1/outages/{outage_id}")
    made_up = await line.of(UPLOADING_BILLER).delete("/v1/outages/none")
    assert strangers.json() | {"request_id": ""} == made_up.json() | {"request_id": ""}
    assert (strangers.status_code, strangers.json()["code"]) == (404, "outage_unknown")
    assert (await line.of(UPLOADING_BILLER).get("/v1/outages")).json()["items"] == []
    assert (await inquired(line)).status_code == 422
    assert (await line.of(BILLER).delete(f"/v1/outages/{outage_id}")).status_code == 204
    assert (await inquired(line)).status_code == 200
    assert (await line.of(BILLER).get("/v1/outages")).json()["items"] == []
    assert (await line.of(BILLER).delete(f"/v1/outages/{outage_id}")).json()["code"] == "outage_unknown"
    kinds = await line.query("SELECT count(*) FROM directory_change WHERE kind = 'outage'")
    assert kinds[0][0] == 2


async def test_of_several_at_once_the_one_that_lasts_longest_is_told(line: Line) -> None:
    await declare(line)
    await declare(line, ends_at="2026-11-24T20:00:00Z")
    line.clock.move(2 * HOUR)
    assert "23:00" in (await inquired(line)).json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"begins_at": ENDS, "ends_at": BEGINS}, "outage_refused"),
        ({"begins_at": BEGINS, "ends_at": BEGINS}, "outage_refused"),
        ({"begins_at": "2026-11-24T06:00:00Z", "ends_at": "2026-11-24T08:00:00Z"}, "outage_refused"),
        ({"begins_at": BEGINS, "ends_at": "2026-12-24T09:00:00Z"}, "outage_refused"),
        ({"begins_at": "2027-11-24T09:00:00Z", "ends_at": "2027-11-24T10:00:00Z"}, "outage_refused"),
        ({"reason": {"ar": " ", "en": "x"}}, "text_blank"),
        ({"reason": {"ar": "تقنين\u202e", "en": "x"}}, "text_forbidden"),
        ({"reason": {"ar": "تقنين"}}, "field_missing"),
        ({"reason": {"ar": "ت" * 201, "en": "x"}}, "field_invalid"),
        ({"begins_at": "tomorrow"}, "field_invalid"),
        ({"begins_at": "2026-11-24T09:00:00"}, "field_invalid"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(line: Line, wrong: dict[str, Any], code: str) -> None:
    refused = await declare(line, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert (await line.of(BILLER).get("/v1/outages")).json()["items"] == []
