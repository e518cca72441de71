"""What staff and overseers read: the trial balance, the journal, everybody's positions."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from switch.api.positions import ForecastView, PositionView, forecast_view, position_view
from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.api.window_views import WindowText
from switch.domain.ledger import EntryKind, Posting
from switch.domain.liquidity import Forecast
from switch.domain.positions import Position
from switch.reports.journal import AccountSum, FollowedEntry


class AccountView(Shape):
    """What was ever debited and credited to one account."""

    account: Annotated[str, Field(examples=["position:100010"])]
    debit: Amount
    credit: Amount
    balance: Amount
    """debit − credit."""


class TotalView(Shape):
    """All accounts of a currency; `difference` is zero, always."""

    currency: Currency
    debit: Amount
    credit: Amount
    difference: Amount


class TrialBalanceView(Shape):
    """In one moment, also in the middle of a run."""

    as_of: Moment
    accounts: list[AccountView]
    totals: list[TotalView]


class PostingView(Shape):
    account: str
    amount: Amount
    """A debit is positive, a credit negative."""


class EntryView(Shape):
    """One journal entry; its postings sum to zero. It never changes."""

    entry_id: UUID
    kind: EntryKind
    window_id: WindowText
    business_date: Day
    created_at: Moment
    payment_id: UUID | None
    """Of whose payment it is, also where it adjusts one; null for a window's, a debt's, suspense."""
    postings: list[PostingView]


class JournalPage(Shape):
    """In the order of commits. `next_cursor` is always given where there is an entry: go on from it later, and nothing is missed."""

    items: list[EntryView]
    next_cursor: str | None


class BankPositionView(Shape):
    bank_code: ParticipantText
    position: PositionView


class BankForecastView(Shape):
    bank_code: ParticipantText
    forecast: ForecastView


class AllForecastsView(Shape):
    as_of: Moment
    forecasts: list[BankForecastView]


class AllPositionsView(Shape):
    as_of: Moment
    positions: list[BankPositionView]


def account_view(found: AccountSum) -> AccountView:
    return AccountView.model_construct(
        account=found.account,
        debit=Amount.minor(found.debit, found.currency),
        credit=Amount.minor(found.credit, found.currency),
        balance=Amount.minor(found.debit - found.credit, found.currency),
    )


def totals_view(sums: list[AccountSum]) -> list[TotalView]:
    return [_total([one for one in sums if one.currency == currency], currency) for currency in sorted({one.currency for one in sums})]


def entry_view(entry: FollowedEntry) -> EntryView:
    return EntryView.model_construct(
        entry_id=entry.place.entry_id,
        kind=entry.kind,
        window_id=entry.window_id,
        business_date=entry.business_date,
        created_at=entry.created_at,
        payment_id=entry.payment_id,
        postings=[_posting(posting) for posting in entry.postings],
    )


def bank_position_view(position: Position) -> BankPositionView:
    return BankPositionView.model_construct(bank_code=position.bank, position=position_view(position))


def bank_forecast_view(found: Forecast) -> BankForecastView:
    return BankForecastView.model_construct(bank_code=found.position.bank, forecast=forecast_view(found))


def _total(sums: list[AccountSum], currency: str) -> TotalView:
    debit, credit = sum(one.debit for one in sums), sum(one.credit for one in sums)
    return TotalView.model_construct(
        currency=currency,
        debit=Amount.minor(debit, currency),
        credit=Amount.minor(credit, currency),
        difference=Amount.minor(debit - credit, currency),
    )


def _posting(posting: Posting) -> PostingView:
    return PostingView.model_construct(account=posting.account, amount=Amount.minor(posting.minor, posting.currency))
