"""The catalogue: who can be paid, for what, how a customer is named there, and what it costs."""

import hashlib
import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from switch.api.authentication import Caller
from switch.api.catalogue_views import BillerPage, ServicePage, biller_view, service_view
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.shapes import Moment, ParticipantText, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.errors import CheckDigitWrong, CursorMalformed, NationalCodeMalformed
from switch.domain.identifiers import ParticipantCode

router = APIRouter(prefix="/v1", tags=["catalogue"], route_class=StrictRoute)

_CODE = re.compile(r"[0-9]{6,9}", re.ASCII)
_KEPT = {"Cache-Control": "private, no-cache"}
"""A bank may keep the answer, and asks with its ETag whether it is still true."""

Since = Annotated[Moment | None, Query(description="Only what has changed at or after this time.")]
Etag = Annotated[str | None, Header(alias="If-None-Match", max_length=200, description="The `ETag` of the copy that is kept.")]
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The copy with this ETag is still true · نسختكم ما زالت صحيحة"}}


@router.get(
    "/billers",
    response_model=BillerPage,
    summary="Billers · الجهات المفوترة",
    responses=_UNCHANGED,
    openapi_extra=refuses(CursorMalformed),
)
async def billers(
    _: Caller, switch: TheSwitch, updated_since: Since = None, cursor: Cursor = None, limit: Limit = PAGE, etag: Etag = None
) -> Response:
    """Who can be paid. Keep a copy, and ask with `updated_since` or `If-None-Match` for what has changed.

    الجهات التي يمكن الدفع لها. احتفظوا بنسخة، واسألوا عما تغيّر بـ `updated_since` أو `If-None-Match`.
    """
    found, following = await switch.catalogue.billers(updated_since, text_cursor(cursor, _CODE) or "", limit)
    return _kept(BillerPage.model_construct(items=[biller_view(listed) for listed in found], next_cursor=_next(following)), etag)


@router.get(
    "/services",
    response_model=ServicePage,
    summary="Services · الخدمات",
    responses=_UNCHANGED,
    openapi_extra=refuses(CursorMalformed, NationalCodeMalformed, CheckDigitWrong),
)
async def services(
    _: Caller,
    switch: TheSwitch,
    biller_code: Annotated[ParticipantText | None, Query(description="Of this biller only.")] = None,
    updated_since: Since = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    etag: Etag = None,
) -> Response:
    """What can be paid, with the rules for customer references and amounts, and the tariff.

    ما يمكن دفعه، مع قواعد مراجع الزبائن والمبالغ والتعرفة.
    """
    biller = None if biller_code is None else ParticipantCode(biller_code)
    found, following = await switch.catalogue.services(biller, updated_since, text_cursor(cursor, _CODE) or "", limit)
    return _kept(ServicePage.model_construct(items=[service_view(listed) for listed in found], next_cursor=_next(following)), etag)


def _next(following: str | None) -> str | None:
    return None if following is None else write_cursor(following)


def _kept(page: Shape, etag: str | None) -> Response:
    """The page with its ETag; 304 where the copy that is asked about is the same (RFC 9110, 13.1.2)."""
    content = page.model_dump_json().encode()
    current = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = _KEPT | {"ETag": current}
    if etag is not None and current in {tag.strip().removeprefix("W/") for tag in etag.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/json")
