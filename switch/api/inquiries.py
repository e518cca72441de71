"""Inquiries: what is owed under a customer reference."""

from fastapi import APIRouter

from switch.api.authentication import BankCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.inquiry_views import InquiryIn, PresentmentView, presentment_view
from switch.api.strict_route import StrictRoute
from switch.domain import errors
from switch.domain.biller_errors import BillerBusy, BillerInOutage
from switch.domain.identifiers import ServiceCode

router = APIRouter(prefix="/v1/inquiries", tags=["inquiries"], route_class=StrictRoute)


@router.post(
    "",
    summary="Inquire · استعلم",
    openapi_extra=refuses(
        errors.NationalCodeMalformed, errors.CheckDigitWrong, errors.ServiceUnknown, errors.ServiceClosed, errors.ParticipantNotLive,
        errors.ReferenceMalformed, errors.CustomerUnknown, errors.BillerRefused, errors.BillerUnavailable, BillerBusy, BillerInOutage,
    ),
)  # fmt: skip
async def inquire(asked: InquiryIn, bank: BankCaller, switch: TheSwitch) -> PresentmentView:
    """The bills that are due, each with its fees and total; for a prepaid service, whether the customer reference is good.
    Nothing is held. Ask as often as needed: each answer stands on its own until it expires.

    الفواتير المستحقة ورسوم كل منها ومجموعها؛ وللخدمة المسبقة الدفع: هل مرجع الزبون صحيح. لا يُحجز شيء.
    """
    inquired = await switch.inquire_bill(bank.code, ServiceCode(asked.service_code), asked.customer_reference, asked.channel)
    return presentment_view(inquired)
