"""Disputes: a bank or biller complains of one of its payments, under a code; the other side answers, in time."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.dispute_views import (
    DisputeAnswerIn,
    DisputeAttachmentView,
    DisputeHandOverIn,
    DisputeHistoryView,
    DisputeIn,
    DisputeNoteIn,
    DisputePage,
    DisputeReasonList,
    attachment_view,
    dispute_view,
    history_view,
    reasons_view,
)
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.payments import TheKey
from switch.api.refusals import MediaTypeUnsupported
from switch.api.refused import REPLAYED
from switch.api.shapes import Uuid, id_or
from switch.api.statements import require_media_type
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain import dispute_errors as refused
from switch.domain import errors
from switch.domain.attached_files import MEDIA_TYPES
from switch.domain.dispute_attachments import NAME_CHARACTERS
from switch.domain.dispute_terms import DisputeReason, Party, Remedy
from switch.domain.disputes import DisputeState
from switch.domain.identifiers import ParticipantCode
from switch.reports.disputes import DisputeFilter

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], route_class=StrictRoute)

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
EVIDENCE: dict[str, Any] = {
    "required": True,
    "description": "At most 1,000,000 bytes · مليون بايت على الأكثر",
    "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES},
}
MOVES = (refused.DisputeUnknown, refused.DisputeNotYours, refused.DisputeMoveRefused, refused.DisputeTextMissing, errors.TextForbidden)


def _sha256(value: object) -> str:
    if not isinstance(value, str) or _SHA256.fullmatch(value) is None:
        raise refused.DisputeUnknown()
    return value


DisputeIdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(refused.DisputeUnknown))]
Sha256InPath = Annotated[str, Path(), BeforeValidator(_sha256)]
StateInQuery = Annotated[DisputeState | None, Query()]
ReasonInQuery = Annotated[DisputeReason | None, Query()]
HolderInQuery = Annotated[Party | None, Query()]
PaymentInQuery = Annotated[Uuid | None, Query()]
NameInQuery = Annotated[
    str,
    Query(min_length=1, max_length=NAME_CHARACTERS, description="What it is called; nobody's name belongs in it · اسمه، بلا أسماء أشخاص"),
]
Overdue = Annotated[bool, Query(description="Only those whose clock has run out.")]


@router.post(
    "",
    status_code=201,
    summary="Open a dispute · فتح شكوى",
    openapi_extra=refuses(
        errors.PaymentUnknown, errors.IdempotencyKeyMissing, errors.IdempotencyKeyMalformed, errors.IdempotencyKeyConflict,
        refused.DisputeReasonNotYours, refused.DisputePaymentState, refused.DisputeTooLate, refused.DisputeAlreadyOpen,
        refused.DisputesTooMany, refused.DisputeAmountRefused, refused.DisputeTextMissing, errors.TextForbidden,
    ),
)  # fmt: skip
async def open_dispute(
    said: DisputeIn, caller: ParticipantCaller, key: TheKey, switch: TheSwitch, response: Response
) -> DisputeHistoryView:
    """Of the caller's own payment; the same key with the same content is the same dispute. Nothing is posted by it.

    لدفعة الطالب وحده؛ والمفتاح نفسه بالمحتوى نفسه هو الشكوى نفسها. ولا يُقيَّد بها شيء.
    """
    opened = await switch.open_dispute(said.order(caller.code, key))
    response.headers["Location"] = f"/v1/disputes/{opened.dispute.dispute_id}"
    if opened.replayed:
        response.headers[REPLAYED] = "true"
    return await _shown(switch, opened.dispute.dispute_id, caller.code)


@router.get("", summary="Our disputes · شكاوانا", openapi_extra=refuses(errors.CursorMalformed))
async def disputes(
    caller: ParticipantCaller,
    switch: TheSwitch,
    state: StateInQuery = None,
    reason: ReasonInQuery = None,
    holder: HolderInQuery = None,
    payment_id: PaymentInQuery = None,
    overdue: Overdue = False,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> DisputePage:
    """Those of the caller's own payments, whoever opened them; `holder` finds what waits for us.

    شكاوى دفعات الطالب أياً كان من فتحها؛ ويبيّن `holder` ما ينتظرنا.
    """
    overdue_at = switch.clock.now() if overdue else None
    wanted = DisputeFilter(caller.code, payment_id, state, reason, holder, overdue_at, id_cursor(cursor))
    return await page_of_disputes(switch, wanted, limit)


@router.get("/reasons", summary="Codes and terms · الرموز والمهل")
async def reasons(caller: ParticipantCaller, switch: TheSwitch) -> DisputeReasonList:
    """Who opens, who answers first, how long that may take, and what silence means.

    من يفتحها ومن يجيب أولاً وخلال كم، وما معنى السكوت.
    """
    del caller
    return reasons_view(dict(await switch.disputes.terms()))


@router.get("/{dispute_id}", summary="One dispute · شكوى واحدة", openapi_extra=refuses(refused.DisputeUnknown))
async def one(dispute_id: DisputeIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """With whom it is, until when, and all that was done about it.

    لدى من هي وحتى متى، وكل ما جرى بشأنها.
    """
    return await _shown(switch, dispute_id, caller.code)


@router.post(
    "/{dispute_id}/answer",
    summary="Answer a dispute · الإجابة عن شكوى",
    openapi_extra=refuses(*MOVES, refused.DisputeRemedyRefused, refused.DisputeAmountRefused),
)
async def answer(dispute_id: DisputeIdInPath, said: DisputeAnswerIn, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """By whoever has it and has not opened it. A refund that is accepted is proposed to the switch's staff, and ends it when it has landed.

    ممن هي لديه وليس من فتحها. والردّ المقبول يُعرض على موظفي المحوّل وتنتهي به الشكوى متى تم.
    """
    await answer_dispute(switch, dispute_id, said, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post(
    "/{dispute_id}/hand-over",
    summary="Hand a dispute over · تسليم شكوى",
    openapi_extra=refuses(*MOVES, refused.DisputeHandOverRefused),
)
async def hand_over(
    dispute_id: DisputeIdInPath, said: DisputeHandOverIn, caller: ParticipantCaller, switch: TheSwitch
) -> DisputeHistoryView:
    """By whoever has it, to bank, biller or switch. The clock runs on.

    ممن هي لديه إلى المصرف أو الجهة المفوترة أو المحوّل؛ والمهلة تجري.
    """
    await switch.work_disputes.hand_over(dispute_id, said.to, said.note, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post(
    "/{dispute_id}/comments",
    status_code=201,
    summary="Comment on a dispute · تعليق على شكوى",
    openapi_extra=refuses(refused.DisputeUnknown, refused.DisputeTextMissing, refused.DisputesTooMany, errors.TextForbidden),
)
async def comment(dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """Both sides and the switch read it.

    يقرؤه الطرفان والمحوّل.
    """
    await switch.work_disputes.comment(dispute_id, said.note, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post("/{dispute_id}/escalation", summary="Escalate to the central bank · رفع شكوى", openapi_extra=refuses(*MOVES))
async def escalate(dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """By whoever opened it: against a rejection, or an acceptance that did not come true.

    ممن فتحها: على رفض، أو قبول لم يتحقق.
    """
    await switch.work_disputes.escalate(dispute_id, said.note, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post("/{dispute_id}/confirmation", summary="It was put right · تأكيد التصحيح", openapi_extra=refuses(*MOVES))
async def confirm(dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """By whoever opened it: the dispute is closed.

    ممن فتحها: تُغلق الشكوى.
    """
    await switch.work_disputes.confirm(dispute_id, said.note, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post("/{dispute_id}/withdrawal", summary="Withdraw a dispute · سحب شكوى", openapi_extra=refuses(*MOVES))
async def withdraw(dispute_id: DisputeIdInPath, said: DisputeNoteIn, caller: ParticipantCaller, switch: TheSwitch) -> DisputeHistoryView:
    """By whoever opened it, at any time before its end.

    ممن فتحها، في أي وقت قبل نهايتها.
    """
    await switch.work_disputes.withdraw(dispute_id, said.note, by=caller.code, caller=caller.code)
    return await _shown(switch, dispute_id, caller.code)


@router.post(
    "/{dispute_id}/attachments",
    status_code=201,
    summary="Attach evidence · إرفاق دليل",
    openapi_extra=refuses(*MOVES, refused.DisputeAttachmentRefused, errors.FileNameForbidden, MediaTypeUnsupported, requestBody=EVIDENCE),
)
async def attach(
    dispute_id: DisputeIdInPath, request: Request, caller: ParticipantCaller, switch: TheSwitch, name: NameInQuery = "attachment"
) -> DisputeAttachmentView:
    """Its kind is told by its bytes. The same bytes again change nothing.

    يُعرف نوعه من محتواه؛ وإعادة المحتوى نفسه لا تغيّر شيئاً.
    """
    require_media_type(request, MEDIA_TYPES)
    attached = await switch.work_disputes.attach(dispute_id, name, await request.body(), by=caller.code, caller=caller.code)
    return attachment_view(attached)


@router.get(
    "/{dispute_id}/attachments/{sha256}",
    response_class=Response,
    summary="Read an attachment · قراءة مرفق",
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=refuses(refused.DisputeUnknown),
)
async def read_attachment(dispute_id: DisputeIdInPath, sha256: Sha256InPath, caller: ParticipantCaller, switch: TheSwitch) -> Response:
    """As it was attached, to be saved and not opened here.

    كما أُرفق، ليُحفظ لا ليُفتح هنا.
    """
    _, content = await switch.disputes.attachment(dispute_id, sha256, caller.code)
    return Response(content, headers={"Content-Disposition": "attachment"}, media_type="application/octet-stream")


async def answer_dispute(switch: Switch, dispute_id: UUID, said: DisputeAnswerIn, *, by: str, caller: ParticipantCode | None) -> None:
    if not said.accepted:
        await switch.work_disputes.reject(dispute_id, said.note, by=by, caller=caller)
        return
    minor = None if said.amount is None else said.amount.money().minor
    await switch.work_disputes.accept(dispute_id, said.remedy or Remedy.PUT_RIGHT, minor, said.note, by=by, caller=caller)


async def page_of_disputes(switch: Switch, wanted: DisputeFilter, limit: int) -> DisputePage:
    found = await switch.disputes.page(wanted, limit + 1)
    items = [dispute_view(one) for one in found[:limit]]
    return DisputePage.model_construct(items=items, next_cursor=write_cursor(items[-1].dispute_id) if len(found) > limit else None)


async def _shown(switch: Switch, dispute_id: UUID, caller: ParticipantCode) -> DisputeHistoryView:
    return history_view(await switch.disputes.history(dispute_id, caller))
