"""Outcomes: what a biller's answer means. Anything that is neither a clear yes nor a clear no is Unknown."""

from dataclasses import dataclass, field
from enum import StrEnum

from switch.domain.messages import Exchange


class Reason(StrEnum):
    """Why a biller refused, in our words; its own response code is kept beside it."""

    CUSTOMER_UNKNOWN = "customer_unknown"
    BILL_UNKNOWN = "bill_unknown"
    BILL_ALREADY_PAID = "bill_already_paid"
    AMOUNT_WRONG = "amount_wrong"
    LIMIT_EXCEEDED = "limit_exceeded"
    SERVICE_CLOSED = "service_closed"
    NOT_REACHED = "not_reached"
    """Ours, not the biller's: it is certain that it was never asked."""
    NOT_CONFIRMED = "not_confirmed"
    """Ours: its biller had not confirmed it by the deadline; given back by the biller's rule, or by two people who asked it."""
    OTHER = "other"


REASON_WORDS = {
    Reason.CUSTOMER_UNKNOWN: ("the customer reference is unknown", "مرجع الزبون غير معروف"),
    Reason.BILL_UNKNOWN: ("there is no such bill", "لا توجد فاتورة بهذا الرقم"),
    Reason.BILL_ALREADY_PAID: ("the bill is already paid", "الفاتورة مدفوعة"),
    Reason.AMOUNT_WRONG: ("the amount is not what is due", "المبلغ غير مطابق للمستحق"),
    Reason.LIMIT_EXCEEDED: ("a limit of the biller is exceeded", "تم تجاوز حد لدى الجهة المفوترة"),
    Reason.SERVICE_CLOSED: ("the biller's service is closed", "خدمة الجهة المفوترة مغلقة"),
    Reason.NOT_REACHED: ("it could not be reached, and was never asked", "تعذر الوصول إليها ولم يصلها الطلب إطلاقاً"),
    Reason.NOT_CONFIRMED: ("the biller did not confirm it in time", "لم تؤكدها الجهة المفوترة في المهلة"),
    Reason.OTHER: ("the biller gave no reason that we know", "لم تذكر الجهة المفوترة سبباً معروفاً"),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The biller has booked the payment, or has let the switch accept for it and is told by an advice (then without a reference)."""

    biller_reference: str = ""
    heard: tuple[Exchange, ...] = field(default=(), compare=False, repr=False)
    """What was said over the line, the last of it the answer that is meant; empty where the line keeps nothing."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The biller has said no, explicitly, for this payment; it has booked nothing and will not."""

    reason: Reason
    response_code: str = ""
    heard: tuple[Exchange, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Silence, a cut line, a 5xx, garbage, an answer for another payment: not known. Never a refusal.

    `asked` is False only where it is certain that no byte of the question left us.
    """

    why: str
    asked: bool = True
    heard: tuple[Exchange, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NotFound:
    """The answer to an enquiry: the biller has not seen the payment. Our own request may still be on its way."""

    heard: tuple[Exchange, ...] = field(default=(), compare=False, repr=False)


Outcome = Accepted | Refused | Unknown
EnquiryOutcome = Accepted | Refused | NotFound | Unknown


def never_asked(outcome: Outcome) -> bool:
    """It is certain that whoever says so has not asked the biller; somebody else may have."""
    return isinstance(outcome, Refused) and outcome.reason is Reason.NOT_REACHED
