"""Receipts over the API: of a bank's own completed payment, as a line that its key verifies, as a slip and as a QR code."""

import xml.etree.ElementTree as ET

import pytest

from switch.domain.outcomes import Unknown
from switch.domain.receipts import read_receipt
from switch.signatures.receipts import standing_of
from tests.api.line import CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, OTHER_BANK, Line, order

MADE_UP = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"
FORMS = ("receipt", "receipt.svg", "receipt.png")


async def paid(line: Line) -> str:
    answer = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "receipt-0001")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["payment_id"])


async def test_the_receipt_of_a_completed_payment_is_one_line_that_the_switch_has_signed(line: Line) -> None:
    payment_id = await paid(line)
    answer = await line.bank.get(f"/v1/payments/{payment_id}/receipt")

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["payment_id"], shown["amount"], shown["service_code"]) == (payment_id, {"amount": "750.00", "currency": "SYP"}, FEE)
    read = read_receipt(shown["text"])
    assert read is not None
    assert standing_of(read, [line.switch_key]) == "good"
    its = read.receipt
    assert (its.payment_reference, its.biller, its.amount) == (shown["payment_reference"], shown["biller_code"], "750.00")
    assert NATIONAL_NUMBER not in shown["text"]


async def test_the_slip_speaks_both_languages_and_loads_nothing(line: Line) -> None:
    answer = await line.bank.get(f"/v1/payments/{await paid(line)}/receipt.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    texts = [node.text or "" for node in ET.fromstring(answer.text).iter() if node.tag.endswith("text")]
    service = line.switch.directory.current().services
    names = next(one.name for code, one in service.items() if code == FEE)
    assert {"إيصال دفع", "Payment receipt", "750.00 SYP", names.ar, names.en} <= set(texts)
    assert "href" not in answer.text
    assert "url(" not in answer.text


async def test_the_code_alone_is_a_picture(line: Line) -> None:
    answer = await line.bank.get(f"/v1/payments/{await paid(line)}/receipt.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("form", FORMS)
async def test_a_payment_in_doubt_has_no_receipt(line: Line, form: str) -> None:
    inquiry = await line.inquire(ONLINE, CUSTOMER)
    line.biller.script(CUSTOMER, Unknown("silence"))
    asked = order(ONLINE, CUSTOMER, "81.43", inquiry_id=inquiry["inquiry_id"], bill_number="B1")
    payment = (await line.pay(asked, "receipt-0002")).json()
    assert payment["state"] == "IN_DOUBT"

    answer = await line.bank.get(f"/v1/payments/{payment['payment_id']}/{form}")

    assert (answer.status_code, answer.json()["code"]) == (409, "receipt_not_due")


@pytest.mark.parametrize("form", FORMS)
async def test_there_is_no_receipt_for_a_stranger(line: Line, form: str) -> None:
    for payment_id in (await paid(line), MADE_UP):
        answer = await line.of(OTHER_BANK).get(f"/v1/payments/{payment_id}/{form}")
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_unknown")
