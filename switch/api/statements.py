"""Statements: what a bank or biller has booked for one business date, handed in for reconciliation."""

import io
from typing import Any

from fastapi import APIRouter, Request, Response

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.files import CSV
from switch.api.reconciliation_views import StatementView, statement_view
from switch.api.refused import REPLAYED
from switch.api.strict_route import StrictRoute, require_media_type
from switch.domain.errors import FileMalformed, StatementNotYours

router = APIRouter(prefix="/v1/statements", tags=["statements"], route_class=StrictRoute)

_BODY: dict[str, Any] = {
    "required": True,
    "description": "The CSV layout of docs/files.md, UTF-8 · تنسيق CSV المذكور في docs/files.md",
    "content": {CSV: {"schema": {"type": "string"}}},
}


@router.post(
    "",
    status_code=201,
    summary="Hand in a statement · تقديم كشف",
    openapi_extra=refuses(FileMalformed, StatementNotYours, requestBody=_BODY),
)
async def hand_in(request: Request, caller: ParticipantCaller, switch: TheSwitch, response: Response) -> StatementView:
    """Taken in whole or not at all. The same bytes again are recognised; other bytes for the same day are a new revision.

    يؤخذ الكشف كاملاً أو لا يؤخذ. يُعرف الكشف نفسه إن أُعيد، وأي محتوى آخر لليوم نفسه نسخة جديدة.
    """
    require_media_type(request, CSV)
    imported = await switch.import_statement(caller, io.BytesIO(await request.body()))
    if imported.replayed:
        response.headers[REPLAYED] = "true"
    return statement_view(imported)
