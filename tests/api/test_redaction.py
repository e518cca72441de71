"""Redaction: what is planted as personal data is in no log, no problem answer, no metric and no row of the database."""

import logging

import pytest
from structlog.testing import capture_logs

from tests.api.line import CUSTOMER, ONLINE, OPERATOR, UPLOADED, UPLOADING_BILLER, Line, order

PAYER = {"name": "زياد المزروع", "phone": "0999887766", "national_number": "01987654321"}
PLANTED = "7777000111"


async def test_what_is_planted_is_in_no_log_and_in_no_answer_but_to_its_owner(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    due = {"amount": "12.50", "currency": "SYP"}
    put = {"action": "put", "service_code": UPLOADED, "customer_reference": PLANTED, "bill_number": "2026-1", "due": due}
    with capture_logs() as logged:
        uploaded = await line.of(UPLOADING_BILLER).post("/v1/bills", json={"lines": [put]})
        assert uploaded.json()["added"] == 1
        paid = await line.pay(order(UPLOADED, PLANTED, "12.50", bill_number="2026-1", payer=PAYER), "key-00000001")
        assert paid.status_code == 201
        presented = await line.inquire(ONLINE, CUSTOMER)
        bound = {"inquiry_id": presented["inquiry_id"], "bill_number": "B1", "payer": PAYER}
        assert (await line.pay(order(ONLINE, CUSTOMER, "81.43", **bound), "key-00000002")).status_code == 201
        refused = [
            await line.pay(order(UPLOADED, PLANTED, "12.50", bill_number="2026-1", payer=PAYER), "key-00000003"),
            await line.pay(order(UPLOADED, PLANTED, "99.00", bill_number="2026-1", payer=PAYER), "key-00000001"),
            await line.pay(order(UPLOADED, PLANTED + "/x", "1.00", bill_number="2026-1", payer=PAYER), "key-00000004"),
            await line.pay(order(UPLOADED, PLANTED, "a", bill_number="2026-1", payer=PAYER), "key-00000005"),
            await line.pay(order(UPLOADED, PLANTED, "1.00", payer={"name": PAYER["name"] + "\u202e"}), "key-00000006"),
            await line.pay(order(UPLOADED, PLANTED, "1.00", payer={"passport": PAYER["phone"]}), "key-00000007"),
        ]
        staff = await line.of(OPERATOR).get(f"/v1/operator/payments/{paid.json()['payment_id']}")
    assert min(answer.status_code for answer in refused) >= 400
    tables = await line.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    copied = [str(row[0]) for (table,) in tables for row in await line.query(f'SELECT to_jsonb(its)::text FROM "{table}" AS its')]
    places = {
        "logs": f"{logged}{caplog.text}",
        "answers": "".join(answer.text + str(answer.headers) for answer in [*refused, staff]),
        "database": "\n".join(copied),
    }
    for place, said in places.items():
        for clear in (*PAYER.values(), PLANTED):
            assert clear not in said, f"{clear} is in {place}"
            assert place != "database" or clear.encode().hex() not in said, f"{clear} is in {place}"
