"""A reversal in the books: asked for, and concluded; each one short transaction, whose locks are taken in the lane's order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.adjustments import Rerated
from switch.domain.bills import Bill, BillKey
from switch.domain.books import Changes, KeyOf, KeyRecord
from switch.domain.catalogue import RefundRule, ReversalRule
from switch.domain.directory import Directory
from switch.domain.errors import IdempotencyKeyConflict, NoOpenWindow, Refusal
from switch.domain.identifiers import PaymentId, ReversalId, bucket_of
from switch.domain.messages import NOT_KEPT, OrderMessage
from switch.domain.outcomes import Accepted, Outcome, Unknown, never_asked
from switch.domain.payments import Payment, PaymentState
from switch.domain.reversals import (
    Returned,
    Reversal,
    ReversalRequest,
    agreed_at_once,
    asked,
    concluded,
    late_answer,
    not_before,
    note_asked,
    tell_biller,
)
from switch.domain.stand_in import StandInState
from switch.posting.batch import collect
from switch.store import (
    adjustments,
    archive_queries,
    bills,
    idempotency,
    messages,
    open_window,
    payments,
    positions,
    reratings,
    reversals,
    stand_ins,
)
from switch.store.database import Database, Together

AT_ANY_TIME_SECONDS = 10**9


@dataclass(frozen=True, slots=True)
class Stood:
    """A reversal and its payment after the transaction. `replayed`: the key was known, and nothing was done."""

    reversal: Reversal
    payment: Payment
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ReversalPosting:
    """Beside the lane, for reversals are few; each call may be repeated by its ids."""

    database: Database
    directory: Callable[[], Directory]

    async def ask(self, request: ReversalRequest, reversal_id: ReversalId, now: datetime, message: OrderMessage = NOT_KEPT) -> Stood:
        """Where the biller need only be told it is agreed at once.

        Raises PaymentUnknown, PaymentArchived, IdempotencyKeyConflict, and every refusal of `domain.reversals.asked`, which is kept under
        the key.
        """
        key, digest = KeyOf(request.bank, request.idempotency_key), request.digest()
        async with self.database.transaction() as connection:
            if not await idempotency.claim_for_reversal(connection, key, digest, reversal_id, now):
                return await _known(connection, key, digest, reversal_id)
            if (payment := await payments.lock_of_bank(connection, request.bank, request.payment_id)) is None:
                raise await archive_queries.missing(connection, request.payment_id, request.bank)
            await archive_queries.require_standing(connection, request.payment_id)
            earlier = await reversals.standing_of_payment(connection, payment.payment_id)
            now = not_before(now, payment, earlier)
            service = self.directory().service(payment.request.service)
            try:
                reversal = asked(request, reversal_id, payment, earlier, service, now)
            except Refusal as refusal:
                refused = refusal
                await idempotency.refuse(connection, {key: KeyRecord(digest, None, refusal)})
            else:
                return await self._begin(connection, reversal, payment, message, at_once=agreed_at_once(payment, service))
        raise refused

    async def give_back(
        self, connection: AsyncConnection, request: ReversalRequest, reversal_id: ReversalId, now: datetime, by: str
    ) -> Stood:
        """By the switch's staff, whatever the service allows banks, within their transaction; the biller is told.

        Raises what `domain.reversals.asked` refuses of a payment that is not completed, or whose reversal is under way.
        """
        key, digest = KeyOf(request.bank, request.idempotency_key), request.digest()
        if not await idempotency.claim_for_reversal(connection, key, digest, reversal_id, now):
            return await _known(connection, key, digest, reversal_id)
        payment = (await payments.lock(connection, [request.payment_id]))[request.payment_id]
        earlier = await reversals.standing_of_payment(connection, payment.payment_id)
        now = not_before(now, payment, earlier)
        service = replace(
            self.directory().service(payment.request.service),
            reversal=ReversalRule.TOLD,
            reversal_seconds=AT_ANY_TIME_SECONDS,
            refunds=RefundRule.PARTS,
        )
        reversal = asked(request, reversal_id, payment, earlier, service, now)
        return await self._begin(connection, reversal, payment, NOT_KEPT, at_once=True, by=by)

    async def conclude(self, reversal: Reversal, outcome: Outcome, *, at: datetime, by: str, again_at: datetime) -> Stood:
        """What the biller's answer makes of it; an answer after finality is noted in the history of the payment, money untouched (I8)."""
        async with self.database.transaction() as connection:
            payment = (await payments.lock(connection, [reversal.request.payment_id]))[reversal.request.payment_id]
            stands = await reversals.lock(connection, reversal.reversal_id)
            assert stands is not None
            at = not_before(at, payment, [stands])
            together = Together()
            heard = [(payment.payment_id, exchange) for exchange in outcome.heard]
            if heard:
                await messages.insert_exchanges(together, heard)
            if not stands.live:
                payment = await self._late(together, stands, payment, outcome, at, by)
            else:
                if never_asked(outcome) and stands.next_attempt_at != reversal.next_attempt_at:
                    outcome = Unknown("somebody else has asked since")  # while this process stood still
                stands, changes = concluded(stands, payment, outcome, await _returned(connection, payment), again_at, at, by)
                payment = changes.concluded.get(payment.payment_id, payment)
                await reversals.move(together, [stands])
                await collect(together, changes, self.directory().listening)
            await together.run(connection)
            await _end_break(connection, payment, at)
        return Stood(stands, payment)

    async def _begin(
        self, connection: AsyncConnection, reversal: Reversal, payment: Payment, message: OrderMessage, *, at_once: bool, by: str = "switch"
    ) -> Stood:
        together, changes = Together(), Changes()
        payment = note_asked(reversal, payment, message, changes)
        if at_once:
            at = reversal.asked_at
            returned = await _returned(connection, payment)
            reversal, given_back = concluded(reversal, payment, Accepted(), returned, at, at, by)
            tell_biller(reversal, payment, given_back)
            given_back.events[:0] = changes.events
            given_back.messages |= changes.messages
            changes, payment = given_back, given_back.concluded[payment.payment_id]
        await reversals.insert(together, reversal)
        await collect(together, changes, self.directory().listening)
        await together.run(connection)
        await _end_break(connection, payment, reversal.asked_at)
        return Stood(reversal, payment)

    async def _late(self, together: Together, stands: Reversal, payment: Payment, outcome: Outcome, at: datetime, by: str) -> Payment:
        changes = Changes()
        noted = late_answer(stands, payment, outcome, at, by, changes)
        await collect(together, changes, self.directory().listening)
        return noted


