"""“Where is my payment?”: the whole story of one payment, from the order to the last book that has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from switch.domain.adjustments import Adjustment
from switch.domain.books import KeyOf
from switch.domain.disputes import Dispute
from switch.domain.errors import PaymentUnknown
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.messages import KeptMessage, Said
from switch.domain.participants import Name
from switch.domain.payment_words import Untold, in_words
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.reconciliation import Break, BreakState
from switch.domain.reversals import Reversal
from switch.domain.settlement import Window
from switch.domain.statements import IssuedFile
from switch.reports import payment_messages
from switch.store import (
    adjustments,
    advice_queries,
    archive_queries,
    break_queries,
    catalogue_queries,
    dispute_queries,
    file_queries,
    idempotency,
    journal_queries,
    payment_queries,
    payments,
    reversals,
    statement_queries,
    webhook_queries,
    window_queries,
    windows,
)
from switch.store.advice_queries import Delivery
from switch.store.database import Connection, Database
from switch.store.journal_queries import FollowedEntry
from switch.store.statement_queries import StatedLine
from switch.store.webhook_queries import WebhookDelivery
from switch.store.window_queries import WindowStep

__all__ = ["Delivery", "PaymentStories", "PaymentStory", "StatedLine", "WindowStep"]


@dataclass(frozen=True, slots=True)
class PaymentStory:
    """All of one moment."""

    payment: Payment
    in_words: Sequence[Name]
    """What became of it, and what is to be done."""
    history: Sequence[PaymentEvent]
    reversals: Sequence[Reversal]
    entries: Sequence[FollowedEntry]
    adjustments: Sequence[Adjustment]
    """Re-ratings and repairs; each is an entry of its own, in its own window."""
    advices: Sequence[Delivery]
    webhooks: Sequence[WebhookDelivery]
    """How its bank was told."""
    window: Window | None
    """In which it was completed, and counts."""
    settlement: Sequence[WindowStep]
    """What became of that window, and of the one into which its money was moved."""
    files: Sequence[IssuedFile]
    """Of its bank and its biller, for the window with which it is settled."""
    stated: Sequence[StatedLine]
    """How its bank and its biller have it in their statements."""
    breaks: Sequence[Break]
    disputes: Sequence[Dispute]
    messages: Sequence[Said]
    """What was said over the lines, by digest: the content may name the payer."""


@dataclass(frozen=True, slots=True)
class PaymentStories:
    database: Database

    async def named(self, name: str) -> PaymentStory:
        """By its id, or by its payment reference as a customer reads it out. Raises PaymentUnknown."""
        async with self.database.snapshot() as connection:
            if (payment := await payment_queries.named(connection, name)) is None:
                raise await archive_queries.missing_named(connection, name)
            return await _story(connection, payment)

    async def under_key(self, bank: ParticipantCode, key: IdempotencyKey) -> PaymentStory:
        """Raises PaymentUnknown, or the refusal that stands under the key."""
        async with self.database.snapshot() as connection:
            record = (await idempotency.find(connection, [KeyOf(bank, key)])).get(KeyOf(bank, key))
            if record is not None and record.refusal is not None:
                raise record.refusal
            if record is None or record.payment_id is None:
                raise PaymentUnknown()
            payment = (await payments.find(connection, [record.payment_id])).get(record.payment_id)
            if payment is None:
                raise await archive_queries.missing(connection, record.payment_id, bank)
            return await _story(connection, payment)

    async def messages(self, payment: Payment) -> tuple[list[KeptMessage], dict[str, str]]:
        """With their content, for evidence; and the public keys of whoever has signed them."""
        async with self.database.snapshot() as connection:
            history = await payment_queries.history(connection, payment.bucket, payment.payment_id)
            taken_back = await reversals.of_payment(connection, payment.payment_id)
            found = await payment_messages.of_payment(connection, payment, history, taken_back)
            return found, await payment_messages.keys_of(connection, found)


async def _story(connection: Connection, payment: Payment) -> PaymentStory:
    both = (payment.request.bank, payment.biller)
    since = payment.business_date or date.min
    history = await payment_queries.history(connection, payment.bucket, payment.payment_id)
    taken_back = await reversals.of_payment(connection, payment.payment_id)
    settlement = [] if payment.window_id is None else await window_queries.steps(connection, payment.window_id)
    rule = await catalogue_queries.overdue_rule(connection, payment.request.service)
    advices = await advice_queries.of_payment(connection, payment.payment_id)
    untold = [Untold(advice.attempts, advice.parked_at is not None) for advice in advices if advice.acknowledged_at is None]
    breaks = await break_queries.of_payment(connection, payment.payment_id)
    differs = [its.participant for its in breaks if its.state is BreakState.OPEN]
    settled_with = settlement[-1].window_id if settlement else payment.window_id
    return PaymentStory(
        payment=payment.masked(),
        in_words=in_words(payment, rule, taken_back, untold, differs),
        history=history,
        reversals=taken_back,
        entries=await journal_queries.of_payment(connection, payment.payment_id),
        adjustments=await adjustments.of_payment(connection, payment.payment_id),
        advices=advices,
        webhooks=await webhook_queries.of_payment(connection, payment.payment_id),
        window=None if payment.window_id is None else await windows.find(connection, payment.window_id),
        settlement=settlement,
        files=[] if settled_with is None else await file_queries.of_participants(connection, settled_with, both),
        stated=await statement_queries.lines_of_payment(connection, payment.payment_id, both, since),
        breaks=breaks,
        disputes=await dispute_queries.of_payment(connection, payment.payment_id),
        messages=[message.said for message in await payment_messages.of_payment(connection, payment, history, taken_back)],
    )
