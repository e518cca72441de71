"""Requests signed beforehand, as bytes for the line: their cost is not in the measurement, and they live 60 seconds."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import orjson

from loadtests.bench.place import OpenBill, Place
from switch.client import Document, PaymentOrder, new_key
from switch.signatures import Target, sign_request

GOOD_FOR_SECONDS = 55
"""Of the 60 that the switch allows."""


def payments(place: Place, bills: Sequence[OpenBill], banks: Sequence[str]) -> list[bytes]:
    return [payment(place, bill, bank) for bill, bank in zip(bills, banks, strict=True)]


def payment(place: Place, bill: OpenBill, bank: str, inquiry_id: str | None = None) -> bytes:
    key = new_key()
    order = PaymentOrder(
        service_code=bill.service.code,
        customer_reference=bill.customer_reference,
        amount=bill.amount.text(),
        currency=bill.amount.currency,
        bank_reference=f"FT-{key[-16:]}",
        inquiry_id=inquiry_id,
        bill_number=bill.bill_number,
    )
    return posted(place, bank, "/v1/payments", order.document(), key)


def inquiries(place: Place, asked: Iterable[tuple[str, str]], banks: Sequence[str]) -> list[bytes]:
    """Of (service, customer reference)."""
    return [
        posted(place, bank, "/v1/inquiries", {"service_code": service, "customer_reference": customer_reference, "channel": "mobile"})
        for (service, customer_reference), bank in zip(asked, banks, strict=True)
    ]


def asked(place: Place, sender: str, path: str, query: str) -> bytes:
    """One GET, whole."""
    host, port = place.address
    target = Target("GET", f"{host}:{port}", path, query)
    fields = {"Host": target.authority} | sign_request(place.key_of(sender), target, b"", now=datetime.now(UTC))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"GET {path}?{query} HTTP/1.1\r\n{head}\r\n".encode("latin-1")


def posted(place: Place, sender: str, path: str, document: Document, key: str | None = None) -> bytes:
    """One POST, whole."""
    body = orjson.dumps(document)
    host, port = place.address
    target = Target("POST", f"{host}:{port}", path)
    fields = {"Host": target.authority, "Content-Type": "application/json", "Content-Length": str(len(body))}
    if key is not None:
        fields["Idempotency-Key"] = key
    fields |= sign_request(place.key_of(sender), target, body, now=datetime.now(UTC), idempotency_key=key)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
