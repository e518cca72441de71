"""Receipts: of a bank's own completed payments, as one signed line and as a picture for its customer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from switch.api import receipt_images
from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.payments import PaymentIdInPath
from switch.api.shapes import Amount, Moment, ParticipantText, ServiceText, Shape
from switch.api.strict_route import StrictRoute
from switch.domain.errors import PaymentUnknown
from switch.domain.proof_errors import ReceiptNotDue
from switch.reports.receipts import SignedReceipt

router = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StrictRoute)

SVG, PNG = "image/svg+xml", "image/png"
_REFUSALS = refuses(PaymentUnknown, ReceiptNotDue)


class ReceiptView(Shape):
    """A receipt proves the payment as of the moment it was completed; a reversal after that is not in it."""

    payment_id: UUID
    payment_reference: Annotated[str, Field(examples=["06H12R4ZTCFWA4KZR"])]
    biller_code: ParticipantText
    service_code: ServiceText
    amount: Amount
    completed_at: Moment
    text: Annotated[str, Field(examples=["BPR1*06H12R4ZTCFWA4KZR*200019*200019011*77.35*SYP*20261124T080000Z*1A2B3C4D*…"])]
    """All of this in one signed line: what the QR code holds."""


def receipt_view(signed: SignedReceipt) -> ReceiptView:
    receipt, amount = signed.receipt, signed.payment.request.amount
    return ReceiptView.model_construct(
        payment_id=signed.payment.payment_id,
        payment_reference=receipt.payment_reference,
        biller_code=receipt.biller,
        service_code=receipt.service,
        amount=Amount.minor(amount.minor, amount.currency),
        completed_at=receipt.completed_at,
        text=signed.text,
    )


@router.get("/{payment_id}/receipt", summary="Receipt · إيصال", openapi_extra=_REFUSALS)
async def receipt(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> ReceiptView:
    """Of a completed payment: one short signed line for the customer, which anybody can check without a network.

    لدفعة مكتملة: سطر قصير موقّع للزبون، يستطيع أيٌّ كان التحقق منه دون شبكة.
    """
    return receipt_view(await switch.receipts.of_bank(bank.code, payment_id))


@router.get(
    "/{payment_id}/receipt.svg",
    response_class=Response,
    summary="Receipt as a slip · إيصال مصوّر",
    responses={200: {"description": "SVG", "content": {SVG: {"schema": {"type": "string"}}}}},
    openapi_extra=_REFUSALS,
)
async def receipt_svg(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> Response:
    """A slip in Arabic and English with the QR code, ready to print.

    قسيمة بالعربية والإنكليزية مع رمز QR، جاهزة للطباعة.
    """
    signed = await switch.receipts.of_bank(bank.code, payment_id)
    return Response(receipt_images.svg(signed, switch.directory.current()), media_type=SVG)


@router.get(
    "/{payment_id}/receipt.png",
    response_class=Response,
    summary="QR code of a receipt · رمز QR للإيصال",
    responses={200: {"description": "PNG", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=_REFUSALS,
)
async def receipt_png(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> Response:
    """The QR code alone, for a bank's own slip.

    رمز QR وحده، لقسيمة المصرف نفسه.
    """
    return Response(receipt_images.png(await switch.receipts.of_bank(bank.code, payment_id)), media_type=PNG)
