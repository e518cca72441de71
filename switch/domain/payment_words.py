"""What became of a payment in sentences, and what is to be done about it: for whoever reads its story, in Arabic and English."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from switch.domain.catalogue import OverdueRule
from switch.domain.money import Money
from switch.domain.outcomes import REASON_WORDS, Reason
from switch.domain.participants import Name
from switch.domain.payments import Payment, PaymentState
from switch.domain.reversals import Reversal, ReversalState
from switch.domain.stand_in import StandInState

_UNCERTAIN = Name(
    "لا يُعرف بعد هل قبلتها الجهة المفوترة. يواصل المحوّل السؤال حتى {by} (UTC)، فلا تُدفع من جديد ولا يُحسم المبلغ نهائياً قبل ذلك.",
    "Whether the biller has taken it is not known yet. The switch goes on asking until {by} UTC: do not pay anew, and do not debit the "
    "payer for good before.",
)
_AFTERWARDS = {
    OverdueRule.STAFF: Name(
        "وإن انقضى الموعد فاسألوا الجهة مباشرة ثم يقرّر شخصان: `switch payment overdue`.",
        "Where that time is past, ask the biller by hand, then two people decide: `switch payment overdue`.",
    ),
    OverdueRule.GIVE_BACK: Name(
        "وإن لم تجب الجهة حتى ذلك الموعد عُدّت غير مدفوعة ولم يُحسم شيء، باتفاق سابق معها.",
        "Should the biller not have answered by then, it counts as not paid and nothing is debited, as was agreed with the biller.",
    ),
    OverdueRule.FORCE: Name(
        "وإن لم تجب الجهة حتى ذلك الموعد عُدّت مدفوعة، باتفاق سابق معها.",
        "Should the biller not have answered by then, it counts as paid, as was agreed with the biller.",
    ),
}
_COMPLETED = Name(
    "دُفعت: هي لدى الجهة المفوترة أو تُبلَّغ بها، وحُسم المبلغ نهائياً.",
    "It is paid: the biller has it or is told of it, and the payer is debited for good.",
)
_STOOD_IN = Name(
    "قبلها المحوّل نيابةً عن الجهة المفوترة أثناء توقفها، وتُبلَّغ بها عند عودتها.",
    "The switch accepted it in its biller's place, which was out, and tells it when it is back.",
)
_REFUSED_LATER = Name(
    "رفضتها الجهة المفوترة بعد عودتها: على المصرف أن يعكسها ويعيد المبلغ إلى الزبون.",
    "Its biller, back from its outage, will not have it: the bank takes it back and gives the payer the money.",
)
_REJECTED = Name(
    "لم تُدفع: {why}. لم يُحسم شيء، ولا تُدفع إلا بطلب جديد.",
    "It is not paid: {why}. Nothing was debited; to pay after all is a new order.",
)
_NOT_CONFIRMED = Name(
    "وإن قيّدتها الجهة المفوترة مع ذلك أظهرتها المطابقة فرقاً وعليها إلغاء قيدها.",
    "Should the biller have booked it nevertheless, reconciliation lists it, and the biller takes its booking back.",
)
_REVERSED = Name(
    "عُكست كلها: يُعاد المبلغ إلى الزبون، والفاتورة مستحقة من جديد.",
    "All of it was taken back: the payer gets the money back, and the bill is due again.",
)
_PART_BACK = Name("أُعيد منها {back}، والباقي مدفوع.", "Of it {back} was given back; the rest stays paid.")
_REVERSAL_UNCERTAIN = Name(
    "طُلب عكس {amount} ولم يتأكد بعد: يُسأل عنه حتى {by} (UTC)، ولا يُعاد شيء إلى الزبون قبل ذلك.",
    "To take back {amount} was asked for and is not certain yet: it is asked after until {by} UTC, and the payer is given nothing before.",
)
_REVERSAL_AFTERWARDS = {
    OverdueRule.STAFF: _AFTERWARDS[OverdueRule.STAFF],
    OverdueRule.GIVE_BACK: Name(
        "وإن لم تجب الجهة حتى ذلك الموعد عُدّ العكس مرفوضاً وبقيت الدفعة قائمة، باتفاق سابق معها.",
        "Should the biller not have answered by then, it counts as refused and the payment stands, as was agreed with the biller.",
    ),
    OverdueRule.FORCE: Name(
        "وإن لم تجب الجهة حتى ذلك الموعد عُدّ العكس مقبولاً، باتفاق سابق معها.",
        "Should the biller not have answered by then, it counts as taken back, as was agreed with the biller.",
    ),
}
_UNTOLD = Name(
    "لم تؤكد الجهة المفوترة استلام الإشعار بها بعد: يُعاد إرساله أو تجلبه الجهة، ولا يلزم فعل شيء.",
    "The biller has not acknowledged its advice yet: it is sent again, or the biller fetches it, and there is nothing to do.",
)
_PARKED = Name(
    "أوقف إرسال الإشعار بها إلى الجهة المفوترة بعد محاولات عددها {attempts}: أزيلوا السبب معها ثم `switch advice replay`.",
    "After {attempts} attempts its advice to the biller is parked: put the cause right with the biller, then `switch advice replay`.",
)
_REVERSAL_REFUSED = Name("رُفض عكسها: {why}. تبقى الدفعة قائمة.", "To take it back was refused: {why}. The payment stands.")
_BREAKS = Name(
    "تختلف عنها دفاتر {who}: فروق مفتوحة ({count})، ومن عليه التصرف يظهره `switch breaks show`.",
    "The books of {who} say otherwise: {count} open, and `switch breaks show` says who acts.",
)


class Untold(NamedTuple):
    """An advice that is not acknowledged."""

    attempts: int
    parked: bool


def in_words(
    payment: Payment, rule: OverdueRule, taken_back: Sequence[Reversal], untold: Sequence[Untold], differs: Iterable[str]
) -> list[Name]:
    """One sentence after the other. `rule`: what becomes of it where its biller never answers.

    `untold` are its advices that its biller has not acknowledged. `differs` names whose books have an open break about it, once for each.
    """
    said = [*_of_state(payment, rule), *(name for reversal in taken_back for name in _of_reversal(reversal, rule))]
    said += [
        _filled(_PARKED, attempts=advice.attempts) if advice.parked else _UNTOLD
        for advice in sorted(untold, key=lambda one: not one.parked)[:1]
    ]
    if open_breaks := sorted(differs):
        said.append(_filled(_BREAKS, who=", ".join(dict.fromkeys(open_breaks)), count=len(open_breaks)))
    return said


def _of_state(payment: Payment, rule: OverdueRule) -> list[Name]:
    match payment.state:
        case PaymentState.RESERVED | PaymentState.IN_DOUBT:
            return [_filled(_UNCERTAIN, by=_moment(payment.certain_by)), _AFTERWARDS[rule]]
        case PaymentState.REJECTED:
            reason = payment.reason or Reason.OTHER
            return [_because(_REJECTED, reason), *([_NOT_CONFIRMED] if reason is Reason.NOT_CONFIRMED else [])]
        case PaymentState.REVERSED:
            return [_REVERSED]
        case PaymentState.COMPLETED:
            stood_in = [] if payment.stand_in is None else [_REFUSED_LATER if payment.stand_in is StandInState.REFUSED else _STOOD_IN]
            back = Money(payment.refunded, payment.request.amount.currency)
            return [_COMPLETED, *stood_in, *([_filled(_PART_BACK, back=back)] if back else [])]


def _of_reversal(reversal: Reversal, rule: OverdueRule) -> list[Name]:
    if reversal.live:
        return [_filled(_REVERSAL_UNCERTAIN, amount=reversal.amount, by=_moment(reversal.certain_by)), _REVERSAL_AFTERWARDS[rule]]
    if reversal.state is ReversalState.REFUSED:
        return [_because(_REVERSAL_REFUSED, reversal.refused_because or Reason.OTHER)]
    return []


def _because(name: Name, reason: Reason) -> Name:
    en, ar = REASON_WORDS[reason]
    return Name(name.ar.format(why=ar), name.en.format(why=en))


def _filled(name: Name, **facts: object) -> Name:
    return Name(name.ar.format(**facts), name.en.format(**facts))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
