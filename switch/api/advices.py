"""Advices: the facts that wait for a biller, pulled by it instead of, or beside, being pushed."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BeforeValidator, ConfigDict, Field

from switch.api.authentication import BillerCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.messages import TheMessage
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.shapes import Moment, ParticipantText, Shape, Text, id_or
from switch.api.strict_route import StrictRoute
from switch.domain.advice_errors import AdviceAnswered, AdviceNotRefusable
from switch.domain.advices import AdviceKind
from switch.domain.errors import AdviceUnknown, CursorMalformed
from switch.domain.identifiers import EventId
from switch.domain.outcomes import Reason
from switch.reports.advices import OutstandingAdvice, WaitingAdvice

BillerReason = Literal[
    "customer_unknown", "bill_unknown", "bill_already_paid", "amount_wrong", "limit_exceeded", "service_closed", "other"
]  # fmt: skip
"""Those of `Reason` that are a biller's to give."""

router = APIRouter(prefix="/v1/advices", tags=["advices"], route_class=StrictRoute)


class AdviceView(Shape):
    """A fact that the biller must take. The same `event_id` again is the same fact."""

    event_id: UUID
    kind: AdviceKind
    payment_id: UUID
    content: dict[str, str | None]
    """What a completed payment is: codes, customer reference, amount, business date."""
    created_at: Moment
    pushed: Annotated[int, Field(ge=0)]
    """How often delivery was tried."""


class AdvicePage(Shape):
    """Oldest first. Read it from its start until it is empty: what is acknowledged is no longer in it."""

    items: list[AdviceView]
    next_cursor: str | None


class OutstandingAdviceView(Shape):
    """An advice that its biller has not acknowledged, for staff; who the payer is, is not in it."""

    event_id: UUID
    biller_code: ParticipantText
    kind: AdviceKind
    payment_id: UUID
    created_at: Moment
    attempts: Annotated[int, Field(ge=0)]
    next_attempt_at: Moment | None
    parked_at: Moment | None
    """Since when it is not tried any more; the biller can still fetch it."""


class OutstandingAdvicePage(Shape):
    """Oldest first."""

    items: list[OutstandingAdviceView]
    next_cursor: str | None


class Acknowledged(Shape):
    event_id: UUID
    acknowledged: bool = True


@router.get("", summary="Advices that wait for us · إشعارات تنتظرنا", openapi_extra=refuses(CursorMalformed))
async def waiting(biller: BillerCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> AdvicePage:
    """Facts that the biller has not acknowledged yet, pushed or not.

    حقائق لم تؤكد الجهة المفوترة استلامها بعد، أُرسلت إليها أم لا.
    """
    found = await switch.advices.waiting(biller.code, id_cursor(cursor), limit + 1)
    items = [_view(advice) for advice in found[:limit]]
    return AdvicePage.model_construct(items=items, next_cursor=write_cursor(items[-1].event_id) if len(found) > limit else None)


class AdviceRefusalIn(Shape):
    """Why, in our words and in the biller's own code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "bill_already_paid", "response_code": "R05"}]})

    reason: BillerReason
    response_code: Annotated[Text, Field(max_length=20)] | None = None


class AdviceRefused(Shape):
    event_id: UUID
    refused: bool = True


@router.post(
    "/{event_id}/acknowledgement",
    summary="We have taken it · استلمناه",
    openapi_extra=refuses(AdviceUnknown, AdviceAnswered),
)
async def acknowledge(
    event_id: Annotated[UUID, Path(), BeforeValidator(id_or(AdviceUnknown))], biller: BillerCaller, switch: TheSwitch
) -> Acknowledged:
    """Once or many times: it is not delivered again.

    مرة أو أكثر: لا يُرسل الإشعار ثانية.
    """
    await switch.acknowledge_advice(biller.code, EventId(event_id))
    return Acknowledged(event_id=event_id)


@router.post(
    "/{event_id}/refusal",
    summary="We will not have what was accepted in our place · لا نقبل ما قُبل نيابةً عنا",
    openapi_extra=refuses(AdviceUnknown, AdviceNotRefusable, AdviceAnswered),
)
async def refuse(
    event_id: Annotated[UUID, Path(), BeforeValidator(id_or(AdviceUnknown))],
    refusal: AdviceRefusalIn,
    biller: BillerCaller,
    message: TheMessage,
    switch: TheSwitch,
) -> AdviceRefused:
    """Only of a `payment.completed` with `stood_in`, and before it is acknowledged: book nothing. The bank takes the payment back.

    Once or many times; the first reason stands.

    لدفعة قُبلت نيابةً عنكم فقط (`stood_in`) وقبل تأكيد استلامها: لا تُقيّد، ويستردها المصرف. مرة أو أكثر، والسبب الأول هو الثابت.
    """
    reason, code = Reason(refusal.reason), refusal.response_code or ""
    await switch.refuse_stand_in(biller.code, EventId(event_id), reason, code, message.content)
    return AdviceRefused(event_id=event_id)


def outstanding_view(advice: OutstandingAdvice) -> OutstandingAdviceView:
    return OutstandingAdviceView.model_construct(
        event_id=advice.event_id,
        biller_code=advice.biller,
        kind=advice.kind,
        payment_id=advice.payment_id,
        created_at=advice.created_at,
        attempts=advice.attempts,
        next_attempt_at=advice.next_attempt_at if advice.parked_at is None else None,
        parked_at=advice.parked_at,
    )


def _view(waiting: WaitingAdvice) -> AdviceView:
    advice = waiting.advice
    return AdviceView.model_construct(
        event_id=advice.event_id,
        kind=advice.kind,
        payment_id=advice.payment_id,
        content=advice.content,
        created_at=advice.created_at,
        pushed=waiting.attempts,
    )
