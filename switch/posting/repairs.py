"""What repairs of breaks write in the books, within the transaction of whoever repairs; locks in the lane's order, the position last."""

from dataclasses import dataclass
from datetime import datetime

from switch.domain.adjustments import Adjustment
from switch.domain.advices import AdviceKind, payment_advice
from switch.domain.books import OpenWindow
from switch.domain.errors import NoOpenWindow
from switch.domain.identifiers import EventId, ReversalId, bucket_of, bucketed_id
from switch.domain.ledger import JournalEntry
from switch.domain.payments import Payment
from switch.domain.reversals import ReversalRequest
from switch.posting.reversal import ReversalPosting
from switch.store import adjustments, journal, open_window, outbox, positions
from switch.store.database import Connection, Together


@dataclass(frozen=True, slots=True)
class RepairPosting:
    reversals: ReversalPosting

    async def window(self, connection: Connection, currency: str) -> OpenWindow:
        """The open one, which stays open until the transaction ends. Raises NoOpenWindow."""
        if (window := (await open_window.share(connection, [currency])).get(currency)) is None:
            raise NoOpenWindow(currency=currency)
        return window

    async def give_back(self, connection: Connection, request: ReversalRequest, now: datetime, by: str) -> ReversalId:
        """The payment is taken back, whatever its service allows banks, and its biller is told. Raises what `reversals.asked` refuses."""
        reversal_id = ReversalId(bucketed_id(bucket_of(request.payment_id), now))
        return (await self.reversals.give_back(connection, request, reversal_id, now, by)).reversal.reversal_id

    async def advise_again(self, connection: Connection, payment: Payment, now: datetime) -> EventId:
        """One that still waits goes at once; where there is none, the biller has a new one to take."""
        if (waiting := await outbox.waiting_of(connection, payment.payment_id, AdviceKind.PAYMENT_COMPLETED, now)) is not None:
            return waiting
        advice = payment_advice(payment, now)
        together = Together()
        await outbox.append(together, [advice])
        await together.run(connection)
        return advice.event_id

    async def adjust(self, connection: Connection, made: Adjustment) -> None:
        """Raises CapExceeded where the bank would owe more than it may."""
        owner = (made.bank, made.currency)
        position = (await positions.lock(connection, [owner]))[owner]
        moved = position.hold(made.payer_fee).post(made.payer_fee) if made.payer_fee > 0 else position.given_back(-made.payer_fee)
        await self.enter(connection, made.entry())
        await adjustments.append(connection, [made])
        await positions.update(connection, [moved])

    async def enter(self, connection: Connection, entry: JournalEntry) -> None:
        together = Together()
        await journal.append(together, [entry])
        await together.run(connection)
