"""Everything from outside is hostile: bodies, fields and header fields that are refused by name, and leave nothing behind."""

import pytest

from tests.api.line import FEE, NATIONAL_NUMBER, Line, order

JSON = {"Content-Type": "application/json"}
BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "json_malformed"),
    "not json": (b"<xml/>", 400, "json_malformed"),
    "half": (b'{"service_code":', 400, "json_malformed"),
    "latin-1": ('{"service_code": "é"}'.encode("latin-1"), 400, "json_not_utf8"),
    "byte order mark": (b"\xef\xbb\xbf{}", 400, "json_not_utf8"),
    "lone surrogate": (b'{"service_code": "\\ud800"}', 422, "text_forbidden"),
    "duplicate key": (b'{"amount": 1, "amount": 2}', 400, "json_duplicate_key"),
    "deep": (b'{"a":' * 9 + b"1" + b"}" * 9, 400, "json_too_deep"),
    "very deep": (b"[" * 30_000, 400, "json_too_deep"),
    "very deep and whole": (b"[" * 30_000 + b"]" * 30_000, 400, "json_too_deep"),
    "float": (b'{"amount": 1.5}', 400, "json_number_refused"),
    "exponent": (b'{"amount": 1e400}', 400, "json_number_refused"),
    "huge": (b'{"amount": ' + b"9" * 5_000 + b"}", 400, "json_number_refused"),
    "NaN": (b'{"amount": NaN}', 400, "json_number_refused"),
    "control": (b'{"service_code": "\\u0000"}', 422, "text_forbidden"),
    "direction": ('{"service_code": "\u202e1"}'.encode(), 422, "text_forbidden"),
    "tags that nobody sees": ('{"service_code": "\U000e0041"}'.encode(), 422, "text_forbidden"),
    "a list": (b"[]", 422, "field_invalid"),
    "null": (b"null", 422, "field_invalid"),
    "empty": (b"{}", 422, "field_missing"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_not_plain_is_refused_by_name(line: Line, name: str) -> None:
    body, status, code = BODIES[name]
    before = await line.books()

    answer = await line.bank.post("/v1/payments", content=body, headers=JSON | {"Idempotency-Key": "key-hostile-1"})

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail_ar"]
    assert await line.books() == before


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", {"amount": "750.001", "currency": "SYP"}, "amount_too_precise"),
        ("amount", {"amount": "-750.00", "currency": "SYP"}, "amount_malformed"),
        ("amount", {"amount": "7,50", "currency": "SYP"}, "amount_malformed"),
        ("amount", {"amount": "٧٥٠", "currency": "SYP"}, "amount_malformed"),
        ("amount", {"amount": "0", "currency": "SYP"}, "amount_out_of_range"),
        ("amount", {"amount": "9" * 16, "currency": "SYP"}, "amount_out_of_range"),
        ("amount", {"amount": 750, "currency": "SYP"}, "amount_malformed"),
        ("amount", {"amount": "750.00", "currency": "USD"}, "currency_unsupported"),
        ("amount", "750.00", "field_invalid"),
        ("service_code", "200328021", "check_digit_wrong"),
        ("service_code", "20032802", "national_code_malformed"),
        ("service_code", 200328020, "field_invalid"),
        ("customer_reference", "x" * 101, "field_invalid"),
        ("channel", "telepathy", "field_invalid"),
        ("inquiry_id", "none", "field_invalid"),
        ("inquiry_id", "urn:uuid:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "field_invalid"),
        ("inquiry_id", "{019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071}", "field_invalid"),
        ("inquiry_id", "019a2b3c4d5e7f608a1b2c3d4e5f6071", "field_invalid"),
        ("bank_reference", "   ", "text_blank"),
        ("bank_reference", "\u00a0\u200b\u3164", "text_blank"),
        ("bill_number", " ", "text_blank"),
        ("customer_reference", "\u2800", "text_blank"),
        ("payer", {"name": " "}, "text_blank"),
        ("extra", 1, "field_unknown"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_spends_no_key(line: Line, field: str, value: object, code: str) -> None:
    before = await line.books()

    answer = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00") | {field: value}, "key-hostile-2")

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert await line.books() == before


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "media_type_unsupported"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415, "content_encoding_refused"),
        ({"Content-Type": "application/json", "Content-Encoding": "identity"}, 415, "content_encoding_refused"),
        ({"Content-Type": "application/json", "Idempotency-Key": "short"}, 400, "idempotency_key_malformed"),
        ({"Content-Type": "application/json", "Idempotency-Key": "key with blanks"}, 400, "idempotency_key_malformed"),
    ],
)
async def test_header_fields_that_we_do_not_take_are_named(line: Line, headers: dict[str, str], status: int, code: str) -> None:
    answer = await line.bank.post(
        "/v1/payments", json=order(FEE, NATIONAL_NUMBER, "750.00"), headers={"Idempotency-Key": "key-x-0001"} | headers
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_payment_without_a_key_is_refused(line: Line) -> None:
    answer = await line.bank.post("/v1/payments", json=order(FEE, NATIONAL_NUMBER, "750.00"))

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
