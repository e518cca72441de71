"""Repairs of breaks: which repair fits which, and the adjusting entry that some of them post in the open window."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from switch.domain import accounts
from switch.domain.break_errors import RepairAmountRefused, RepairDoesNotFit
from switch.domain.ledger import Posting
from switch.domain.money import Money, parse_amount
from switch.domain.payments import Payment, PaymentState
from switch.domain.reconciliation import Break, BreakKind, BreakSide, Difference


class Repair(StrEnum):
    RE_ADVISE = "re_advise"
    """The advice of the payment goes to its biller once more."""
    REPEAT_PAYMENT = "repeat_payment"
    """The same payment, under the same id, is sent to its biller once more."""
    GIVE_BACK = "give_back"
    """The payment is reversed by the switch: the bank has its money back, the biller is told."""
    ADJUST = "adjust"
    """The switch takes over the fee that was booked, by an adjusting entry."""
    WRITE_OFF = "write_off"
    """The switch company makes good what is at stake, from the account for it."""
    SUSPEND = "suspend"
    """What the RTGS has moved without any payment is booked into suspense."""
    ACCEPT = "accept"
    """Both books stand as they are: the difference is explained."""


_MISSED = frozenset({BreakKind.MISSING_AT_BILLER, BreakKind.NOT_ADVISED, BreakKind.STILL_DUE, BreakKind.STATUS_DIFFERS})
_RTGS = frozenset({BreakKind.RTGS_NOT_OURS, BreakKind.RTGS_AMOUNT_DIFFERS, BreakKind.MISSING_AT_RTGS, BreakKind.DUPLICATE_AT_RTGS})
FITS: Mapping[Repair, frozenset[BreakKind]] = MappingProxyType(
    {
        Repair.RE_ADVISE: _MISSED,
        Repair.REPEAT_PAYMENT: _MISSED - {BreakKind.NOT_ADVISED},
        Repair.GIVE_BACK: _MISSED | {BreakKind.MISSING_AT_BANK, BreakKind.LATE_ANSWER},
        Repair.ADJUST: frozenset({BreakKind.FEE_DIFFERS}),
        Repair.WRITE_OFF: frozenset(BreakKind) - _RTGS - {BreakKind.MISSING_AT_SWITCH, BreakKind.RTGS_REFERENCE_DIFFERS},
        Repair.SUSPEND: frozenset({BreakKind.RTGS_NOT_OURS}),
        Repair.ACCEPT: frozenset(BreakKind) - {BreakKind.MISSING_AT_BANK, BreakKind.MISSING_AT_BILLER, BreakKind.NOT_ADVISED},
    }
)
_AT_THE_BILLER = frozenset({Repair.RE_ADVISE, Repair.REPEAT_PAYMENT})
_BOOKED = frozenset({PaymentState.COMPLETED, PaymentState.REVERSED})


@dataclass(frozen=True, slots=True)
class Charged:
    """What an adjustment changes of the fees, and what is written off for it."""

    payer_fee: int = 0
    biller_fee: int = 0
    switch_fee: int = 0
    written_off: int = 0


def require_fit(repair: Repair, found: Break, payment: Payment | None) -> None:
    """Raises RepairDoesNotFit."""
    state = None if payment is None else payment.state
    fits = found.kind in FITS[repair]
    if repair in _AT_THE_BILLER:
        fits = fits and found.side == BreakSide.BILLER and state is PaymentState.COMPLETED
    if repair is Repair.GIVE_BACK:
        fits = fits and state is PaymentState.COMPLETED
    if repair in (Repair.ADJUST, Repair.WRITE_OFF):
        fits = fits and state in _BOOKED
    if not fits:
        raise RepairDoesNotFit(repair=repair, kind=found.kind, state=state or "-")


def charged(repair: Repair, found: Break, amount: str | None) -> Charged:
    """For ADJUST what they booked less what we charged; for WRITE_OFF what is at stake, or the part of it that was asked for."""
    at_bank = found.side == BreakSide.BANK
    if repair is Repair.ADJUST:
        (fee,) = found.differences
        more = _minor(fee.theirs) - _minor(fee.ours)
        return Charged(payer_fee=more, switch_fee=more) if at_bank else Charged(biller_fee=more, switch_fee=more)
    minor = found.minor if amount is None else parse_amount(amount, found.currency).minor
    if not 0 < minor <= found.minor:
        raise RepairAmountRefused(at_stake=Money(found.minor, found.currency).text())
    return Charged(payer_fee=-minor, written_off=minor) if at_bank else Charged(biller_fee=-minor, written_off=minor)


def suspended(found: Break) -> tuple[Posting, ...]:
    """What the RTGS has moved, and we have no payment for: paid in it is a credit of suspense, paid out a debit."""
    minor = _minor(_of(found.differences, "amount").theirs)
    return (Posting(accounts.RTGS, minor, found.currency), Posting(accounts.SUSPENSE, -minor, found.currency))


def _of(differences: tuple[Difference, ...], name: str) -> Difference:
    return next(each for each in differences if each.field == name)


def _minor(text: str | None) -> int:
    """As reconciliation has written it: whole and decimals, perhaps below zero."""
    assert text is not None
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, decimals = digits.partition(".")
    return sign * int(whole + decimals)
