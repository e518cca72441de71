"""Reverse: a bank takes a completed payment back; its biller is asked, or told. Concurrent requests reverse it once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from switch.domain.directory import Directory
from switch.domain.errors import SwitchUnavailable
from switch.domain.identifiers import ReversalId, bucket_of, bucketed_id
from switch.domain.messages import NOT_KEPT, OrderMessage
from switch.domain.reversals import GRACE_SECONDS, ReversalRequest
from switch.ports import Clock
from switch.posting.reversal import ReversalPosting, Stood
from switch.posting.until_known import until_known
from switch.store.database import LINE_TROUBLE
from switch.usecases.biller_lines import BillerLines
from switch.usecases.first_answer import first_answer

__all__ = ["ReversePayment", "Stood"]


@dataclass(frozen=True, slots=True)
class ReversePayment:
    clock: Clock
    directory: Callable[[], Directory]
    posting: ReversalPosting
    billers: BillerLines

    async def __call__(self, request: ReversalRequest, message: OrderMessage = NOT_KEPT) -> Stood:
        """The reversal as it stands: agreed, refused by the biller, or not certain yet. Raises every other refusal, which its key keeps."""
        now = self.clock.now()
        reversal_id = ReversalId(bucketed_id(bucket_of(request.payment_id), now))
        try:
            stood = await until_known(lambda: self.posting.ask(request, reversal_id, now, message))
        except (*LINE_TROUBLE, TimeoutError) as trouble:
            raise SwitchUnavailable(retry_after_seconds=GRACE_SECONDS) from trouble
        if stood.replayed or not stood.reversal.live:
            return stood
        return await self._ask_biller(stood)

    async def _ask_biller(self, stood: Stood) -> Stood:
        """Whatever happens here, the reversal is in the books: what is not concluded now, the resolver concludes."""
        service = self.directory().service(stood.payment.request.service)
        outcome = first_answer(await self.billers.reverse(service, stood.payment, stood.reversal))
        at = self.clock.now()
        again_at = at + timedelta(seconds=GRACE_SECONDS)
        try:
            return await until_known(lambda: self.posting.conclude(stood.reversal, outcome, at=at, by="biller", again_at=again_at))
        except (*LINE_TROUBLE, TimeoutError):
            return stood
