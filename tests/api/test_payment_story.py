"""“Where is my payment?”: one call shows the whole story, by the id or by what the customer reads out."""

import pytest

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
    (said,) = story["in_words"]
    assert said["en"].startswith("It is paid")
    assert said["ar"].startswith("دُفعت")


async def test_what_is_in_doubt_shows_since_when_and_what_comes_next(line: Line) -> None:
    inquiry_id = (await line.inquire(ONLINE, CUSTOMER))["inquiry_id"]
    line.biller.script(CUSTOMER, Unknown("silence"))
    paid = (await line.pay(order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=inquiry_id), "key-00000001")).json()
    story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{paid['payment_id']}")).json()
    assert story["steps"][-1]["note"] == "silence"
    assert story["next_attempt_at"] is not None
    assert (story["entries"], story["advices"], story["window"]) == ([], [], None)
    (said,) = story["in_words"]
    until = paid["certain_by"][:19].replace("T", " ")
    assert f"goes on asking until {until} UTC: do not pay anew" in said["en"]
    assert until in said["ar"]


@pytest.mark.parametrize("name", ["0", "06H12R4ZTCFWA4KZR", "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "%D9%A3", "O" * 17, "x" * 41])
async def test_what_is_nobodys_is_unknown(line: Line, name: str) -> None:
    answer = await line.of(OPERATOR).get(f"/v1/operator/payments/{name}")
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == ("payment_unknown" if answer.status_code == 404 else "field_invalid")
