"""The messages of a payment: what its bank sent, what its biller was asked, and what each has answered; in their order."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from switch.domain.messages import Exchange, KeptMessage, Said, batch_in
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.reversals import Reversal
from switch.store import messages
from switch.store.database import Connection

SWITCH = "switch"
_KEYID = re.compile(rb';keyid="([^"]+)"')


async def of_payment(
    connection: Connection, payment: Payment, history: Sequence[PaymentEvent], reversals: Sequence[Reversal]
) -> list[KeptMessage]:
    batch_id = batch_in(history[0].note) if history else None
    wanted = [batch_id or payment.payment_id, *(reversal.reversal_id for reversal in reversals)]
    orders = await messages.orders(connection, wanted)
    exchanges = await messages.exchanges(connection, payment.payment_id)
    found = [*_orders(payment, batch_id, reversals, orders), *_exchanges(payment, exchanges)]
    return sorted(found, key=lambda message: message.said.at)


async def keys_of(connection: Connection, kept: Sequence[KeptMessage]) -> dict[str, str]:
    """Public keys of whoever has signed them, by key id, as PEM."""
    named = {found.decode("ascii", "replace") for message in kept for found in _KEYID.findall(message.content)}
    return await messages.signers(connection, named)


def _orders(payment: Payment, batch_id: UUID | None, reversals: Sequence[Reversal], orders: dict[UUID, bytes]) -> Iterator[KeptMessage]:
    bank = payment.request.bank
    if (content := orders.get(batch_id or payment.payment_id)) is not None:
        what = "order in a batch" if batch_id else "order"
        yield KeptMessage(Said(payment.reserved_at, bank, SWITCH, what, len(content), _digest(content)), content)
    for reversal in reversals:
        if (content := orders.get(reversal.reversal_id)) is not None:
            yield KeptMessage(Said(reversal.asked_at, bank, SWITCH, "reversal", len(content), _digest(content)), content)


def _exchanges(payment: Payment, exchanges: Sequence[Exchange]) -> Iterator[KeptMessage]:
    for one in exchanges:
        yield KeptMessage(Said(one.asked_at, SWITCH, payment.biller, one.what, len(one.question), _digest(one.question)), one.question)
        told = one.answered_at or one.asked_at
        digest = _digest(one.answer) if one.answer else None
        said = Said(told, payment.biller, SWITCH, f"answer to {one.what}", len(one.answer), digest, one.fault)
        yield KeptMessage(said, one.answer)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
