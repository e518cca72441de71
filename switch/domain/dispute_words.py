"""The words of disputes in Arabic and English: what each code, state and outcome is called."""

from collections.abc import Mapping
from types import MappingProxyType

from switch.domain.dispute_terms import DisputeReason, Party
from switch.domain.disputes import DisputeOutcome, DisputeState
from switch.domain.participants import Name

REASON_WORDS: Mapping[DisputeReason, Name] = MappingProxyType(
    {
        DisputeReason.NOT_POSTED: Name("مدفوعة ولم تُقيَّد لدى الجهة", "paid and not posted at the biller"),
        DisputeReason.POSTED_LATE: Name("قُيِّدت متأخرة", "posted too late"),
        DisputeReason.PAID_TWICE: Name("مدفوعة مرتين", "paid twice"),
        DisputeReason.WRONG_AMOUNT: Name("مبلغ خاطئ", "wrong amount"),
        DisputeReason.WRONG_ACCOUNT: Name("قُيِّدت لمشترك آخر", "wrong customer or account"),
        DisputeReason.SERVICE_NOT_GIVEN: Name("لم تُقدَّم الخدمة", "service not given"),
        DisputeReason.REFUND_NOT_RECEIVED: Name("وُعد بردّ المبلغ ولم يصل", "refund promised and not received"),
        DisputeReason.FEE_WRONG: Name("عمولة خاطئة", "wrong fee"),
        DisputeReason.NOT_AUTHORISED: Name("لم يدفعها الزبون (احتيال)", "not made by the customer (fraud)"),
        DisputeReason.OUTCOME_UNKNOWN: Name("حُسمت من الزبون ولم تكتمل", "debited and not completed"),
        DisputeReason.REVERSAL_WRONG: Name("عُكست بغير حق", "taken back wrongly"),
    }
)
STATE_WORDS: Mapping[DisputeState, Name] = MappingProxyType(
    {
        DisputeState.OPEN: Name("مفتوحة", "open"),
        DisputeState.ACCEPTED: Name("مقبولة", "accepted"),
        DisputeState.REJECTED: Name("مرفوضة", "rejected"),
        DisputeState.ESCALATED: Name("مرفوعة إلى المصرف المركزي", "escalated to the central bank"),
        DisputeState.UPHELD: Name("محكوم فيها لصاحبها", "upheld"),
        DisputeState.CLOSED: Name("مغلقة", "closed"),
    }
)
OUTCOME_WORDS: Mapping[DisputeOutcome, Name] = MappingProxyType(
    {
        DisputeOutcome.REFUNDED: Name("رُدّ المبلغ", "refunded"),
        DisputeOutcome.PUT_RIGHT: Name("صُحِّحت", "put right"),
        DisputeOutcome.ADJUSTED: Name("سُوِّيت العمولة", "fee adjusted"),
        DisputeOutcome.REJECTED: Name("بقي الرفض", "the rejection stands"),
        DisputeOutcome.DISMISSED: Name("رُدّت الشكوى", "dismissed"),
        DisputeOutcome.WITHDRAWN: Name("سُحبت", "withdrawn"),
    }
)
PARTY_WORDS: Mapping[Party, Name] = MappingProxyType(
    {
        Party.BANK: Name("المصرف", "bank"),
        Party.BILLER: Name("الجهة المفوترة", "biller"),
        Party.SWITCH: Name("المحوّل", "switch"),
        Party.CENTRAL_BANK: Name("المصرف المركزي", "central bank"),
    }
)
NOBODY = Name("لا أحد", "nobody")
MOVE_WORDS: Mapping[str, Name] = MappingProxyType(
    {
        "accept": Name("قبولها", "accept"),
        "reject": Name("رفضها", "reject"),
        "hand_over": Name("تسليمها إلى طرف آخر", "hand over"),
        "escalate": Name("رفعها إلى المصرف المركزي", "escalate"),
        "withdraw": Name("سحبها", "withdraw"),
        "confirm": Name("تأكيد تصحيحها", "confirm"),
        "close": Name("إغلاقها", "close"),
        "decide": Name("البتّ فيها", "decide"),
        "refund": Name("ردّ مبلغها", "refund"),
        "extend": Name("تمديد مهلتها", "extend"),
        "link": Name("ربطها بفرق", "link"),
        "attach": Name("إرفاق ملف بها", "attach"),
        "comment": Name("التعليق عليها", "comment"),
    }
)
"""What was asked for, in a refusal."""
