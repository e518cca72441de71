"""“Where is my payment?”: one call shows the whole story, by the id or by what the customer reads out."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from switch.domain.catalogue import OverdueRule
from switch.domain.identifiers import ServiceCode
from switch.domain.outcomes import Unknown
from tests.api.line import BANK, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, OPERATOR, Line, order


async def test_the_story_of_a_payment_is_found_by_its_id_and_by_its_reference_as_it_is_heard(line: Line) -> None:
    paid = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000001")).json()
    reference = paid["payment_reference"]
    heard = f"{reference[:4]} {reference[4:8]}-{reference[8:]}".lower()
    if "0" in heard:
        heard = heard[:-1].replace("0", "o") + heard[-1]
    stories = [(await line.of(OPERATOR).get(f"/v1/operator/payments/{name}")).json() for name in (paid["payment_id"], reference, heard)]
    assert stories[0] == stories[1] == stories[2]
    story = stories[0]
    assert story["payment"] == paid | {"history": None, "customer_reference": "•••051"}
    assert [(step["from_state"], step["to_state"], step["by"]) for step in story["steps"]] == [
        (None, "RESERVED", BANK),
        ("RESERVED", "COMPLETED", "switch"),
    ]
    (entry,) = story["entries"]
    assert entry["payment_id"] == paid["payment_id"]
    (advice,) = story["advices"]
    assert (advice["attempts"], advice["acknowledged_at"]) == (0, None)
    assert (story["window"]["window_id"], story["window"]["state"]) == (paid["window_id"], "open")
    assert (story["files"], story["stated"], story["breaks"]) == ([], [], [])
    said, untold = story["in_words"]
    assert said["en"].startswith("It is paid")
    assert said["ar"].startswith("دُفعت")
    assert untold["en"].startswith("The biller has not acknowledged its advice yet")


async def test_what_is_in_doubt_shows_since_when_and_what_comes_next(line: Line) -> None:
    inquiry_id = (await line.inquire(ONLINE, CUSTOMER))["inquiry_id"]
    line.biller.script(CUSTOMER, Unknown("silence"))
    paid = (await line.pay(order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=inquiry_id), "key-00000001")).json()
    story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{paid['payment_id']}")).json()
    assert story["steps"][-1]["note"] == "silence"
    assert story["next_attempt_at"] is not None
    assert (story["entries"], story["advices"], story["window"]) == ([], [], None)
    said, then = story["in_words"]
    until = paid["certain_by"][:19].replace("T", " ")
    assert f"goes on asking until {until} UTC: do not pay anew" in said["en"]
    assert until in said["ar"]
    assert then["en"].endswith("two people decide: `switch payment overdue`.")


@pytest.mark.parametrize(("rule", "then"), [(OverdueRule.GIVE_BACK, "it counts as not paid"), (OverdueRule.FORCE, "it counts as paid")])
async def test_what_becomes_of_a_doubt_in_the_end_is_said_as_its_biller_has_agreed(line: Line, rule: OverdueRule, then: str) -> None:
    service = line.switch.directory.current().service(ServiceCode(ONLINE))
    await line.switch.offer_service(replace(service, overdue=rule), by="test")
    inquiry_id = (await line.inquire(ONLINE, CUSTOMER))["inquiry_id"]
    line.biller.script(CUSTOMER, Unknown("silence"))
    paid = (await line.pay(order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=inquiry_id), "key-00000001")).json()
    story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{paid['payment_id']}")).json()
    assert then in story["in_words"][-1]["en"]
    assert "switch payment overdue" not in story["in_words"][-1]["ar"]


async def test_an_advice_that_is_parked_says_so_and_what_to_do(line: Line) -> None:
    paid = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000001")).json()
    async with line.switch.deliver_advices.database.transaction() as connection:
        await connection.execute(text("UPDATE outbox SET attempts = 75, parked_at = now()"))
    story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{paid['payment_id']}")).json()
    parked = story["in_words"][-1]
    assert parked["en"].startswith("After 75 attempts its advice to the biller is parked")
    assert "`switch advice replay`" in parked["ar"]


@pytest.mark.parametrize("name", ["0", "06H12R4ZTCFWA4KZR", "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "%D9%A3", "O" * 17, "x" * 41])
async def test_what_is_nobodys_is_unknown(line: Line, name: str) -> None:
    answer = await line.of(OPERATOR).get(f"/v1/operator/payments/{name}")
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == ("payment_unknown" if answer.status_code == 404 else "field_invalid")
