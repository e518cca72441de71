"""Settlement windows, as banks and billers see them: when they close and settle, and what they come to for the caller."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator

from switch.api.approval_views import WindowApprovalIn, WindowObjectionIn
from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.shapes import Currency
from switch.api.strict_json import printable
from switch.api.strict_route import StrictRoute
from switch.api.window_views import OwnWindowView, WindowPage, own_window_view, window_view
from switch.application import Switch
from switch.domain.approvals import ApprovalNetDiffers, ApprovalNotAsked
from switch.domain.errors import CursorMalformed, TextForbidden, WindowUnknown
from switch.domain.identifiers import WindowId
from switch.domain.proposal_errors import ReasonMissing

router = APIRouter(prefix="/v1/windows", tags=["windows"], route_class=StrictRoute)

WINDOW_ID = re.compile(r"[A-Z]{3}-[0-9]{8}-[0-9]{2,4}", re.ASCII)


def window_id(value: str) -> WindowId:
    """What cannot be a window is as unknown as one that never was."""
    if WINDOW_ID.fullmatch(value) is None:
        raise WindowUnknown(window=printable(str(value))[:40])
    return WindowId(value)


WindowIdInPath = Annotated[str, Path(examples=["SYP-20261124-01"]), BeforeValidator(window_id)]
WindowIdInQuery = Annotated[str | None, Query(examples=["SYP-20261124-01"])]
CurrencyInQuery = Annotated[Currency | None, Query()]


@router.get("", summary="Settlement windows · نوافذ التسوية", openapi_extra=refuses(CursorMalformed))
async def listed(
    _: ParticipantCaller, switch: TheSwitch, currency: CurrencyInQuery = None, cursor: Cursor = None, limit: Limit = PAGE
) -> WindowPage:
    """Newest first, the open one in front.

    الأحدث أولاً، والنافذة المفتوحة في المقدمة.
    """
    return await page_of_windows(switch, currency, cursor, limit)


@router.get("/{window_id}", summary="One window with our net · نافذة واحدة مع صافينا", openapi_extra=refuses(WindowUnknown))
async def one(window_id: WindowIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> OwnWindowView:
    """What it comes to for the caller; nobody else's net.

    ما تؤول إليه للطالب وحده، دون صافي غيره.
    """
    return own_window_view(await switch.windows.of_participant(caller.code, WindowId(window_id)))


_REFUSED = (WindowUnknown, ApprovalNotAsked)


@router.post(
    "/{window_id}/approval",
    summary="Approve our debit · الموافقة على المستحق علينا",
    openapi_extra=refuses(*_REFUSED, ApprovalNetDiffers),
)
async def approve(window_id: WindowIdInPath, approved: WindowApprovalIn, caller: ParticipantCaller, switch: TheSwitch) -> OwnWindowView:
    """Of a closed window, before it goes to the RTGS: exactly the net that it shows. The last word before it is sent counts.

    لنافذة مقفلة وقبل إرسالها إلى RTGS: الصافي الذي تعرضه تماماً. والكلمة الأخيرة قبل الإرسال هي المعتبرة.
    """
    await switch.answer_window.approve(window_id, caller.code, approved.net.money(), by=caller.code)
    return own_window_view(await switch.windows.of_participant(caller.code, WindowId(window_id)))


@router.post(
    "/{window_id}/objection",
    summary="Object to our debit · الاعتراض على المستحق علينا",
    openapi_extra=refuses(*_REFUSED, TextForbidden, ReasonMissing),
)
async def object_to(window_id: WindowIdInPath, objection: WindowObjectionIn, caller: ParticipantCaller, switch: TheSwitch) -> OwnWindowView:
    """The window is not sent, until the caller approves after all or two people of the switch decide.

    لا تُرسل النافذة حتى يوافق المعترض أو يبتّ فيها موظفان من المحوّل.
    """
    await switch.answer_window.object(window_id, caller.code, objection.reason, by=caller.code)
    return own_window_view(await switch.windows.of_participant(caller.code, WindowId(window_id)))


async def page_of_windows(switch: Switch, currency: str | None, cursor: str | None, limit: int) -> WindowPage:
    found = await switch.windows.page(currency, text_cursor(cursor, WINDOW_ID), limit + 1)
    items = [window_view(window) for window in found[:limit]]
    return WindowPage.model_construct(items=items, next_cursor=write_cursor(items[-1].window_id) if len(found) > limit else None)