async def _known(connection: AsyncConnection, key: KeyOf, digest: bytes, own: ReversalId) -> Stood:
    record = (await idempotency.find(connection, [key]))[key]
    if record.request_digest != digest:
        raise IdempotencyKeyConflict()
    if record.refusal is not None:
        record.refusal.replayed = True
        raise record.refusal
    assert record.reversal_id is not None
    reversal = await reversals.find(connection, record.reversal_id)
    if reversal is None and (gone := await archive_queries.payment_of_reversal(connection, record.reversal_id)) is not None:
        raise await archive_queries.missing(connection, gone)
    assert reversal is not None
    payment = (await payments.find(connection, [reversal.request.payment_id]))[reversal.request.payment_id]
    return Stood(reversal, payment, replayed=reversal.reversal_id != own)


async def _end_break(connection: AsyncConnection, payment: Payment, at: datetime) -> None:
    """Of what its biller refused after it was accepted in its place, and that is taken back now as a whole."""
    if payment.stand_in is StandInState.REFUSED and payment.state is PaymentState.REVERSED:
        await stand_ins.end_break(connection, payment.payment_id, at)


async def _returned(connection: AsyncConnection, payment: Payment) -> Returned:
    """Locked: the bill, the open window (shared), and last the payer bank's position. Raises NoOpenWindow."""
    request = payment.request
    bill = await _bill(connection, payment)
    owner = (request.bank, request.amount.currency)
    windows = await open_window.share(connection, [request.amount.currency])
    if (window := windows.get(request.amount.currency)) is None:
        raise NoOpenWindow(currency=request.amount.currency)
    rerated = await _rerated(connection, payment.payment_id)
    return Returned(bill, (await positions.lock(connection, [owner]))[owner], window, rerated)


async def _rerated(connection: AsyncConnection, payment_id: PaymentId) -> Rerated | None:
    if (last := await adjustments.last_rerating(connection, payment_id)) is None:
        return None
    (its,) = await reratings.charged(connection, [bucket_of(payment_id)], [payment_id])
    return Rerated(last, its.fees)


async def _bill(connection: AsyncConnection, payment: Payment) -> Bill | None:
    request = payment.request
    if request.bill_number is None:
        return None
    key = BillKey(request.service, request.customer_reference, request.bill_number)
    return (await bills.lock(connection, [key])).get(key)
