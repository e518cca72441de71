"""Disputes for staff: all of them, and what the switch does where one is with it; decisions and refunds are proposals."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from switch.api.audit import tell_audit
from switch.api.authentication import PaymentsCaller, staff
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.dispute_views import (
    DisputeAnswerIn,
    DisputeExtensionIn,
    DisputeHandOverIn,
    DisputeHistoryView,
    DisputeNoteIn,
    DisputePage,
    history_view,
)
from switch.api.disputes import (
    MOVES,
    DisputeIdInPath,
    HolderInQuery,
    Overdue,
    PaymentInQuery,
    ReasonInQuery,
    StateInQuery,
    answer_dispute,
    page_of_disputes,
)
from switch.api.paging import PAGE, Cursor, Limit, id_cursor
from switch.api.shapes import ParticipantText
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain import dispute_errors as refused
from switch.domain import errors
from switch.domain.identifiers import ParticipantCode
from switch.domain.staff import Role, StaffCaller
from switch.reports.disputes import DisputeFilter

reading = APIRouter(prefix="/v1/operator/disputes", tags=["operator"], route_class=StrictRoute)
router = APIRouter(prefix="/v1/staff/disputes", tags=["staff"], route_class=StrictRoute)

Handler = Annotated[StaffCaller, Depends(staff({Role.OPERATOR, Role.RECONCILER}))]
CodeInQuery = Annotated[ParticipantText | None, Query()]


@reading.get("", summary="All disputes · كل الشكاوى", openapi_extra=refuses(errors.CursorMalformed))
async def disputes(
    _: PaymentsCaller,
    switch: TheSwitch,
    participant: CodeInQuery = None,
    state: StateInQuery = None,
    reason: ReasonInQuery = None,
    holder: HolderInQuery = None,
    payment_id: PaymentInQuery = None,
    overdue: Overdue = False,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> DisputePage:
    """Newest first.

    الأحدث أولاً.
    """
    owner = None if participant is None else ParticipantCode(participant)
    overdue_at = switch.clock.now() if overdue else None
    return await page_of_disputes(switch, DisputeFilter(owner, payment_id, state, reason, holder, overdue_at, id_cursor(cursor)), limit)


@reading.get("/{dispute_id}", summary="One dispute · شكوى واحدة", openapi_extra=refuses(refused.DisputeUnknown))
async def one(dispute_id: DisputeIdInPath, _: PaymentsCaller, switch: TheSwitch) -> DisputeHistoryView:
    """All but the contact of whoever complains.

    كلها عدا وسيلة الاتصال بصاحبها.
    """
    return await _shown(switch, dispute_id)


@router.post(
    "/{dispute_id}/answer",
    summary="Answer for the switch · الإجابة عن المحوّل",
    openapi_extra=refuses(*MOVES, refused.DisputeRemedyRefused, refused.DisputeAmountRefused),
)
async def answer(
    dispute_id: DisputeIdInPath, said: DisputeAnswerIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """Where it is with the switch.

    متى كانت لدى المحوّل.
    """
    tell_audit(request, subject=f"dispute {dispute_id}")
    await answer_dispute(switch, dispute_id, said, by=caller.by, caller=None)
    return await _shown(switch, dispute_id)


@router.post(
    "/{dispute_id}/hand-over",
    summary="Hand a dispute over · تسليم شكوى",
    openapi_extra=refuses(*MOVES, refused.DisputeHandOverRefused),
)
async def hand_over(
    dispute_id: DisputeIdInPath, said: DisputeHandOverIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """Whoever has it.

    أياً كان من هي لديه.
    """
    tell_audit(request, subject=f"dispute {dispute_id}")
    await switch.work_disputes.hand_over(dispute_id, said.to, said.note, by=caller.by)
    return await _shown(switch, dispute_id)


@router.post(
    "/{dispute_id}/comments",
    status_code=201,
    summary="Comment on a dispute · تعليق على شكوى",
    openapi_extra=refuses(refused.DisputeUnknown, refused.DisputeTextMissing, refused.DisputesTooMany, errors.TextForbidden),
)
async def comment(
    dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """Both participants read it.

    يقرؤه المشاركان.
    """
    tell_audit(request, subject=f"dispute {dispute_id}")
    await switch.work_disputes.comment(dispute_id, said.note, by=caller.by)
    return await _shown(switch, dispute_id)


@router.post(
    "/{dispute_id}/extension",
    summary="Extend a clock · تمديد مهلة",
    openapi_extra=refuses(refused.DisputeUnknown, refused.DisputeExtensionRefused, refused.DisputeTextMissing, errors.TextForbidden),
)
async def extend(
    dispute_id: DisputeIdInPath, said: DisputeExtensionIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """With a reason, which both participants read.

    لسبب يقرؤه المشاركان.
    """
    tell_audit(request, subject=f"dispute {dispute_id} {said.hours} h")
    await switch.work_disputes.extend(dispute_id, said.hours, said.note, by=caller.by)
    return await _shown(switch, dispute_id)


@router.post("/{dispute_id}/escalation", summary="Escalate to the central bank · رفع شكوى", openapi_extra=refuses(*MOVES))
async def escalate(
    dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """Before anything was decided; then two people decide (`dispute.decide`).

    قبل البتّ فيها؛ ثم يبتّ شخصان.
    """
    tell_audit(request, subject=f"dispute {dispute_id}")
    await switch.work_disputes.escalate(dispute_id, said.note, by=caller.by)
    return await _shown(switch, dispute_id)


@router.post("/{dispute_id}/closure", summary="Close as put right · إغلاق شكوى صُحِّحت", openapi_extra=refuses(*MOVES))
async def close(
    dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: Handler, request: Request, switch: TheSwitch
) -> DisputeHistoryView:
    """One that was accepted or upheld, and put right in another way than by a reversal or repair.

    شكوى قُبلت أو حُكم فيها، وصُحِّحت بغير عكس أو إصلاح فرق.
    """
    tell_audit(request, subject=f"dispute {dispute_id}")
    await switch.work_disputes.confirm(dispute_id, said.note, by=caller.by)
    return await _shown(switch, dispute_id)


async def _shown(switch: Switch, dispute_id: DisputeIdInPath) -> DisputeHistoryView:
    return history_view(await switch.disputes.history(dispute_id), to_staff=True, contact=False)
