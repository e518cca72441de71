"""Breaks: where the caller's own books and the switch's do not agree."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.reconciliation_views import BreakPage, break_view
from switch.api.shapes import Day
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain.errors import CursorMalformed
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import BreakState

router = APIRouter(prefix="/v1/breaks", tags=["statements"], route_class=StrictRoute)

_BREAK_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)

DayInQuery = Annotated[Day | None, Query()]
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
