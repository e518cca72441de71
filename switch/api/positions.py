"""Positions: what a bank owes now, how much room it has left, and where it is going by the next cut-off."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.shapes import Amount, Currency, Moment, ParticipantText, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.liquidity import MOST_LIKE_DAYS, Forecast
from switch.domain.positions import Position

router = APIRouter(prefix="/v1/position", tags=["position"], route_class=StrictRoute)


class PositionView(Shape):
    """headroom = cap − held − posted; negative only where the cap was lowered under what is owed already."""

    currency: Currency
    cap: Amount
    deposited: Amount
    """The part of the cap that a deposit backs."""
    granted: Amount
    """The rest of it: cap − deposited."""
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


class ForecastView(Shape):
    """What the bank will owe at the next cut-off if this day goes on like those before it; that is no promise.

    `expected`, `low` and `high` are null where fewer than five like days are known: there is too little history.
    """

    currency: Currency
    cut_off: Moment
    cap: Amount
    now: Amount
    """held + posted, of all windows that are not settled."""
    like_days: Annotated[int, Field(ge=0, le=MOST_LIKE_DAYS, examples=[8])]
    """Days in the past eight weeks that had, at this hour, the same time before them until their cut-off."""
    enough_history: bool
    low: Amount | None
    """One like day in ten paid so little."""
    expected: Amount | None
    """The middle of the like days."""
    high: Amount | None
    """One like day in ten paid so much."""
    may_pass_cap: bool
    """`high` is more than the cap: payments might be refused before the cut-off."""


class ForecastsView(Shape):
    bank_code: ParticipantText
    as_of: Moment
    forecasts: list[ForecastView]
    """One for each currency."""


@router.get("", summary="Own position · مركزنا")
async def own(bank: BankCaller, switch: TheSwitch) -> PositionsView:
    """What the bank owes in unsettled windows, held and posted, and how much room is left under its cap, now.

    ما على المصرف في النوافذ غير المسواة، محجوزاً ومثبتاً، وما بقي متاحاً تحت سقفه الآن.
    """
    as_of = switch.clock.now()
    found = await switch.positions.of_bank(bank.code)
    return positions_view(bank.code, as_of, found)


@router.get("/forecast", summary="Own position at the next cut-off · مركزنا عند الإقفال القادم")
async def own_forecast(bank: BankCaller, switch: TheSwitch) -> ForecastsView:
    """By what the bank has paid, on like days, from this hour until the cut-off, with a band.

    بحسب ما دفعه المصرف في أيام مماثلة من هذه الساعة حتى الإقفال، مع مجال للتفاوت.
    """
    as_of = switch.clock.now()
    found = await switch.liquidity.forecasts(bank.code)
    return ForecastsView.model_construct(bank_code=bank.code, as_of=as_of, forecasts=[forecast_view(one) for one in found])


def forecast_view(found: Forecast) -> ForecastView:
    currency = found.position.currency
    low, expected, high = (None if minor is None else Amount.minor(minor, currency) for minor in (found.low, found.expected, found.high))
    return ForecastView.model_construct(
        currency=currency,
        cut_off=found.cut_off,
        cap=Amount.minor(found.position.cap, currency),
        now=Amount.minor(found.position.used, currency),
        like_days=found.like_days,
        enough_history=found.enough_history,
        low=low,
        expected=expected,
        high=high,
        may_pass_cap=found.may_pass_cap,
    )


def positions_view(bank: str, as_of: datetime, found: list[Position]) -> PositionsView:
    return PositionsView.model_construct(bank_code=bank, as_of=as_of, positions=[position_view(position) for position in found])


def position_view(position: Position) -> PositionView:
    currency = position.currency
    return PositionView.model_construct(
        currency=currency,
        cap=Amount.minor(position.cap, currency),
        deposited=Amount.minor(position.deposited, currency),
        granted=Amount.minor(position.granted, currency),
        held=Amount.minor(position.held, currency),
        posted=Amount.minor(position.posted, currency),
        headroom=Amount.minor(position.headroom, currency),
    )
