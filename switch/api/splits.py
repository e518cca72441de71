"""Splits of services over settlement accounts, for staff."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from switch.api.authentication import BooksCaller
from switch.api.dependencies import TheSwitch
from switch.api.shapes import Amount, Currency, Day, ParticipantText, ServiceText, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.splits import Split, SplitPart

router = APIRouter(prefix="/v1/operator/splits", tags=["operator"], route_class=StrictRoute)


class SplitPartView(Shape):
    account_bank: ParticipantText
    account: Annotated[str, Field(examples=["SY2100010000412"])]
    fixed: Amount
    """Goes first, in the order of the parts, as far as the payment goes."""
    basis_points: Annotated[int, Field(ge=0, le=10_000)]
    """Of what is left; whole units, those left over to the largest remainders."""


class SplitView(Shape):
    """Holds for payments accepted from its day on, until a newer one of the same service does."""

    split_id: Annotated[str, Field(examples=["water-2027"])]
    service_code: ServiceText
    currency: Currency
    effective_from: Day
    parts: list[SplitPartView]


@router.get("", summary="Splits over settlement accounts · توزيع على حسابات التسوية")
async def splits(_: BooksCaller, switch: TheSwitch) -> list[SplitView]:
    """By service, then by day; those to come and those that newer ones have replaced, too.

    حسب الخدمة ثم اليوم، ومعها ما سيسري وما حلّ غيره محلّه.
    """
    return [split_view(split) for split in await switch.splits.every()]


def split_view(split: Split) -> SplitView:
    return SplitView.model_construct(
        split_id=split.split_id,
        service_code=split.service,
        currency=split.currency,
        effective_from=split.effective_from,
        parts=[_part(part, split.currency) for part in split.parts],
    )


def _part(part: SplitPart, currency: str) -> SplitPartView:
    return SplitPartView.model_construct(
        account_bank=part.account.bank,
        account=part.account.number,
        fixed=Amount.minor(part.fixed_minor, currency),
        basis_points=part.basis_points,
    )
