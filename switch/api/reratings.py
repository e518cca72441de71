"""Re-ratings of past payments, for staff."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from switch.api.authentication import BooksCaller
from switch.api.dependencies import TheSwitch
from switch.api.shapes import Day, Moment, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.reratings import Rerating

router = APIRouter(prefix="/v1/operator/reratings", tags=["operator"], route_class=StrictRoute)


class ReratingView(Shape):
    """What payments of these business dates have paid too much or too little is adjusted, each once; proposed as `tariff.rerate`."""

    rerating_id: Annotated[str, Field(examples=["water-fee-november"])]
    since: Day
    until: Day
    by: Annotated[str, Field(examples=["staff:nour and staff:sami"])]
    approved_at: Moment
    payments: Annotated[int, Field(ge=0)]
    """How many of them were gone through until now."""
    adjusted: Annotated[int, Field(ge=0)]
    waits: str | None
    """Which bank has no room under its cap for what it has to pay more; it goes on when there is room."""
    finished_at: Moment | None


@router.get("", summary="Re-ratings of past payments · إعادات احتساب الرسوم")
async def reratings(_: BooksCaller, switch: TheSwitch) -> list[ReratingView]:
    """Newest first, each with how far it is carried out.

    الأحدث أولاً، ومع كل منها ما نُفّذ.
    """
    return [_view(each) for each in await switch.reratings.every()]


def _view(each: Rerating) -> ReratingView:
    return ReratingView.model_construct(
        rerating_id=each.rerating_id,
        since=each.since,
        until=each.until,
        by=each.by,
        approved_at=each.approved_at,
        payments=each.payments,
        adjusted=each.adjusted,
        waits=each.waits,
        finished_at=each.finished_at,
    )
