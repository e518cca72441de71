"""A payment batch on the line: how it is handed in, how far it is, and the answer of each line."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import ConfigDict, Field, SkipValidation, ValidationError

from switch.api.payment_views import PaymentIn, PaymentView, RefusalView, view
from switch.api.shapes import KEY_PATTERN, Moment, Shape, Text
from switch.api.validation import first_refusal, wrong_fields
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode, idempotency_key
from switch.domain.payment_batches import BatchLine, LineAnswer, LineState, PaymentBatch, SpokenRefusal, Unreadable, numbered_lines
from switch.domain.payments import Payment, PaymentRequest
from switch.reports.payment_batches import BatchProgress

MOST_LINES = 10_000
KEY_CHARACTERS_SHOWN = 64
_LINE: dict[str, Any] = {
    "idempotency_key": "payroll-2026-11-0001",
    "service_code": "200328020",
    "customer_reference": "01020304051",
    "amount": {"amount": "750.00", "currency": "SYP"},
    "bank_reference": "FT26328ABC",
    "channel": "branch",
    "method": "account",
}
_BATCH_EXAMPLE: dict[str, Any] = {"batch_reference": "standing-orders-2026-11-24", "lines": [_LINE]}


class BatchLineIn(PaymentIn):
    """One order to pay, under its own key."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    idempotency_key: Annotated[str, Field(json_schema_extra=KEY_PATTERN, examples=["payroll-2026-11-0001"])]
    """As the header field of a single payment: the bank's own name for this order, for ever."""


class BatchIn(Shape):
    """Each line is looked at on its own: what is wrong with one does not touch its neighbours."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BATCH_EXAMPLE]})

    batch_reference: Annotated[Text, Field(max_length=64, examples=["standing-orders-2026-11-24"])]
    """The bank's own name for this batch: the same again with the same lines is the same batch."""
    lines: Annotated[list[SkipValidation[BatchLineIn]], Field(min_length=1, max_length=MOST_LINES)]

    def digest(self) -> bytes:
        return hashlib.sha256(orjson.dumps(self.lines, option=orjson.OPT_SORT_KEYS)).digest()

    def numbered(self, bank: ParticipantCode) -> list[BatchLine]:
        return numbered_lines(_orders(bank, self.lines))


class BatchView(Shape):
    """What was handed in."""

    batch_id: UUID
    batch_reference: str
    lines: int
    received_at: Moment
    done: bool
    """Whether every line has its answer. Payments among them may still be in doubt: see the counts."""
    done_at: Moment | None


class CountsView(Shape):
    """How many lines are in which state; they add up to `lines`."""

    waiting: int
    """Not looked at yet."""
    refused: int
    """Refused before they became payments, as the answer of each line says."""
    reserved: int
    in_doubt: int
    completed: int
    rejected: int
    """Refused by the biller."""
    reversed: int


class BatchProgressView(BatchView):
    """How far the batch is."""

    counts: CountsView


class BatchPage(Shape):
    """Newest first."""

    items: list[BatchView]
    next_cursor: str | None


class BatchLineView(Shape):
    """The answer of one line: the payment as it stands now, or the refusal, or nothing yet."""

    line: Annotated[int, Field(ge=1)]
    idempotency_key: str | None
    state: LineState
    payment: PaymentView | None
    refused: RefusalView | None


class BatchLinePage(Shape):
    """In the order in which they were handed in."""

    items: list[BatchLineView]
    next_cursor: str | None


def batch_view(batch: PaymentBatch) -> BatchView:
    return BatchView.model_construct(**_batch(batch))


def progress_view(progress: BatchProgress) -> BatchProgressView:
    counts: dict[str, Any] = {state.lower(): lines for state, lines in progress.counts.items()}
    return BatchProgressView.model_construct(**_batch(progress.batch), counts=CountsView.model_construct(**counts))


def line_view(line: LineAnswer) -> BatchLineView:
    payment, refused = None, None
    match line.answer:
        case Payment() as standing:
            payment = view(standing)
        case SpokenRefusal(code=code, en=en, ar=ar):
            refused = RefusalView(code=code, detail=en, detail_ar=ar)
        case None:
            pass
    return BatchLineView.model_construct(line=line.number, idempotency_key=line.key, state=line.state, payment=payment, refused=refused)


def _batch(batch: PaymentBatch) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id,
        "batch_reference": batch.batch_reference,
        "lines": batch.lines,
        "received_at": batch.received_at,
        "done": batch.done_at is not None,
        "done_at": batch.done_at,
    }


def _orders(bank: ParticipantCode, lines: Sequence[Any]) -> Iterator[PaymentRequest | Unreadable]:
    for line in lines:
        try:
            order = BatchLineIn.model_validate(line)
            yield order.request(bank, idempotency_key(order.idempotency_key))
        except Refusal as refusal:
            yield Unreadable(refusal, _key_of(line))
        except ValidationError as error:
            in_line = [{**found, "loc": ("line", *found["loc"])} for found in error.errors(include_url=False, include_input=False)]
            yield Unreadable(first_refusal(wrong_fields(in_line)), _key_of(line))


def _key_of(line: Any) -> str | None:
    key = line.get("idempotency_key") if isinstance(line, dict) else None
    return key[:KEY_CHARACTERS_SHOWN] if isinstance(key, str) else None
