"""Payments: ordered by a bank under its idempotency key, and found again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BeforeValidator

from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.messages import TheMessage
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.payment_views import PaymentIn, PaymentPage, PaymentView, refusal_view, view
from switch.api.problems import PaymentRefused
from switch.api.refusals import HeaderDuplicate
from switch.api.refused import REPLAYED
from switch.api.shapes import KEY_PATTERN, Moment, Text, id_or
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain import errors
from switch.domain.archive_errors import PaymentArchived
from switch.domain.biller_errors import BillerBusy, BillerInOutage, BillerSilent
from switch.domain.errors import BillerRefused, PaymentUnknown, Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, idempotency_key
from switch.domain.outcomes import REASON_WORDS, Reason
from switch.domain.payments import Payment, PaymentState
from switch.domain.stand_in import StandInExhausted
from switch.reports.payments import PaymentFilter

router = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StrictRoute)


PaymentIdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(PaymentUnknown))]


async def _key_of(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="The bank's own name for this order, for ever: 8 to 64 of A-Z a-z 0-9 - _ . :",
            examples=["2026-11-24-000001"],
            json_schema_extra=KEY_PATTERN,
        ),
    ],
) -> IdempotencyKey:
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise HeaderDuplicate(header="Idempotency-Key")
    return idempotency_key(key)


TheKey = Annotated[IdempotencyKey, Depends(_key_of)]


@router.post(
    "",
    status_code=201,
    response_model=PaymentView,
    summary="Pay · ادفع",
    responses={
        201: {"description": "COMPLETED: the biller has it, or is told of it · مكتملة"},
        202: {"model": PaymentView, "description": "RESERVED or IN_DOUBT: not certain yet; ask again, never pay anew · غير مؤكدة بعد"},
    },
    openapi_extra=refuses(
        errors.IdempotencyKeyMissing, errors.IdempotencyKeyMalformed, errors.IdempotencyKeyConflict,
        errors.NationalCodeMalformed, errors.CheckDigitWrong,
        errors.ServiceUnknown, errors.ServiceClosed, errors.ParticipantNotLive, errors.ReferenceMalformed, errors.CustomerUnknown,
        errors.InquiryNeeded, errors.InquiryUnknown, errors.InquiryExpired,
        errors.BillUnknown, errors.BillNotAsked, errors.BillWithdrawn, errors.BillAlreadyPaid, errors.BillBeingPaid, errors.BillChanged,
        errors.AmountNotAllowed,
        errors.NoOpenWindow, errors.CapExceeded, errors.BillerRefused, errors.BillerUnavailable, BillerSilent, BillerBusy, BillerInOutage,
        StandInExhausted, PaymentArchived,
    ),
)  # fmt: skip
async def pay(order: PaymentIn, bank: BankCaller, key: TheKey, message: TheMessage, switch: TheSwitch, response: Response) -> PaymentView:
    """The same key with the same content is the same payment: after silence, repeat it without fear.

    المفتاح نفسه بالمحتوى نفسه هو الدفعة نفسها: إن لم يصل جواب فأعد الطلب بلا خوف.
    """
    stands = await switch.pay_bill(order.request(bank.code, key), message)
    payment = stands.payment
    if payment.state is PaymentState.REJECTED:
        raise PaymentRefused(_biller_refused(payment), _link(payment), replayed=stands.replayed)
    response.status_code = 202 if payment.live else 201
    response.headers["Location"] = _address(payment)
    if stands.replayed:
        response.headers[REPLAYED] = "true"
    return view(payment)


@router.get("/{payment_id}", summary="One payment · دفعة واحدة", openapi_extra=refuses(PaymentUnknown, PaymentArchived))
async def one(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> PaymentView:
    """With its history; of the caller's own only.

    مع تاريخها؛ ولدفعات الطالب وحدها.
    """
    payment, history = await switch.payments.of_bank(bank.code, payment_id)
    return view(payment, history)


@router.get("", summary="Own payments · دفعاتنا", openapi_extra=refuses(errors.CursorMalformed, errors.IdempotencyKeyMalformed))
async def listed(
    bank: BankCaller,
    switch: TheSwitch,
    key: Annotated[
        str | None, Query(alias="idempotency_key", description="What became of this key: a payment, a refusal, or nothing")
    ] = None,
    bank_reference: Annotated[Text | None, Query()] = None,
    state: Annotated[PaymentState | None, Query()] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> PaymentPage:
    """Newest first. With `idempotency_key` alone: what became of an order, also where it was refused.

    الأحدث أولاً. ومع `idempotency_key` وحده: ما آل إليه الطلب، ولو كان مرفوضاً.
    """
    if key is not None:
        return await _under_key(switch, bank.code, idempotency_key(key))
    wanted = PaymentFilter(bank=bank.code, bank_reference=bank_reference, state=state, since=since, until=until, before=id_cursor(cursor))
    found = await switch.payments.page(wanted, limit + 1)
    items = [view(payment) for payment in found[:limit]]
    return PaymentPage(items=items, next_cursor=write_cursor(items[-1].payment_id) if len(found) > limit else None)


async def _under_key(switch: Switch, bank: ParticipantCode, key: IdempotencyKey) -> PaymentPage:
    match await switch.payments.under_key(bank, key):
        case Payment() as payment:
            return PaymentPage(items=[view(payment)], next_cursor=None)
        case Refusal() as refusal:
            return PaymentPage(items=[], next_cursor=None, refused=refusal_view(refusal))
        case None:
            return PaymentPage(items=[], next_cursor=None)


def _biller_refused(payment: Payment) -> BillerRefused:
    en, ar = REASON_WORDS[payment.reason or Reason.OTHER]
    return BillerRefused(reason=en, reason_ar=ar)


def _link(payment: Payment) -> dict[str, str]:
    """Members of the problem of a payment that exists: what was refused can be looked at."""
    reason = payment.reason or Reason.OTHER
    return {"payment_id": str(payment.payment_id), "payment": _address(payment), "reason": reason}


def _address(payment: Payment) -> str:
    return f"/v1/payments/{payment.payment_id}"
