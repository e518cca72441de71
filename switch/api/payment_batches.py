"""Payment batches: handed in by a bank in one piece, paid in the background, asked for until every line is answered."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BeforeValidator

from switch.api.authentication import BankCaller, BeginningBank
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.messages import TheMessage
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, number_cursor, write_cursor
from switch.api.payment_batch_views import (
    BatchIn,
    BatchLinePage,
    BatchPage,
    BatchProgressView,
    BatchView,
    batch_view,
    line_view,
    progress_view,
)
from switch.api.refused import REPLAYED
from switch.api.shapes import id_or
from switch.api.strict_route import StrictRoute
from switch.domain import batch_errors, errors
from switch.domain.batch_errors import PaymentBatchUnknown

router = APIRouter(prefix="/v1/payment-batches", tags=["payment-batches"], route_class=StrictRoute)

BatchIdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(PaymentBatchUnknown))]


@router.post(
    "",
    status_code=202,
    summary="Hand in payments · تسليم حزمة دفعات",
    response_description="Taken in: it cannot be lost any more, and is being paid · استُلمت ولن تضيع، ويجري دفعها",
    openapi_extra=refuses(batch_errors.BatchReferenceConflict, batch_errors.TooManyBatches),
)
async def submit(handed_in: BatchIn, bank: BeginningBank, message: TheMessage, switch: TheSwitch, response: Response) -> BatchView:
    """Up to 10,000 lines, each a payment under its own key with its own answer. Repeat it as a whole without fear.

    حتى 10,000 سطر، ولكل سطر مفتاحه وجوابه. تُعاد الحزمة كاملة بلا خوف.
    """
    lines = await asyncio.to_thread(handed_in.numbered, bank.code)
    submitted = await switch.submit_batch(bank.code, handed_in.batch_reference, handed_in.digest(), lines, message)
    await switch.pay_batches()
    response.headers["Location"] = f"/v1/payment-batches/{submitted.batch.batch_id}"
    if submitted.replayed:
        response.headers[REPLAYED] = "true"
    return batch_view(submitted.batch)


@router.get("/{batch_id}", summary="How far a batch is · تقدّم الحزمة", openapi_extra=refuses(PaymentBatchUnknown))
async def one(batch_id: BatchIdInPath, bank: BankCaller, switch: TheSwitch) -> BatchProgressView:
    """Lines counted by their state, once a second at the most until it is done; of the caller's own batches only.

    عدد الأسطر في كل حالة، يُحسب مرةً في الثانية على الأكثر إلى أن تتم الحزمة؛ ولحزم الطالب وحدها.
    """
    return progress_view(await switch.payment_batches.one(bank.code, batch_id))


@router.get(
    "/{batch_id}/lines", summary="The answer of each line · جواب كل سطر", openapi_extra=refuses(PaymentBatchUnknown, errors.CursorMalformed)
)
async def lines(batch_id: BatchIdInPath, bank: BankCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> BatchLinePage:
    """In their order; a payment as it stands now, or a refusal, or nothing yet.

    بترتيبها؛ دفعة بحالتها الآن، أو رفض، أو لا شيء بعد.
    """
    found = await switch.payment_batches.lines(bank.code, batch_id, number_cursor(cursor), limit + 1)
    items = [line_view(line) for line in found[:limit]]
    return BatchLinePage.model_construct(items=items, next_cursor=write_cursor(items[-1].line) if len(found) > limit else None)


@router.get("", summary="Own batches · حزمنا", openapi_extra=refuses(errors.CursorMalformed))
async def listed(bank: BankCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> BatchPage:
    """Newest first, without their counts.

    الأحدث أولاً، بلا أعداد حالاتها.
    """
    found = await switch.payment_batches.page(bank.code, id_cursor(cursor), limit + 1)
    items = [batch_view(batch) for batch in found[:limit]]
    return BatchPage(items=items, next_cursor=write_cursor(items[-1].batch_id) if len(found) > limit else None)
