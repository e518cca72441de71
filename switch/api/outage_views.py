"""Outages on the line."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.shapes import BilingualName, Moment, Shape
from switch.domain.outages import Outage

_EXAMPLE: dict[str, Any] = {
    "begins_at": "2026-11-24T10:00:00Z",
    "ends_at": "2026-11-24T13:00:00Z",
    "reason": {"ar": "تقنين الكهرباء", "en": "Electricity is rationed"},
}


class ReasonText(BilingualName):
    """Why, in both languages: payers read it."""

    ar: Annotated[str, Field(min_length=1, max_length=200, examples=["تقنين الكهرباء"])]
    en: Annotated[str, Field(min_length=1, max_length=200, examples=["Electricity is rationed"])]


class OutageIn(Shape):
    """From the first moment up to the last, at most 14 days, beginning within 92."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    begins_at: Moment
    ends_at: Moment
    reason: ReasonText


class OutageView(Shape):
    """Hours in which the biller has said that it will not answer."""

    outage_id: UUID
    begins_at: Moment
    ends_at: Moment
    reason: BilingualName


class OutageList(Shape):
    """Present and coming ones, in their order."""

    items: list[OutageView]


def outage_view(outage: Outage) -> OutageView:
    return OutageView.model_construct(
        outage_id=outage.outage_id, begins_at=outage.begins_at, ends_at=outage.ends_at, reason=BilingualName.of(outage.reason)
    )
