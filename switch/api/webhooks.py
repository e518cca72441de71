"""Webhook end points: where a bank is told what became of its payments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BeforeValidator

from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.shapes import id_or
from switch.api.strict_route import StrictRoute
from switch.api.webhook_views import (
    ReplayedView,
    WebhookDeliveryPage,
    WebhookDeliveryView,
    WebhookEndpointIn,
    WebhookEndpointList,
    WebhookEndpointView,
    WebhookEventView,
    WebhookSecretView,
    delivery_view,
    endpoint_view,
)
from switch.domain import webhook_errors
from switch.domain.errors import CursorMalformed
from switch.domain.identifiers import EventId, WebhookEndpointId
from switch.domain.webhook_errors import WebhookEndpointDisabled, WebhookEndpointUnknown, WebhookEventUnknown
from switch.reports.webhooks import DeliveryState

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhooks"], route_class=StrictRoute)

events = APIRouter()
"""What the switch calls at a bank: described in the contract, and served by nobody here."""

EndpointIdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(WebhookEndpointUnknown))]
EventIdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(WebhookEventUnknown))]


@router.post(
    "",
    status_code=201,
    summary="Register an end point · تسجيل نقطة إشعار",
    openapi_extra=refuses(webhook_errors.WebhookUrlRefused, webhook_errors.WebhookUrlTaken, webhook_errors.WebhookEndpointsTooMany),
)
async def register(wanted: WebhookEndpointIn, bank: BankCaller, switch: TheSwitch) -> WebhookSecretView:
    """Its secret is shown this once. Payments that move from a second later on are told; test it before you rely on it.

    يظهر سرها هذه المرة فقط. ويُبلَّغ عن الدفعات التي تتغير بعد ثانية؛ فاختبروها قبل الاعتماد عليها.
    """
    endpoint, secret = await switch.register_webhook(bank.code, wanted.url, by=bank.code)
    listed = await switch.webhooks.endpoint(bank.code, endpoint.endpoint_id)
    return WebhookSecretView.model_construct(endpoint=endpoint_view(listed), secret=secret, former_valid_until=None)


@router.get("", summary="Own end points · نقاط إشعارنا")
async def listed(bank: BankCaller, switch: TheSwitch) -> WebhookEndpointList:
    """With how much waits for each.

    مع عدد ما ينتظر كلاً منها.
    """
    found = await switch.webhooks.endpoints(bank.code)
    return WebhookEndpointList.model_construct(items=[endpoint_view(one) for one in found])


@router.get("/{endpoint_id}", summary="One end point · نقطة إشعار", openapi_extra=refuses(WebhookEndpointUnknown))
async def one(endpoint_id: EndpointIdInPath, bank: BankCaller, switch: TheSwitch) -> WebhookEndpointView:
    """Of the caller's own only; never with its secret.

    مما يخص الطالب وحده؛ ولا يظهر سرها أبداً.
    """
    return endpoint_view(await switch.webhooks.endpoint(bank.code, endpoint_id))


@router.delete(
    "/{endpoint_id}", status_code=204, summary="Remove an end point · حذف نقطة إشعار", openapi_extra=refuses(WebhookEndpointUnknown)
)
async def remove(endpoint_id: EndpointIdInPath, bank: BankCaller, switch: TheSwitch) -> None:
    """Nothing is sent to it any more.

    لا يُرسل إليها شيء بعد ذلك.
    """
    await switch.remove_webhook(bank.code, WebhookEndpointId(endpoint_id), by=bank.code)


@router.post("/{endpoint_id}/secret", summary="A new secret · سر جديد", openapi_extra=refuses(WebhookEndpointUnknown))
async def renew_secret(endpoint_id: EndpointIdInPath, bank: BankCaller, switch: TheSwitch) -> WebhookSecretView:
    """For a day each delivery carries a signature under the former secret beside the one under the new.

    يحمل كل إرسال لمدة يوم توقيعاً بالسر السابق إلى جانب التوقيع بالجديد.
    """
    _, secret, former_until = await switch.renew_webhook_secret(bank.code, WebhookEndpointId(endpoint_id), by=bank.code)
    shown = endpoint_view(await switch.webhooks.endpoint(bank.code, endpoint_id))
    return WebhookSecretView.model_construct(endpoint=shown, secret=secret, former_valid_until=former_until)


@router.post("/{endpoint_id}/test", status_code=202, summary="Test it · اختبارها", openapi_extra=refuses(WebhookEndpointUnknown))
async def test(endpoint_id: EndpointIdInPath, bank: BankCaller, switch: TheSwitch) -> WebhookDeliveryView:
    """Queues an event `webhook.test`; what became of it is in the deliveries. A disabled end point is active again with it.

    يُدرج حدثاً `webhook.test` وتظهر نتيجته في الإرسالات؛ ونقطة الإشعار المعطّلة تعود به فعّالة.
    """
    event_id = await switch.try_webhook(bank.code, WebhookEndpointId(endpoint_id), by=bank.code)
    return delivery_view(await switch.webhooks.delivery(bank.code, endpoint_id, event_id))


@router.get(
    "/{endpoint_id}/deliveries",
    summary="What was told · ما أُبلغ",
    openapi_extra=refuses(WebhookEndpointUnknown, CursorMalformed),
)
async def deliveries(
    endpoint_id: EndpointIdInPath,
    bank: BankCaller,
    switch: TheSwitch,
    state: Annotated[DeliveryState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> WebhookDeliveryPage:
    """Newest first, with how often each was tried and what was answered last.

    الأحدث أولاً، مع عدد محاولات كل منها وآخر جواب.
    """
    found = await switch.webhooks.deliveries(bank.code, endpoint_id, state, id_cursor(cursor), limit + 1)
    items = [delivery_view(one) for one in found[:limit]]
    return WebhookDeliveryPage.model_construct(items=items, next_cursor=write_cursor(items[-1].event_id) if len(found) > limit else None)


@router.post(
    "/{endpoint_id}/deliveries/{event_id}/replay",
    status_code=202,
    summary="Send one again · إعادة إرسال حدث",
    openapi_extra=refuses(WebhookEndpointUnknown, WebhookEndpointDisabled, WebhookEventUnknown),
)
async def replay(endpoint_id: EndpointIdInPath, event_id: EventIdInPath, bank: BankCaller, switch: TheSwitch) -> WebhookDeliveryView:
    """Delivered or not; under the same id.

    سواء وصل أم لم يصل؛ وبالمعرّف نفسه.
    """
    await switch.replay_webhooks.one(bank.code, WebhookEndpointId(endpoint_id), EventId(event_id))
    return delivery_view(await switch.webhooks.delivery(bank.code, endpoint_id, EventId(event_id)))


@router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    summary="Send what was parked · إرسال ما رُكن",
    openapi_extra=refuses(WebhookEndpointUnknown, WebhookEndpointDisabled),
)
async def replay_parked(endpoint_id: EndpointIdInPath, bank: BankCaller, switch: TheSwitch) -> ReplayedView:
    """Everything that was given up after too many attempts waits anew.

    كل ما تُركت محاولة إرساله بعد محاولات كثيرة يعود إلى الانتظار.
    """
    return ReplayedView.model_construct(replayed=await switch.replay_webhooks.parked(bank.code, WebhookEndpointId(endpoint_id)))


@events.post(
    "event",
    operation_id="webhooks_event",
    response_class=Response,
    responses={
        200: {"description": "Any 2xx takes it; anything else is tried again; 410 disables the end point · أي جواب 2xx يعني الاستلام"}
    },
    summary="What became of a payment · ما آلت إليه دفعة",
)
async def event(
    told: WebhookEventView,
    webhook_id: Annotated[str, Header(description="The id of the event, the same at every attempt")],
    webhook_timestamp: Annotated[int, Header(description="When this attempt was made, in seconds since 1970")],
    webhook_signature: Annotated[str, Header(description="`v1,` and HMAC-SHA256 under each valid secret, with blanks between them")],
) -> None:
    """Sent to each end point that the bank has registered, signed after Standard Webhooks; how to verify it: docs/webhooks.md.

    يُرسل إلى كل نقطة إشعار سجّلها المصرف، موقّعاً وفق Standard Webhooks؛ وطريقة التحقق في docs/webhooks.md.
    """
