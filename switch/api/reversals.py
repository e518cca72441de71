"""Reversals: a bank takes a completed payment back, and finds what became of that."""

from fastapi import APIRouter, Response

from switch.api.authentication import BankCaller, BeginningBank
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.messages import TheMessage
from switch.api.payments import PaymentIdInPath, TheKey
from switch.api.problems import PaymentRefused
from switch.api.refused import REPLAYED
from switch.api.reversal_views import ReversalIn, ReversalList, ReversalView, reversal_view
from switch.api.strict_route import StrictRoute
from switch.domain import errors, reversal_errors
from switch.domain.errors import PaymentUnknown
from switch.domain.outcomes import REASON_WORDS, Reason
from switch.domain.reversal_errors import ReversalRefused
from switch.domain.reversals import Reversal, ReversalState

router = APIRouter(prefix="/v1/payments/{payment_id}/reversals", tags=["payments"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_model=ReversalView,
    summary="Take a payment, or a part of it, back · اعكس دفعة أو جزءاً منها",
    responses={
        201: {"description": "AGREED: give the payer the total back; REVERSED when nothing is left · متفق عليه، تُعاد القيمة للدافع"},
        202: {"model": ReversalView, "description": "ASKED or IN_DOUBT: not certain yet; ask again · غير مؤكد بعد"},
    },
    openapi_extra=refuses(
        PaymentUnknown, errors.IdempotencyKeyMissing, errors.IdempotencyKeyMalformed, errors.IdempotencyKeyConflict,
        reversal_errors.PaymentNotCompleted, reversal_errors.PaymentAlreadyReversed, reversal_errors.ReversalUnderWay,
        reversal_errors.ReversalNotAllowed, reversal_errors.ReversalTooLate, reversal_errors.PartsNotAllowed,
        reversal_errors.RefundTooLarge, ReversalRefused, errors.NoOpenWindow,
    ),
)  # fmt: skip
async def reverse(
    payment_id: PaymentIdInPath,
    asked: ReversalIn,
    bank: BeginningBank,
    key: TheKey,
    message: TheMessage,
    switch: TheSwitch,
    response: Response,
) -> ReversalView:
    """Within the time and by the rules of the service (`reversal`, `reversal_seconds`, `refunds`). The same key is the same reversal.

    Of a part that is taken back the payment stays COMPLETED, with what was `refunded`; each part has a key of its own.

    ضمن مهلة الخدمة ووفق قواعدها. المفتاح نفسه هو العكس نفسه. وإن أُعيد جزء بقيت الدفعة مكتملة، ولكل جزء مفتاحه.
    """
    stood = await switch.reverse_payment(asked.request(bank.code, key, payment_id), message)
    reversal = stood.reversal
    if reversal.state is ReversalState.REFUSED:
        raise PaymentRefused(_refused(reversal), _link(reversal), replayed=stood.replayed)
    response.status_code = 202 if reversal.live else 201
    response.headers["Location"] = f"/v1/payments/{payment_id}/reversals"
    if stood.replayed:
        response.headers[REPLAYED] = "true"
    return reversal_view(reversal, stood.payment)


@router.get("", summary="Reversals of a payment · عمليات عكس دفعة", openapi_extra=refuses(PaymentUnknown))
async def reversals(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> ReversalList:
    """All that were asked for, refused ones too; of the caller's own payments only.

    كل ما طُلب عكسه، والمرفوض أيضاً؛ ولدفعات الطالب وحدها.
    """
    payment, found = await switch.payments.reversals(bank.code, payment_id)
    return ReversalList(items=[reversal_view(reversal, payment) for reversal in found])


def _refused(reversal: Reversal) -> ReversalRefused:
    en, ar = REASON_WORDS[reversal.refused_because or Reason.OTHER]
    return ReversalRefused(reason=en, reason_ar=ar)


def _link(reversal: Reversal) -> dict[str, str]:
    payment_id = reversal.request.payment_id
    reason = reversal.refused_because or Reason.OTHER
    return {"payment_id": str(payment_id), "payment": f"/v1/payments/{payment_id}", "reason": reason}
