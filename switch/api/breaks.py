"""Breaks: where the caller's own books and the switch's do not agree."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.disputes import EVIDENCE, NameInQuery
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.reconciliation_views import (
    AttachmentView,
    BreakCommentIn,
    BreakHandBackIn,
    BreakHistoryView,
    BreakPage,
    attachment_view,
    break_view,
    history_view,
)
from switch.api.refusals import MediaTypeUnsupported
from switch.api.shapes import Day
from switch.api.statements import require_media_type
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain.attached_files import MEDIA_TYPES
from switch.domain.break_errors import AttachmentRefused, BreakEnded, BreakNotYours, BreakTextMissing, BreakUnknown
from switch.domain.breaks import SWITCH
from switch.domain.errors import CursorMalformed, FileNameForbidden, TextForbidden
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import BreakState

router = APIRouter(prefix="/v1/breaks", tags=["statements"], route_class=StrictRoute)

_BREAK_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)

DayInQuery = Annotated[Day | None, Query()]


def _break_id(value: object) -> str:
    """What cannot be an id is as unknown as an id that nobody has."""
    if not isinstance(value, str) or _BREAK_ID.fullmatch(value) is None:
        raise BreakUnknown()
    return value


BreakIdInPath = Annotated[str, Path(), BeforeValidator(_break_id)]
Sha256InPath = Annotated[str, Path(), BeforeValidator(_break_id)]
"""Of an attachment: as many digits, and as unknown."""
StateInQuery = Annotated[BreakState | None, Query()]


@router.get("", summary="Our breaks · فروقنا", openapi_extra=refuses(CursorMalformed))
async def breaks(
    caller: ParticipantCaller,
    switch: TheSwitch,
    business_date: DayInQuery = None,
    state: StateInQuery = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> BreakPage:
    """What the last reconciliation of a business date found in the caller's statement; of the caller's own only.

    ما وجدته آخر مطابقة ليوم العمل في كشف الطالب وحده.
    """
    return await page_of_breaks(switch, caller.code, business_date, state, cursor, limit)


@router.get("/{break_id}", summary="One break · فرق واحد", openapi_extra=refuses(BreakUnknown))
async def one(break_id: BreakIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> BreakHistoryView:
    """Both sides field by field, who acts next and by when, and all that was done about it. Of the caller's own, and what it was handed.

    الجانبان حقلاً حقلاً، ومن عليه أن يتصرف وحتى متى، وكل ما جرى بشأنه؛ مما يخص الطالب أو سُلّم إليه.
    """
    return history_view(await switch.breaks.history(break_id, caller.code), caller.code)


@router.post("/{break_id}/take", summary="Accept a break · قبول فرق", openapi_extra=refuses(BreakUnknown, BreakEnded, BreakNotYours))
async def take(break_id: BreakIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> BreakHistoryView:
    """We work on it. Only what is with the caller now.

    نعمل عليه؛ ولا يكون ذلك إلا لما هو لدى الطالب الآن.
    """
    await switch.work_breaks.take([break_id], caller.code, by=caller.code, caller=caller.code)
    return history_view(await switch.breaks.history(break_id, caller.code), caller.code)


@router.post(
    "/{break_id}/comments",
    status_code=201,
    summary="Comment on a break · تعليق على فرق",
    openapi_extra=refuses(BreakUnknown, BreakTextMissing, TextForbidden),
)
async def comment(break_id: BreakIdInPath, said: BreakCommentIn, caller: ParticipantCaller, switch: TheSwitch) -> BreakHistoryView:
    """The switch's staff and whoever has the break read it; nothing is ever taken out of a history.

    يقرؤه موظفو المحوّل ومن لديه الفرق، ولا يُحذف من السجل شيء.
    """
    await switch.work_breaks.comment([break_id], said.text, by=caller.code, caller=caller.code)
    return history_view(await switch.breaks.history(break_id, caller.code), caller.code)


@router.post(
    "/{break_id}/hand-back",
    summary="Hand a break back · إعادة فرق إلى المحوّل",
    openapi_extra=refuses(BreakUnknown, BreakEnded, BreakNotYours, BreakTextMissing, TextForbidden),
)
async def hand_back(break_id: BreakIdInPath, said: BreakHandBackIn, caller: ParticipantCaller, switch: TheSwitch) -> BreakHistoryView:
    """To the switch, which acts next. Only what is with the caller now.

    إلى المحوّل ليتصرف؛ ولا يكون ذلك إلا لما هو لدى الطالب الآن.
    """
    await switch.work_breaks.hand_over([break_id], SWITCH, said.note, by=caller.code, caller=caller.code)
    return history_view(await switch.breaks.history(break_id), caller.code)


@router.post(
    "/{break_id}/attachments",
    status_code=201,
    summary="Attach to a break · إرفاق بفرق",
    openapi_extra=refuses(BreakUnknown, AttachmentRefused, FileNameForbidden, TextForbidden, MediaTypeUnsupported, requestBody=EVIDENCE),
)
async def attach(
    break_id: BreakIdInPath, request: Request, caller: ParticipantCaller, switch: TheSwitch, name: NameInQuery = "attachment"
) -> AttachmentView:
    """Its kind is told by its bytes. The same bytes again change nothing. Whoever has the break, and the switch's staff, read it.

    يُعرف نوعه من محتواه؛ وإعادة المحتوى نفسه لا تغيّر شيئاً. ويقرؤه من لديه الفرق وموظفو المحوّل.
    """
    require_media_type(request, MEDIA_TYPES)
    return attachment_view(await switch.work_breaks.attach(break_id, name, await request.body(), by=caller.code, caller=caller.code))


@router.get(
    "/{break_id}/attachments/{sha256}",
    response_class=Response,
    summary="Read an attachment · قراءة مرفق",
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=refuses(BreakUnknown),
)
async def read_attachment(break_id: BreakIdInPath, sha256: Sha256InPath, caller: ParticipantCaller, switch: TheSwitch) -> Response:
    """As it was attached, to be saved and not opened here.

    كما أُرفق، ليُحفظ لا ليُفتح هنا.
    """
    return attachment_answer(await switch.breaks.attachment(break_id, sha256, caller.code))


def attachment_answer(content: bytes) -> Response:
    return Response(content, headers={"Content-Disposition": "attachment"}, media_type="application/octet-stream")


async def page_of_breaks(
    switch: Switch,
    participant: ParticipantCode | None,
    business_date: date | None,
    state: BreakState | None,
    cursor: str | None,
    limit: int,
) -> BreakPage:
    found = await switch.breaks.page(participant, business_date, state, text_cursor(cursor, _BREAK_ID), limit + 1)
    items = [break_view(one) for one in found[:limit]]
    return BreakPage.model_construct(items=items, next_cursor=write_cursor(items[-1].break_id) if len(found) > limit else None)
