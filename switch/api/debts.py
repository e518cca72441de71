"""Debts from defaults: what is still owed, and what was paid or written off; for staff all of it, for participants what concerns them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from switch.api.authentication import BooksCaller, ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.paging import PAGE, Limit
from switch.api.shapes import Amount, Currency, Moment, ParticipantText, Shape
from switch.api.strict_route import StrictRoute
from switch.api.window_views import WindowText
from switch.domain.debts import Debt, DebtPayment, DebtState, DebtWay
from switch.domain.defaults import Claim, Source
from switch.reports.debts import DebtBook

own = APIRouter(prefix="/v1/debts", tags=["windows"], route_class=StrictRoute)
all_of_them = APIRouter(prefix="/v1/operator/debts", tags=["operator"], route_class=StrictRoute)


class DebtPartView(Shape):
    """What was covered by one participant, out of a guarantee or as its share."""

    creditor_code: ParticipantText
    source: Source
    amount: Amount
    """Below zero: more was paid than is owed, and it comes back with the open window."""


class DebtView(Shape):
    """What one defaulter owes in a currency to those who have covered it, until it is paid or written off."""

    defaulter_code: ParticipantText
    currency: Currency
    owed: Amount
    parts: list[DebtPartView]


class DebtPaymentView(Shape):
    """A part of a debt that has ended, or was to be paid; its parts say how much of whose claims."""

    debt_payment_id: Annotated[str, Field(examples=["SYP-DEBT-100010-1"])]
    """Also the id of its instruction to the RTGS."""
    defaulter_code: ParticipantText
    way: DebtWay
    state: DebtState
    amount: Amount
    parts: list[DebtPartView]
    ordered_at: Moment
    rtgs_reference: str | None
    settled_at: Moment | None
    refused_because: str | None
    window_id: WindowText | None
    """In which it counts: the one that was open."""


class DebtBookView(Shape):
    owed: list[DebtView]
    payments: list[DebtPaymentView]
    """Newest first."""


@own.get("", summary="Our debts and claims from defaults · ديوننا وحقوقنا من التخلّف عن الدفع")
async def ours(caller: ParticipantCaller, switch: TheSwitch, limit: Limit = PAGE) -> DebtBookView:
    """What the caller still owes after a default, and what others owe to it: its own parts only.

    ما بقي على الطالب من تخلّف عن الدفع، وما له على غيره: حصته وحدها.
    """
    return book_view(await switch.debts.book(limit, caller.code))


@all_of_them.get("", summary="Debts from defaults · ديون التخلّف عن الدفع")
async def everybodys(_: BooksCaller, switch: TheSwitch, limit: Limit = PAGE) -> DebtBookView:
    """What is still owed, and the payments of it, newest first.

    ما بقي مستحقاً، ودفعاته من الأحدث.
    """
    return book_view(await switch.debts.book(limit))


def book_view(book: DebtBook) -> DebtBookView:
    return DebtBookView.model_construct(owed=[_debt(debt) for debt in book.owed], payments=[_payment(made) for made in book.payments])


def _debt(debt: Debt) -> DebtView:
    return DebtView.model_construct(
        defaulter_code=debt.defaulter,
        currency=debt.currency,
        owed=Amount.minor(debt.minor, debt.currency),
        parts=[_part(claim, debt.currency) for claim in debt.claims],
    )


def _payment(made: DebtPayment) -> DebtPaymentView:
    return DebtPaymentView.model_construct(
        debt_payment_id=made.debt_payment_id,
        defaulter_code=made.defaulter,
        way=made.way,
        state=made.state,
        amount=Amount.minor(made.minor, made.currency),
        parts=[_part(part, made.currency) for part in made.parts],
        ordered_at=made.ordered_at,
        rtgs_reference=made.rtgs_reference,
        settled_at=made.settled_at,
        refused_because=made.refused_because,
        window_id=made.window_id,
    )


def _part(claim: Claim, currency: str) -> DebtPartView:
    return DebtPartView.model_construct(creditor_code=claim.creditor, source=claim.source, amount=Amount.minor(claim.minor, currency))
