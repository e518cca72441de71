"""The ledger: journal entries, each a kind with its own function; postings sum to zero per currency by construction.

Minor units; a debit is positive, a credit negative. An entry is never changed: a correction is a new entry.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from switch.domain import accounts
from switch.domain.defaults import Claim, claim_legs
from switch.domain.fees import Fees
from switch.domain.identifiers import EntryId, PaymentId, ReversalId, WindowId, bucket_for, bucketed_id
from switch.domain.money import Money
from switch.domain.nets import Nets
from switch.domain.payments import Payment
from switch.domain.settlement import Window
from switch.domain.values import as_json, value


class EntryKind(StrEnum):
    PAYMENT_COMPLETED = "payment_completed"
    PAYMENT_REVERSED = "payment_reversed"
    WINDOW_SETTLED = "window_settled"
    WINDOW_MOVED_OUT = "window_moved_out"
    WINDOW_MOVED_IN = "window_moved_in"
    FEE_ADJUSTED = "fee_adjusted"
    FEE_RERATED = "fee_rerated"
    BREAK_WRITTEN_OFF = "break_written_off"
    SUSPENSE_BOOKED = "suspense_booked"
    SUSPENSE_RELEASED = "suspense_released"
    DEFAULT_COVERED = "default_covered"
    DEFAULT_CARRIED = "default_carried"
    DEBT_PAID = "debt_paid"
    DEBT_WRITTEN_OFF = "debt_written_off"


@value(frozen=True, slots=True)
class Posting:
    account: str
    minor: int
    currency: str


@value(frozen=True, slots=True)
class JournalEntry:
    entry_id: EntryId
    kind: EntryKind
    window_id: WindowId
    business_date: date
    created_at: datetime
    postings: tuple[Posting, ...]
    payment_id: PaymentId | None = None

    def __post_init__(self) -> None:
        sums: defaultdict[str, int] = defaultdict(int)
        for posting in self.postings:
            sums[posting.currency] += posting.minor
        if any(sums.values()) or len(self.postings) < 2:
            raise ValueError(f"entry {self.entry_id} does not sum to zero: {dict(sums)}")

    def digest(self) -> bytes:
        """SHA-256 of the whole entry, kept beside it: an edited row is found by its own entry (I14)."""
        content = (
            str(self.entry_id),
            self.kind,
            self.window_id,
            self.business_date.isoformat(),
            str(self.payment_id or ""),
            [(posting.account, posting.minor, posting.currency) for posting in self.postings],
        )
        return hashlib.sha256(as_json(content).encode()).digest()


def payment_completed(payment: Payment, window_id: WindowId, business_date: date, at: datetime) -> JournalEntry:
    """The payer bank owes amount and payer's fee; the biller is owed the amount less its own; the fees go to their owners."""
    entry_id = EntryId(bucketed_id(payment.bucket, at))
    legs = _legs(payment, payment.request.amount, payment.fees)
    return _entry_of(payment, entry_id, EntryKind.PAYMENT_COMPLETED, legs, window_id, business_date, at)


def payment_reversed(
    payment: Payment, reversal_id: ReversalId, amount: Money, fees: Fees, window_id: WindowId, business_date: date, at: datetime
) -> JournalEntry:
    """What the payment posted for this much of it, the other way round, in the window that is open now.

    The entry has the reversal's id: one reversal gives back once.
    """
    legs = [(account, -minor) for account, minor in _legs(payment, amount, fees)]
    return _entry_of(payment, EntryId(reversal_id), EntryKind.PAYMENT_REVERSED, legs, window_id, business_date, at)


def _legs(payment: Payment, amount: Money, fees: Fees) -> list[tuple[str, int]]:
    bank = payment.request.bank
    owed = accounts.payable(bank, payment.biller)
    return [
        (accounts.position(bank), amount.minor + fees.payer),
        (owed, -amount.minor),
        (owed, fees.biller),
        (accounts.FEE_SWITCH, -fees.switch),
        (accounts.fee_bank(bank), -fees.bank),
        (accounts.FEE_CENTRAL_BANK, -fees.central_bank),
        (accounts.TAX, -fees.tax),
    ]


def _entry_of(
    payment: Payment,
    entry_id: EntryId,
    kind: EntryKind,
    legs: Iterable[tuple[str, int]],
    window_id: WindowId,
    business_date: date,
    at: datetime,
) -> JournalEntry:
    return JournalEntry(
        entry_id=entry_id,
        kind=kind,
        window_id=window_id,
        business_date=business_date,
        created_at=at,
        postings=_postings(legs, payment.request.amount.currency),
        payment_id=payment.payment_id,
    )


def break_adjusted(
    entry_id: EntryId,
    kind: EntryKind,
    legs: Iterable[tuple[str, int]],
    currency: str,
    window_id: WindowId,
    business_date: date,
    at: datetime,
) -> JournalEntry:
    """What two people have agreed on to end a break: it counts in the window that is open now, and never in the payment's own entries."""
    return JournalEntry(entry_id, kind, window_id, business_date, at, _postings(legs, currency))


def default_covered(window: Window, claims: Iterable[Claim], at: datetime) -> JournalEntry:
    """In the window that is recomputed: what defaulters owe in it is owed by those who cover it."""
    return _entry_of_window(window, EntryKind.DEFAULT_COVERED, claim_legs(claims), at)


def default_carried(window: Window, claims: Iterable[Claim], at: datetime) -> JournalEntry:
    """In the window that is open: what was covered the defaulters owe to those who covered it."""
    return _entry_of_window(window, EntryKind.DEFAULT_CARRIED, [(account, -minor) for account, minor in claim_legs(claims)], at)


def debt_ended(window: Window, parts: Iterable[Claim], at: datetime, *, paid: bool) -> JournalEntry:
    """In the window that is open: what was carried into one is owed no more, because it was paid, or whoever has covered it bears it."""
    return _entry_of_window(window, EntryKind.DEBT_PAID if paid else EntryKind.DEBT_WRITTEN_OFF, claim_legs(parts), at)


def window_settled(window: Window, nets: Nets, at: datetime) -> JournalEntry:
    """Every account of the window goes back to zero against the RTGS, where each participant has paid or received its net."""
    cleared = [(account, -minor) for account, minor in sorted(nets.balances.items())]
    moved = [(accounts.RTGS, leg.minor) for leg in nets.legs]
    return _entry_of_window(window, EntryKind.WINDOW_SETTLED, [*cleared, *moved], at)


def window_moved(window: Window, into: Window, balances: Mapping[str, int], at: datetime) -> list[JournalEntry]:
    """Everything that stands in one window stands in the other then; nothing is owed for the first any more."""
    legs = sorted(balances.items())
    if not legs:  # what is to be moved is between the accounts of one biller
        return []
    return [
        _entry_of_window(window, EntryKind.WINDOW_MOVED_OUT, [(account, -minor) for account, minor in legs], at),
        _entry_of_window(into, EntryKind.WINDOW_MOVED_IN, legs, at),
    ]


def _entry_of_window(window: Window, kind: EntryKind, legs: Iterable[tuple[str, int]], at: datetime) -> JournalEntry:
    return JournalEntry(
        entry_id=EntryId(bucketed_id(bucket_for(window.currency, window.window_id), at)),
        kind=kind,
        window_id=window.window_id,
        business_date=window.business_date,
        created_at=at,
        postings=_postings(legs, window.currency),
    )


def _postings(legs: Iterable[tuple[str, int]], currency: str) -> tuple[Posting, ...]:
    return tuple(Posting(account, minor, currency) for account, minor in legs if minor)
