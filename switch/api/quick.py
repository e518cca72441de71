"""The quick way: an inquiry and a payment, answered past FastAPI's own steps where nothing about them is out of the ordinary.

FastAPI still declares both (models, refusals, OpenAPI), and whatever is out of the ordinary goes its way: a query, a header twice,
a body that is not as declared. A test shows that both ways give the same answer. Measured: docs/performance.md.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Scope

from switch.api.authentication import BANKS, CALLER, REQUEST_ID
from switch.api.inquiries import inquire
from switch.api.inquiry_views import InquiryIn
from switch.api.messages import message_of
from switch.api.payment_views import PaymentIn
from switch.api.payments import pay
from switch.api.refused import Answered, answer_to
from switch.api.sealing import Answer
from switch.api.shapes import Shape
from switch.api.strict_json import parse
from switch.api.strict_route import JSON
from switch.application import Switch
from switch.domain.errors import Refusal
from switch.domain.identifiers import idempotency_key

_CONTENT_TYPE, _KEY = b"content-type", b"idempotency-key"
_ANSWERED = get_args(Answered)
Way = Callable[[Switch, Scope, bytes, Response], Awaitable[Shape]]


class OutOfTheOrdinary(Exception):
    """For FastAPI to answer; nothing was done yet."""


async def quickly(switch: Switch, scope: Scope, body: bytes) -> Answer | None:
    """None for what is not of the quick way."""
    way = WAYS.get((scope["method"], scope["path"]))
    if way is None:
        return None
    answer = Response()
    try:
        shown = await way(switch, scope, body, answer)
    except OutOfTheOrdinary:
        return None
    except _ANSWERED as error:
        refused = answer_to(error, scope[REQUEST_ID])
        return Answer(refused.status_code, refused.raw_headers, bytes(refused.body))
    headers = [(name, value) for name, value in answer.raw_headers if name != b"content-length"]
    return Answer(answer.status_code, [*headers, (_CONTENT_TYPE, JSON.encode())], shown.__pydantic_serializer__.to_json(shown))


async def _pay(switch: Switch, scope: Scope, body: bytes, answer: Response) -> Shape:
    try:
        order = PaymentIn.model_validate(_document(scope, body))
        key = idempotency_key(_header(scope, _KEY))
    except (Refusal, ValidationError):
        raise OutOfTheOrdinary from None
    return await pay(order, scope[CALLER], key, message_of(scope, body), switch, answer)


async def _inquire(switch: Switch, scope: Scope, body: bytes, _: Response) -> Shape:
    try:
        asked = InquiryIn.model_validate(_document(scope, body))
    except (Refusal, ValidationError):
        raise OutOfTheOrdinary from None
    return await inquire(asked, scope[CALLER], switch)


WAYS: Mapping[tuple[str, str], Way] = {("POST", "/v1/payments"): _pay, ("POST", "/v1/inquiries"): _inquire}


def _document(scope: Scope, body: bytes) -> Any:
    if scope["query_string"] or scope[CALLER].kind not in BANKS or _header(scope, _CONTENT_TYPE) != JSON:
        raise OutOfTheOrdinary
    return parse(body)


def _header(scope: Scope, name: bytes) -> str:
    given = [value for key, value in scope["headers"] if key == name]
    if len(given) != 1:
        raise OutOfTheOrdinary
    return str(given[0].decode("latin-1"))
