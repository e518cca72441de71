"""Reports over the API: whose they are, their headers, and how what cannot be made is refused."""

import hashlib
import json

import pytest

from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OPERATOR, OTHER_BANK, OVERSEER, Line, order
from tests.seeded import START

DAY = START.date().isoformat()


@pytest.fixture
async def paid(line: Line) -> Line:
    presented = await line.inquire(ONLINE, CUSTOMER)
    more = {"inquiry_id": presented["inquiry_id"], "bill_number": "B1"}
    answer = await line.pay(order(ONLINE, CUSTOMER, "81.43", **more), "report-key-0001")
    assert answer.status_code == 201, answer.text
    line.clock.move(60)
    return line


async def test_a_report_says_what_it_is_and_is_the_same_again(paid: Line) -> None:
    known_at = paid.clock.now().replace(microsecond=0).isoformat()
    paid.clock.move(30)
    answers = []
    for caller, layout in ((OVERSEER, "json"), (OPERATOR, "json"), (OVERSEER, "pdf"), (OVERSEER, "xlsx"), (OVERSEER, "csv")):
        parameters = {"business_date": DAY, "known_at": known_at, "format": layout}
        answers.append(await paid.of(caller).get("/v1/operator/reports/settlement", params=parameters))
        assert answers[-1].status_code == 200, answers[-1].text
    first, second, *_ = answers
    assert first.content == second.content
    assert {answer.headers["report-content-sha256"] for answer in answers} == {first.json()["content_sha256"]}
    assert first.headers["report-known-at"] == first.json()["known_at"]
    listed = (await paid.of(OVERSEER).get("/v1/operator/reports")).json()["items"]
    assert {row["sha256"] for row in listed} == {hashlib.sha256(answer.content).hexdigest() for answer in answers}
    assert answers[2].content.startswith(b"%PDF")


async def test_a_participant_reads_its_own_numbers_and_no_others(paid: Line) -> None:
    for code, payments in ((BANK, 1), (BILLER, 1), (OTHER_BANK, 0)):
        answer = await paid.of(code).get("/v1/reports/trend", params={"month": DAY[:7]})
        (sheet,) = answer.json()["sheets"]
        assert sum(row["payments"] for row in sheet["rows"]) == payments
        assert answer.json()["participant"] == code
    for name in ("month", "settlement", "faults", "causes"):
        refused = await paid.bank.get(f"/v1/reports/{name}", params={"business_date": DAY})
        assert (refused.status_code, refused.json()["code"]) == (404, "report_unknown")
    stranger = await paid.bank.get("/v1/reports/trend", params={"business_date": DAY, "participant_code": OTHER_BANK})
    assert stranger.json()["code"] == "field_unknown"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "report_period_refused"),
        ({"business_date": DAY, "month": "2026-11"}, "report_period_refused"),
        ({"from": DAY, "to": "2026-11-01"}, "report_period_refused"),
        ({"month": "2026-13"}, "field_invalid"),
        ({"business_date": DAY, "format": "docx"}, "layout_unknown"),
        ({"business_date": DAY, "known_at": "2030-01-01T00:00:00Z"}, "report_too_early"),
        ({"business_date": DAY, "currency": "USD"}, "currency_unsupported"),
    ],
)
async def test_what_cannot_be_made_is_refused_by_name(line: Line, parameters: dict[str, str], code: str) -> None:
    answer = await line.of(OVERSEER).get("/v1/operator/reports/ageing", params=parameters)
    assert answer.json()["code"] == code, json.dumps(answer.json())
