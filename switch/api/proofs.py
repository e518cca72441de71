"""Proofs: the signed heads of the proof log for whoever keeps them, how they are linked, and that a payment is in it."""

from typing import Annotated

from fastapi import APIRouter, Query

from switch.api.authentication import BankCaller, Caller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, read_cursor, write_cursor
from switch.api.payments import PaymentIdInPath
from switch.api.proof_views import ConsistencyView, HeadPage, PaymentProofView, behind_seconds, consistency_view, head_view, proof_view
from switch.api.strict_route import StrictRoute
from switch.domain.errors import CursorMalformed, PaymentUnknown
from switch.domain.proof_errors import LogSizeUnknown, PaymentNotSealed
from switch.reports.proof_log import LARGEST_SIZE

router = APIRouter(prefix="/v1/log", tags=["proof-log"], route_class=StrictRoute)
of_payments = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StrictRoute)

SizeInQuery = Annotated[int, Query(ge=0, le=LARGEST_SIZE)]


@router.get("/heads", summary="Signed heads · رؤوس السجل الموقّعة", openapi_extra=refuses(CursorMalformed))
async def heads(_: Caller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> HeadPage:
    """The first is the newest; one follows within seconds of any change. Whoever keeps one can prove later that nothing before was altered.

    الأول هو الأحدث، ويأتي رأس جديد خلال ثوانٍ من أي تغيير. ومن يحتفظ برأس يستطيع أن يثبت لاحقاً أن شيئاً مما قبله لم يُعدَّل.
    """
    waiting = await switch.proof_log.waiting()
    found = await switch.proof_log.heads(_before(cursor), limit + 1)
    items = [head_view(head) for head in found[:limit]]
    return HeadPage.model_construct(
        origin=switch.proof_log.origin,
        behind_seconds=behind_seconds(waiting, switch.clock.now()),
        items=items,
        next_cursor=write_cursor(items[-1].size) if len(found) > limit else None,
    )


@router.get("/consistency", summary="Heads are linked · ترابط الرؤوس", openapi_extra=refuses(LogSizeUnknown))
async def consistency(
    _: Caller, switch: TheSwitch, first: Annotated[SizeInQuery, Query(alias="from")], second: Annotated[SizeInQuery, Query(alias="to")]
) -> ConsistencyView:
    """From the size of a head that was kept to that of a newer one: nothing before the first was changed or taken away.

    من حجم رأس محفوظ إلى حجم رأس أحدث: لم يتغير ولم يُحذف شيء مما قبل الأول.
    """
    return consistency_view(await switch.proof_log.consistency(first, second))


@of_payments.get("/{payment_id}/proof", summary="Proof of a payment · إثبات دفعة", openapi_extra=refuses(PaymentUnknown, PaymentNotSealed))
async def proof(payment_id: PaymentIdInPath, bank: BankCaller, switch: TheSwitch) -> PaymentProofView:
    """Its history and its journal entry as they were sealed, with the path to a signed head; checked without trusting the switch.

    تاريخها وقيدها كما خُتما، مع المسار إلى رأس موقّع؛ ويُتحقق منه دون الوثوق بالمحوّل.
    """
    return proof_view(await switch.proof_log.of_bank(bank.code, payment_id))


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    number = read_cursor(cursor, 1)[0]
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST_SIZE:
        raise CursorMalformed()
    return int(number)
