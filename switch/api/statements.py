"""Statements: what a bank or biller has booked for one business date, handed in for reconciliation; and those that were wrong."""

import io
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.files import CSV
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.quarantine_views import QuarantinedStatementView, QuarantinePage, quarantined_view
from switch.api.reconciliation_views import StatementView, statement_view
from switch.api.refusals import MediaTypeUnsupported
from switch.api.refused import REPLAYED
from switch.api.shapes import Day
from switch.api.strict_route import StrictRoute
from switch.domain.errors import CursorMalformed, FileMalformed, StatementNotYours
from switch.domain.file_errors import LayoutUnknown
from switch.domain.statement_errors import MappingRefused, QuarantineUnknown

router = APIRouter(prefix="/v1/statements", tags=["statements"], route_class=StrictRoute)

MEDIA_TYPES = (
    CSV,
    "text/plain",
    "application/xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_QUARANTINE_ID = re.compile(r"[0-9]{6}-[0-9a-f]{32}", re.ASCII)
_BODY: dict[str, Any] = {
    "required": True,
    "description": "A statement in one of the layouts of docs/file-formats.md · كشف بأحد التنسيقات المذكورة في docs/file-formats.md",
    "content": {
        media_type: {"schema": {"type": "string", **({"format": "binary"} if "sheet" in media_type else {})}} for media_type in MEDIA_TYPES
    },
}
Layout = Annotated[
    Literal["csv-1", "csv", "fixed-width", "xlsx", "camt", "mt940"] | None,
    Query(description="Recognised where it is left out · يُعرف إن لم يُذكر"),
]
StatementDay = Annotated[Day | None, Query(description="Of the statement, where the file does not say it · يوم الكشف إن لم يذكره الملف")]


def _quarantine_id(value: str) -> str:
    if _QUARANTINE_ID.fullmatch(value) is None:
        raise QuarantineUnknown()
    return value


QuarantineIdInPath = Annotated[str, Path(examples=["100010-" + "3f2a" * 8]), BeforeValidator(_quarantine_id)]


@router.post(
    "",
    status_code=201,
    summary="Hand in a statement · تقديم كشف",
    openapi_extra=refuses(FileMalformed, StatementNotYours, LayoutUnknown, MappingRefused, requestBody=_BODY),
)
async def hand_in(
    request: Request,
    caller: ParticipantCaller,
    switch: TheSwitch,
    response: Response,
    layout: Layout = None,
    business_date: StatementDay = None,
) -> StatementView:
    """Taken in whole or not at all. The same bytes again are recognised; other bytes for the same day are a new revision.
    A wrong one is kept in quarantine with everything that is wrong with it.

    يؤخذ الكشف كاملاً أو لا يؤخذ. يُعرف الكشف نفسه إن أُعيد، وأي محتوى آخر لليوم نفسه نسخة جديدة.
    والكشف الخاطئ يُحفظ في الحجر مع كل ما فيه من أخطاء.
    """
    require_media_type(request, MEDIA_TYPES)
    imported = await switch.import_statement(caller, io.BytesIO(await request.body()), layout=layout, business_date=business_date)
    if imported.replayed:
        response.headers[REPLAYED] = "true"
    return statement_view(imported)


@router.get("/quarantined", summary="Our statements in quarantine · كشوفنا في الحجر", openapi_extra=refuses(CursorMalformed))
async def quarantined(caller: ParticipantCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> QuarantinePage:
    """Those that were wrong, newest first; nothing of them was taken in.

    الكشوف الخاطئة، الأحدث أولاً؛ ولم يؤخذ منها شيء.
    """
    found = await switch.statements.quarantined(caller.code, text_cursor(cursor, _QUARANTINE_ID), limit + 1)
    items = [quarantined_view(one) for one in found[:limit]]
    return QuarantinePage.model_construct(items=items, next_cursor=write_cursor(items[-1].quarantine_id) if len(found) > limit else None)


@router.get("/quarantined/{quarantine_id}", summary="One of them · واحد منها", openapi_extra=refuses(QuarantineUnknown))
async def one_quarantined(quarantine_id: QuarantineIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> QuarantinedStatementView:
    """Every wrong row by its number, its field and a code, in Arabic and English.

    كل سطر خاطئ برقمه وحقله ورمز الخطأ، بالعربية والإنكليزية.
    """
    return quarantined_view(await switch.statements.one_quarantined(caller.code, quarantine_id))


def require_media_type(request: Request, expected: Sequence[str]) -> None:
    given = request.headers.getlist("content-type")
    if len(given) != 1 or given[0].partition(";")[0].strip().lower() not in expected:
        raise MediaTypeUnsupported(expected=", ".join(expected))
