"""A settlement window on the line: for its participants with their own net, for staff with everybody's."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from switch.api.approval_views import ClaimView, OwnApprovalView, WindowApprovalView, approval_view, claim_view, own_approval_view
from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.domain.settlement import Bilateral, SettlementLeg, Window, WindowState
from switch.domain.splits import AccountNet
from switch.reports.windows import ParticipantNet, WindowDetail

WindowText = Annotated[str, Field(examples=["SYP-20261124-01"])]


class WindowView(Shape):
    """Payments count for the business date of the window in which they complete."""

    window_id: WindowText
    currency: Currency
    business_date: Day
    number: Annotated[int, Field(ge=1)]
    state: WindowState
    opened_at: Moment
    closes_at: Moment
    """The cut-off by the calendar."""
    closed_at: Moment | None
    settled_at: Moment | None
    """Finality, as the RTGS says."""
    rtgs_reference: str | None
    moved_to: WindowText | None
    """Of an aborted one: the window into which two people have moved all that was owed for it; its payments are settled there."""


class WindowPage(Shape):
    """Newest first."""

    items: list[WindowView]
    next_cursor: str | None


class AccountNetView(Shape):
    """What one settlement account of a biller receives for one bank's payments; below zero it gives back."""

    bank_code: ParticipantText
    biller_code: ParticipantText
    account_bank: ParticipantText | None
    """Where it is kept; nothing for the biller's own account."""
    account: str | None
    receives: Amount


class OwnNetView(Shape):
    """What the window comes to for the caller; while it is open, as it stands now."""

    payments: Annotated[int, Field(ge=0)]
    amount: Amount
    """The sum of the payments' amounts."""
    fees: Amount
    net: Amount
    """To pay where positive, to receive where negative."""
    claims: Amount
    """What of the net is there because somebody did not pay: a part of that is borne (positive) or paid back (negative)."""
    accounts: list[AccountNetView]
    """Of a biller whose money goes to several accounts, once the window is closed."""


class OwnWindowView(Shape):
    window: WindowView
    own: OwnNetView
    approval: OwnApprovalView


class LegView(Shape):
    """What one participant pays (positive) or receives (negative)."""

    participant_code: ParticipantText
    net: Amount


class CellView(Shape):
    """One cell of the bilateral matrix."""

    debtor_code: ParticipantText
    creditor_code: ParticipantText
    amount: Amount


class WindowDetailView(Shape):
    """The nets sum to zero; each is the sum of its row and column of the matrix."""

    window: WindowView
    attempt: Annotated[int, Field(ge=0)]
    """How often an instruction was made for the RTGS."""
    reason: str | None
    """Why the RTGS has refused the last one."""
    closed_by: str | None
    nets: list[LegView]
    bilateral: list[CellView]
    """Of its payments."""
    claims: list[ClaimView]
    """Out of defaults; they are in the nets."""
    accounts: list[AccountNetView]
    """Over which the nets of billers with several accounts are spread."""
    approval: WindowApprovalView


def window_view(window: Window) -> WindowView:
    return WindowView.model_construct(
        window_id=window.window_id,
        currency=window.currency,
        business_date=window.business_date,
        number=window.number,
        state=window.state,
        opened_at=window.opened_at,
        closes_at=window.closes_at,
        closed_at=window.closed_at,
        settled_at=window.settled_at,
        rtgs_reference=window.rtgs_reference,
        moved_to=window.moved_to,
    )


def own_window_view(net: ParticipantNet) -> OwnWindowView:
    currency = net.window.currency
    own = OwnNetView.model_construct(
        payments=net.payments,
        amount=Amount.minor(net.amount_minor, currency),
        fees=Amount.minor(net.fees_minor, currency),
        net=Amount.minor(net.net_minor, currency),
        claims=Amount.minor(net.claims_minor, currency),
        accounts=[_account(each, currency) for each in net.accounts],
    )
    approval = own_approval_view(net.approval_state, net.asked, net.answer)
    return OwnWindowView.model_construct(window=window_view(net.window), own=own, approval=approval)


def detail_view(detail: WindowDetail, now: datetime) -> WindowDetailView:
    window = detail.window
    return WindowDetailView.model_construct(
        window=window_view(window),
        attempt=window.attempt,
        reason=window.reason,
        closed_by=detail.closed_by,
        nets=[_leg(leg, window.currency) for leg in detail.legs],
        bilateral=[_cell(cell, window.currency) for cell in detail.cells],
        claims=[claim_view(each, window.currency) for each in detail.claims],
        accounts=[_account(each, window.currency) for each in detail.accounts],
        approval=approval_view(detail.approval_state, detail.approval, window.currency, now),
    )


def _leg(leg: SettlementLeg, currency: str) -> LegView:
    return LegView.model_construct(participant_code=leg.participant, net=Amount.minor(leg.minor, currency))


def _account(net: AccountNet, currency: str) -> AccountNetView:
    its = net.account
    return AccountNetView.model_construct(
        bank_code=net.bank,
        biller_code=net.biller,
        account_bank=None if its is None else its.bank,
        account=None if its is None else its.number,
        receives=Amount.minor(net.minor, currency),
    )


def _cell(cell: Bilateral, currency: str) -> CellView:
    return CellView.model_construct(debtor_code=cell.debtor, creditor_code=cell.creditor, amount=Amount.minor(cell.minor, currency))
