"""Parked advices: staff see them, replay them, and the biller gets them after all."""

import pytest

from switch.domain.advice_errors import AdviceNotParked
from switch.domain.directory import Endpoint
from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode, bucketed_id
from switch.usecases.deliver_advices import PARKED_AFTER_ATTEMPTS
from tests.api.line import FEE, NATIONAL_NUMBER, OPERATOR, OVERSEER, Line, order
from tests.scripted_biller import PROTOCOL, URL

FEE_BILLER = ParticipantCode("200328")


async def parked(line: Line, count: int) -> list[dict[str, object]]:
    await line.switch.connect_biller(Endpoint(FEE_BILLER, PROTOCOL, URL), by="test")
    for number in range(count):
        assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), f"key-of-a-fee-{number}")).status_code == 201
    line.biller.reachable = False
    while (await line.query("SELECT count(*) FROM outbox WHERE parked_at IS NULL"))[0][0]:
        line.clock.move(600)
        await line.switch.deliver_advices()
    items: list[dict[str, object]] = (await line.of(OVERSEER).get("/v1/operator/advices?parked=true")).json()["items"]
    return items


async def test_what_was_parked_is_seen_by_staff_and_delivered_anew_once_they_say_so(line: Line) -> None:
    found = await parked(line, 3)
    assert [one["attempts"] for one in found] == [PARKED_AFTER_ATTEMPTS] * 3
    assert {(one["biller_code"], one["next_attempt_at"]) for one in found} == {(FEE_BILLER, None)}
    assert NATIONAL_NUMBER not in str(found)
    line.biller.reachable = True
    line.clock.move(600)
    assert await line.switch.deliver_advices() == 0

    first = EventId(next(iter(await line.query("SELECT event_id FROM outbox ORDER BY event_id")))[0])
    await line.switch.replay_advices.one(first)
    assert await line.switch.deliver_advices() == 1
    assert set(line.biller.advised) == {first}
    assert await line.switch.replay_advices.of_biller(FEE_BILLER) == 2
    assert await line.switch.replay_advices.of_biller(FEE_BILLER) == 0
    assert await line.switch.deliver_advices() == 2
    assert (await line.of(OPERATOR).get("/v1/operator/advices")).json() == {"items": [], "next_cursor": None}
    assert (await line.switch.verification()).findings == ()

    with pytest.raises(AdviceNotParked):
        await line.switch.replay_advices.one(first)
    with pytest.raises(AdviceUnknown):
        await line.switch.replay_advices.one(EventId(bucketed_id(7, line.clock.now())))


async def test_the_list_is_paged_and_filtered(line: Line) -> None:
    await line.switch.connect_biller(Endpoint(FEE_BILLER, PROTOCOL, URL), by="test")
    for number in range(3):
        await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), f"key-of-a-fee-{number}")
    staff = line.of(OPERATOR)
    first = (await staff.get("/v1/operator/advices?limit=2")).json()
    second = (await staff.get("/v1/operator/advices", params={"limit": "2", "cursor": first["next_cursor"]})).json()
    assert len({one["event_id"] for one in first["items"] + second["items"]}) == 3
    assert second["next_cursor"] is None
    assert len((await staff.get(f"/v1/operator/advices?biller_code={FEE_BILLER}")).json()["items"]) == 3
    assert (await staff.get("/v1/operator/advices?biller_code=200019")).json()["items"] == []
    assert (await staff.get("/v1/operator/advices?parked=true")).json()["items"] == []
    for wrong, code in (
        ("biller_code=1", "national_code_malformed"),
        ("cursor=x", "cursor_malformed"),
        ("parked=perhaps", "field_invalid"),
    ):
        assert (await staff.get(f"/v1/operator/advices?{wrong}")).json()["code"] == code
