"""The operations of the API, written once for both clients: generators that yield calls and pauses and end with the result."""

import hashlib
import secrets
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TypeVar

import orjson

from switch.client.answers import NotCertain, PaymentAnswer, Refused, document_of, payment_answer
from switch.client.calls import Answer, Call, Document, Pause, Silence
from switch.client.orders import BillLine, PaymentOrder
from switch.client.patience import Patience, patiently

LINES_AT_ONCE = 1_000
LARGEST_PAGE = 500
JSON = "application/json"
BATCHES = "/v1/payment-batches"
DISPUTES = "/v1/disputes"
BREAKS = "/v1/breaks"

T = TypeVar("T")
Operation = Generator[Call | Pause, Answer | Silence | None, T]


def new_key() -> str:
    """A fresh idempotency key. Keep it with the order before paying: it is how to ask again."""
    return f"key-{secrets.token_hex(16)}"


def one(patience: Patience, path: str, **query: str | None) -> Operation[Document]:
    answer = yield from patiently(Call("GET", path, _given(query)), patience)
    return document_of(answer)


def listed(patience: Patience, path: str, most: int | None = None, **query: str | None) -> Operation[list[Document]]:
    """All pages put together, or the first `most`."""
    found: list[Document] = []
    wanted = _given(query)
    while True:
        limit = LARGEST_PAGE if most is None else min(LARGEST_PAGE, most - len(found))
        answer = yield from patiently(Call("GET", path, wanted | {"limit": str(limit)}), patience)
        page = document_of(answer)
        found += page["items"]
        cursor = page.get("next_cursor")
        if cursor is None or (most is not None and len(found) >= most):
            return found
        wanted["cursor"] = cursor


def content(patience: Patience, path: str) -> Operation[bytes]:
    answer = yield from patiently(Call("GET", path), patience)
    if answer.status >= 400:
        document_of(answer)
    return answer.content


def post(patience: Patience, path: str, document: Document | None = None) -> Operation[Document]:
    answer = yield from patiently(_post(path, document), patience)
    return document_of(answer)


def approve_window(patience: Patience, window_id: str, amount: str, currency: str) -> Operation[Document]:
    return post(patience, f"/v1/windows/{window_id}/approval", {"net": {"amount": amount, "currency": currency}})


def object_to_window(patience: Patience, window_id: str, reason: str) -> Operation[Document]:
    return post(patience, f"/v1/windows/{window_id}/objection", {"reason": reason})


def take_file(patience: Patience, file_id: str, received: bytes) -> Operation[Document]:
    said = {"outcome": "taken", "sha256": hashlib.sha256(received).hexdigest()}
    return post(patience, f"/v1/files/{file_id}/acknowledgement", said)


def refuse_file(patience: Patience, file_id: str, received: bytes, reasons: Sequence[Document]) -> Operation[Document]:
    said = {"outcome": "refused", "sha256": hashlib.sha256(received).hexdigest(), "reasons": list(reasons)}
    return post(patience, f"/v1/files/{file_id}/acknowledgement", said)


def pay(patience: Patience, order: PaymentOrder, key: str) -> Operation[PaymentAnswer]:
    answer = yield from patiently(_post("/v1/payments", order.document(), key), patience)
    try:
        return payment_answer(answer)
    except NotCertain as doubt:
        raise NotCertain(doubt.why, key) from doubt


def reverse(
    patience: Patience, payment_id: str, reason: str, key: str, bank_reference: str | None = None, amount: Document | None = None
) -> Operation[Document]:
    given = {"bank_reference": bank_reference, "amount": amount}
    asked: Document = {"reason": reason} | {name: value for name, value in given.items() if value is not None}
    answer = yield from patiently(_post(f"/v1/payments/{payment_id}/reversals", asked, key), patience)
    try:
        return document_of(answer)
    except NotCertain as doubt:
        raise NotCertain(doubt.why, key) from doubt


def open_dispute(
    patience: Patience, payment_id: str, reason: str, text: str, key: str, contact: str, amount: Document | None
) -> Operation[Document]:
    said: Document = {"payment_id": payment_id, "reason": reason, "text": text, "contact": contact}
    answer = yield from patiently(_post(DISPUTES, said | ({} if amount is None else {"amount": amount}), key), patience)
    try:
        return document_of(answer)
    except NotCertain as doubt:
        raise NotCertain(doubt.why, key) from doubt


def answer_dispute(
    patience: Patience, dispute_id: str, note: str, accepted: bool, remedy: str | None, amount: Document | None
) -> Operation[Document]:
    given = {"remedy": remedy, "amount": amount}
    said = {"accepted": accepted, "note": note} | {name: value for name, value in given.items() if value is not None}
    return post(patience, f"{DISPUTES}/{dispute_id}/answer", said)


def move_dispute(patience: Patience, dispute_id: str, move: str, note: str, to: str | None) -> Operation[Document]:
    return post(patience, f"{DISPUTES}/{dispute_id}/{move}", {"note": note} | ({} if to is None else {"to": to}))


def attach(patience: Patience, to: str, attached: bytes, media_type: str, name: str) -> Operation[Document]:
    """`to`: the path of a dispute or a break."""
    call = Call("POST", f"{to}/attachments", {"name": name}, attached, media_type)
    answer = yield from patiently(call, patience)
    return document_of(answer)


def reversals(patience: Patience, payment_id: str) -> Operation[list[Document]]:
    page = yield from one(patience, f"/v1/payments/{payment_id}/reversals")
    items: list[Document] = page["items"]
    return items


def hand_in_batch(patience: Patience, batch_reference: str, orders: Mapping[str, PaymentOrder]) -> Operation[Document]:
    """Whole again is harmless: it is the same batch, and each line the same payment."""
    lines = [{"idempotency_key": key, **order.document()} for key, order in orders.items()]
    document = yield from post(patience, BATCHES, {"batch_reference": batch_reference, "lines": lines})
    return document


def under_key(patience: Patience, key: str) -> Operation[Document | None]:
    """The payment that stands under the key; None where nothing does. Raises Refused where what stands is a refusal."""
    page = yield from one(patience, "/v1/payments", idempotency_key=key)
    if (refused := page.get("refused")) is not None:
        raise Refused(refused)
    items: list[Document] = page["items"]
    return items[0] if items else None


def upload_bills(patience: Patience, lines: Iterable[BillLine]) -> Operation[list[Document]]:
    """One result a line, numbered as they were given. Whole again is harmless: what is there already is unchanged."""
    results: list[Document] = []
    for chunk in _chunks([line.document() for line in lines]):
        before = len(results)
        report = yield from post(patience, "/v1/bills", {"lines": chunk})
        results += [{**result, "line": before + number} for number, result in enumerate(report["lines"], start=1)]
    return results


def hand_in_statement(patience: Patience, statement: bytes, media_type: str, query: Mapping[str, str]) -> Operation[Document]:
    answer = yield from patiently(Call("POST", "/v1/statements", query, statement, media_type), patience)
    return document_of(answer)


def _post(path: str, document: Document | None, key: str | None = None) -> Call:
    if document is None:
        return Call("POST", path)
    return Call("POST", path, content=orjson.dumps(document), content_type=JSON, key=key)


def _chunks(documents: Sequence[Document]) -> list[Sequence[Document]]:
    return [documents[start : start + LINES_AT_ONCE] for start in range(0, len(documents), LINES_AT_ONCE)]


def _given(query: dict[str, str | None]) -> dict[str, str]:
    return {name.rstrip("_"): value for name, value in query.items() if value is not None}
