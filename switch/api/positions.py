"""Positions: what a bank owes now, and how much room it has left."""

from datetime import datetime

from fastapi import APIRouter

from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.shapes import Amount, Currency, Moment, ParticipantText, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.positions import Position

router = APIRouter(prefix="/v1/position", tags=["position"], route_class=StrictRoute)


class PositionView(Shape):
    """headroom = cap − held − posted; negative only where the cap was lowered under what is owed already."""

    currency: Currency
    cap: Amount
    held: Amount
    """For payments whose outcome is not certain yet."""
    posted: Amount
    """For completed payments in windows that are not settled."""
    headroom: Amount


class PositionsView(Shape):
    bank_code: ParticipantText
    as_of: Moment
    positions: list[PositionView]
    """One for each currency."""


@router.get("", summary="Own position · مركزنا")
async def own(bank: BankCaller, switch: TheSwitch) -> PositionsView:
    """What the bank owes in unsettled windows, held and posted, and how much room is left under its cap, now.

    ما على المصرف في النوافذ غير المسواة، محجوزاً ومثبتاً، وما بقي متاحاً تحت سقفه الآن.
    """
    as_of = switch.clock.now()
    found = await switch.positions.of_bank(bank.code)
    return positions_view(bank.code, as_of, found)


def positions_view(bank: str, as_of: datetime, found: list[Position]) -> PositionsView:
    return PositionsView.model_construct(bank_code=bank, as_of=as_of, positions=[position_view(position) for position in found])


def position_view(position: Position) -> PositionView:
    currency = position.currency
    return PositionView.model_construct(
        currency=currency,
        cap=Amount.minor(position.cap, currency),
        held=Amount.minor(position.held, currency),
        posted=Amount.minor(position.posted, currency),
        headroom=Amount.minor(position.headroom, currency),
    )
