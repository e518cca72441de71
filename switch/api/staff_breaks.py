"""Breaks for staff: what people at the switch do about them; repairs, and money out of suspense, are proposals of two people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from switch.api.audit import tell_audit
from switch.api.authentication import PaymentsCaller, staff
from switch.api.breaks import BreakIdInPath, Sha256InPath, attachment_answer
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.disputes import EVIDENCE, NameInQuery
from switch.api.reconciliation_views import (
    AttachmentView,
    BreakCommentIn,
    BreakHandBackIn,
    BreakHandOverIn,
    BreakHistoryView,
    SuspenseList,
    attachment_view,
    history_view,
    suspense_view,
)
from switch.api.refusals import MediaTypeUnsupported
from switch.api.statements import require_media_type
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain import break_errors as refused
from switch.domain.archive_errors import DateArchived
from switch.domain.attached_files import MEDIA_TYPES
from switch.domain.errors import FileNameForbidden, TextForbidden
from switch.domain.staff import Role, StaffCaller

reading = APIRouter(prefix="/v1/operator", tags=["operator"], route_class=StrictRoute)
router = APIRouter(prefix="/v1/staff/breaks", tags=["staff"], route_class=StrictRoute)

Handler = Annotated[StaffCaller, Depends(staff({Role.OPERATOR, Role.RECONCILER}))]
TEXTS = (refused.BreakUnknown, refused.BreakTextMissing, TextForbidden)


@reading.get(
    "/breaks/{break_id}/attachments/{sha256}",
    response_class=Response,
    summary="Read an attachment · قراءة مرفق",
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=refuses(refused.BreakUnknown),
)
async def read_break_attachment(break_id: BreakIdInPath, sha256: Sha256InPath, _: PaymentsCaller, switch: TheSwitch) -> Response:
    """As it was attached, to be saved and not opened here.

    كما أُرفق، ليُحفظ لا ليُفتح هنا.
    """
    return attachment_answer(await switch.breaks.attachment(break_id, sha256))


@reading.get("/suspense", summary="Money in suspense · المبالغ المعلّقة")
async def suspense(_: PaymentsCaller, switch: TheSwitch) -> SuspenseList:
    """What the RTGS has moved and no payment explains, oldest first; two people release it (`suspense.release`).

    ما حرّكه نظام التسوية ولا تفسره دفعة، الأقدم أولاً؛ ويحرره شخصان.
    """
    now = switch.clock.now()
    return SuspenseList.model_construct(items=[suspense_view(its, now) for its in await switch.breaks.in_suspense() if its.left.minor])


@router.post("/{break_id}/take", summary="Work on a break · العمل على فرق", openapi_extra=refuses(refused.BreakUnknown, refused.BreakEnded))
async def take_break(break_id: BreakIdInPath, caller: Handler, request: Request, switch: TheSwitch) -> BreakHistoryView:
    """Whoever has it.

    أياً كان من هو لديه.
    """
    _told(request, break_id)
    await switch.work_breaks.take([break_id], caller.by, by=caller.by)
    return await _shown(switch, break_id)


@router.post("/{break_id}/comments", status_code=201, summary="Comment on a break · تعليق على فرق", openapi_extra=refuses(*TEXTS))
async def comment_on_break(
    break_id: BreakIdInPath, said: BreakCommentIn, caller: Handler, request: Request, switch: TheSwitch
) -> BreakHistoryView:
    """Whoever has the break reads it.

    يقرؤه من لديه الفرق.
    """
    _told(request, break_id)
    await switch.work_breaks.comment([break_id], said.text, by=caller.by)
    return await _shown(switch, break_id)


@router.post(
    "/{break_id}/hand-over",
    summary="Hand a break over · تسليم فرق",
    openapi_extra=refuses(*TEXTS, refused.BreakEnded, refused.BreakOwnerRefused),
)
async def hand_break_over(
    break_id: BreakIdInPath, said: BreakHandOverIn, caller: Handler, request: Request, switch: TheSwitch
) -> BreakHistoryView:
    """To `switch`, or to one of the two of its payment.

    إلى المحوّل، أو إلى أحد طرفي دفعته.
    """
    _told(request, break_id)
    await switch.work_breaks.hand_over([break_id], said.to, said.note, by=caller.by)
    return await _shown(switch, break_id)


@router.post("/{break_id}/rejection", summary="It is no break · ليس فرقاً", openapi_extra=refuses(*TEXTS, refused.BreakEnded))
async def reject_break(
    break_id: BreakIdInPath, said: BreakHandBackIn, caller: Handler, request: Request, switch: TheSwitch
) -> BreakHistoryView:
    """With a reason; found again in the same way it stays so.

    لسبب؛ ويبقى كذلك إن وُجد مرة أخرى على حاله.
    """
    _told(request, break_id)
    await switch.work_breaks.reject([break_id], said.note, by=caller.by)
    return await _shown(switch, break_id)


@router.post(
    "/{break_id}/reopening",
    summary="Open a break again · إعادة فتح فرق",
    openapi_extra=refuses(*TEXTS, refused.BreakStillOpen, DateArchived),
)
async def reopen_break(
    break_id: BreakIdInPath, said: BreakHandBackIn, caller: Handler, request: Request, switch: TheSwitch
) -> BreakHistoryView:
    """What people or a rule have ended. No posting is undone by it.

    ما أنهاه أشخاص أو قاعدة؛ ولا يُلغى به قيد.
    """
    _told(request, break_id)
    await switch.work_breaks.reopen([break_id], said.note, by=caller.by)
    return await _shown(switch, break_id)


@router.post(
    "/{break_id}/attachments",
    status_code=201,
    summary="Attach to a break · إرفاق بفرق",
    openapi_extra=refuses(
        refused.BreakUnknown, refused.AttachmentRefused, FileNameForbidden, TextForbidden, MediaTypeUnsupported, requestBody=EVIDENCE
    ),
)
async def attach_to_break(
    break_id: BreakIdInPath, request: Request, caller: Handler, switch: TheSwitch, name: NameInQuery = "attachment"
) -> AttachmentView:
    """Its kind is told by its bytes. The same bytes again change nothing.

    يُعرف نوعه من محتواه؛ وإعادة المحتوى نفسه لا تغيّر شيئاً.
    """
    require_media_type(request, MEDIA_TYPES)
    _told(request, break_id)
    return attachment_view(await switch.work_breaks.attach(break_id, name, await request.body(), by=caller.by))


def _told(request: Request, break_id: str) -> None:
    tell_audit(request, subject=f"break {break_id}")


async def _shown(switch: Switch, break_id: str) -> BreakHistoryView:
    return history_view(await switch.breaks.history(break_id), None)
