"""Adjustments: what is charged besides payments and reversals, to the two of one payment; each is an entry of its own."""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import date, datetime

from switch.domain import accounts
from switch.domain.fees import Fees
from switch.domain.identifiers import AdjustmentId, EntryId, ParticipantCode, PaymentId, WindowId, bucket_of, bucketed_id
from switch.domain.ledger import EntryKind, JournalEntry, break_adjusted
from switch.domain.payments import Payment
from switch.domain.reratings import NO_CHANGE, Charged, FeeChange


@dataclass(frozen=True, slots=True)
class Adjustment:
    """It counts in its window as payments and reversals do. Minor units."""

    adjustment_id: AdjustmentId
    break_id: str
    """Empty where no break is repaired."""
    payment_id: PaymentId
    kind: EntryKind
    currency: str
    bank: ParticipantCode
    biller: ParticipantCode
    payer_fee: int
    biller_fee: int
    switch_fee: int
    written_off: int
    window_id: WindowId
    business_date: date
    made_at: datetime
    by: str
    bank_fee: int = 0
    central_bank_fee: int = 0
    tax: int = 0
    rerating: str = ""
    """The re-rating that it is of, where it is of one."""
    undoes: bool = False
    """With a reversal of the payment, of what re-ratings had changed of its fees."""

    @property
    def bucket(self) -> int:
        return bucket_of(self.adjustment_id)

    def entry(self) -> JournalEntry:
        return break_adjusted(
            EntryId(self.adjustment_id),
            self.kind,
            [
                (accounts.position(self.bank), self.payer_fee),
                (accounts.payable(self.bank, self.biller), self.biller_fee),
                (accounts.FEE_SWITCH, -self.switch_fee),
                (accounts.fee_bank(self.bank), -self.bank_fee),
                (accounts.FEE_CENTRAL_BANK, -self.central_bank_fee),
                (accounts.TAX, -self.tax),
                (accounts.WRITTEN_OFF, self.written_off),
            ],
            self.currency,
            self.window_id,
            self.business_date,
            self.made_at,
        )

    def digest(self) -> bytes:
        """SHA-256 of all that it says (I14)."""
        content = (
            *(str(self.adjustment_id), self.break_id, str(self.payment_id), self.kind, self.currency, self.bank, self.biller),
            *(self.payer_fee, self.biller_fee, self.switch_fee, self.bank_fee, self.central_bank_fee, self.tax, self.written_off),
            *(self.window_id, self.business_date.isoformat(), self.by, self.rerating, self.undoes),
        )
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True, slots=True)
class Rerated:
    """A payment that was re-rated: the last time, and all that is charged for it now."""

    rerating: str
    charged: FeeChange

    def given_back(self, reversal: Fees, minor: int, left: int) -> FeeChange:
        """Beside what a reversal of so much of what is left gives back of the first fees: so that in all it is their part.

        A part that keeps its fees keeps these, too.
        """
        charged = astuple(self.charged)
        if min(charged) < 0 or not (reversal.total or minor == left):
            return NO_CHANGE
        fees = Fees(*charged)
        part = fees.part(fees.total * minor // left)
        return FeeChange(*(first - own for first, own in zip(astuple(reversal), astuple(part), strict=True)))


def rerated(its: Charged, change: FeeChange, rerating: str, window_id: WindowId, business_date: date, at: datetime, by: str) -> Adjustment:
    """In the window that is open now; its two participants are the payment's."""
    return _of(its.payment_id, its.amount.currency, (its.bank, its.biller), change, rerating, (window_id, business_date, at, by))


def undone(payment: Payment, back: FeeChange, rerating: str, window_id: WindowId, business_date: date, at: datetime, by: str) -> Adjustment:
    """With a reversal of the payment: that gives back what was charged first, this what the re-rating has made of it."""
    pair, currency = (payment.request.bank, payment.biller), payment.request.amount.currency
    return _of(payment.payment_id, currency, pair, back, rerating, (window_id, business_date, at, by), undoes=True)


def _of(
    payment_id: PaymentId,
    currency: str,
    pair: tuple[ParticipantCode, ParticipantCode],
    change: FeeChange,
    rerating: str,
    made: tuple[WindowId, date, datetime, str],
    *,
    undoes: bool = False,
) -> Adjustment:
    window_id, business_date, at, by = made
    return Adjustment(
        adjustment_id=AdjustmentId(bucketed_id(bucket_of(payment_id), at)),
        break_id="",
        payment_id=payment_id,
        kind=EntryKind.FEE_RERATED,
        currency=currency,
        bank=pair[0],
        biller=pair[1],
        payer_fee=change.payer,
        biller_fee=change.biller,
        switch_fee=change.switch,
        written_off=0,
        window_id=window_id,
        business_date=business_date,
        made_at=at,
        by=by,
        bank_fee=change.bank,
        central_bank_fee=change.central_bank,
        tax=change.tax,
        rerating=rerating,
        undoes=undoes,
    )
