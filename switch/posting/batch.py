"""One batch: lock and read what its commands touch, let the domain decide, write what it decided; one transaction.

Locks are taken in one order everywhere: idempotency keys, payments, bills, stand-ins, the open window, and the payer's position last.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.admission import Command, Conclude, Decision, RecordRefusal, Reserve, admit_batch
from switch.domain.bills import Bill, BillKey
from switch.domain.books import Books, Changes
from switch.domain.identifiers import PaymentId
from switch.domain.payments import Payment
from switch.domain.positions import Position
from switch.domain.webhooks import NOBODY, Listening, declined_told, told
from switch.fail_points import FailPoint, fail_point
from switch.posting.turns import Turns
from switch.store import (
    adjustments,
    archive_queries,
    bills,
    idempotency,
    journal,
    messages,
    open_window,
    outbox,
    payments,
    positions,
    stand_ins,
    webhooks,
)
from switch.store.database import Database, Together

Claiming = Reserve | RecordRefusal


async def write_batch(
    database: Database, commands: Sequence[Command], at: datetime, listening: Listening = NOBODY, turns: Turns | None = None
) -> list[Decision]:
    """The decision of each command, in their order, after the commit. Raises CommitUnknown; then the same batch may be written again."""
    async with (turns or Turns()).turn() as turn, database.hot.transaction() as connection:
        books, moving = await _claimed_books(connection, commands, at)
        await turn.claimed()
        await _lock_money(connection, books, moving)
        fail_point(FailPoint.CLAIMED)
        decisions, changes = admit_batch(commands, books)
        together = Together()
        await collect(together, changes, listening)
        await together.run(connection)
        fail_point(FailPoint.WRITTEN)
    fail_point(FailPoint.COMMITTED)
    return decisions


async def _claimed_books(connection: AsyncConnection, commands: Sequence[Command], at: datetime) -> tuple[Books, list[Payment]]:
    """And the payments that money may move for."""
    claiming = [command for command in commands if isinstance(command, Claiming)]
    reserving = [command for command in claiming if isinstance(command, Reserve)]
    concluding = [command for command in commands if isinstance(command, Conclude)]
    books = Books()
    replayed: set[PaymentId] = set()
    if claiming:
        claimed = await idempotency.claim(connection, claiming, at)
        known = {idempotency.key_of(command) for command in claiming} - claimed
        if known:
            books.keys = await idempotency.find(connection, known)
            replayed = {record.payment_id for record in books.keys.values() if record.payment_id is not None}
        reserving = [command for command in reserving if idempotency.key_of(command) not in known]
    if wanted := {command.payment_id for command in concluding}:
        books.payments = await payments.lock(connection, wanted)
    if unseen := replayed - books.payments.keys():
        books.payments |= await payments.find(connection, unseen)
        if gone := unseen - books.payments.keys():
            books.archived = await archive_queries.where(connection, gone)
    moving = [payment for command in concluding if (payment := books.payments.get(command.payment_id)) is not None and payment.live]
    await _lock_bills(connection, books, reserving, moving)
    if stood_in := {command.payment.request.service for command in reserving if command.stand_in is not None}:
        books.stand_ins = await stand_ins.lock(connection, stood_in)
    return books, [*(command.payment for command in reserving), *moving]


async def _lock_bills(connection: AsyncConnection, books: Books, reserving: Iterable[Reserve], moving: Iterable[Payment]) -> None:
    presented = {command.bill_key: bill for command in reserving if (bill := _presented_bill(command)) is not None}
    if presented:
        await bills.insert_missing(connection, presented.values())
    keys = {key for command in reserving if (key := command.bill_key) is not None}
    keys |= {key for payment in moving if (key := _bill_key(payment)) is not None}
    if keys:
        books.bills = await bills.lock(connection, keys)


async def _lock_money(connection: AsyncConnection, books: Books, moving: Sequence[Payment]) -> None:
    owners = {(payment.request.bank, payment.request.amount.currency) for payment in moving}
    if owners:
        books.windows = await open_window.share(connection, {currency for _, currency in owners})
        books.positions = await positions.lock(connection, owners)
        for bank, currency in owners - books.positions.keys():
            books.positions[bank, currency] = Position(bank, currency, cap=0)  # no cap was ever set: nothing fits under it


async def collect(together: Together, changes: Changes, listening: Listening) -> None:
    """Each has its own table or its own rows: they go together. `listening` says which banks are told of the moves."""
    if changes.keys:
        await idempotency.refuse(together, changes.keys)
    if changes.reserved:
        await payments.insert(together, changes.reserved.values())
    if changes.concluded:
        await payments.conclude(together, changes.concluded.values())
    if changes.events:
        await payments.append_events(together, changes.events)
    if changes.bills:
        await bills.update(together, changes.bills.values())
    if changes.entries:
        await journal.append(together, changes.entries)
    if changes.adjustments:
        await adjustments.collect(together, changes.adjustments)
    if changes.advices:
        await outbox.append(together, changes.advices)
    if changes.stand_ins:
        await stand_ins.update(together, changes.stand_ins)
    if listening and (events := told(changes.moves, listening) + declined_told(changes.declined, listening)):
        await webhooks.append(together, events)
    await _collect_messages(together, changes)
    if changes.positions:
        await positions.update(together, changes.positions.values())


async def _collect_messages(together: Together, changes: Changes) -> None:
    if changes.messages:
        await messages.insert_orders(together, changes.messages)
    if changes.exchanges:
        await messages.insert_exchanges(together, changes.exchanges)


def _bill_key(payment: Payment) -> BillKey | None:
    request = payment.request
    if request.bill_number is None:
        return None
    return BillKey(request.service, request.customer_reference, request.bill_number)


def _presented_bill(command: Reserve) -> Bill | None:
    """A bill that its biller has shown on line, as it is kept the first time that somebody pays it."""
    key, shown = command.bill_key, command.presented
    if key is None or shown is None:
        return None
    return Bill(key, shown.due, shown.rule, uploaded=False, issued_on=shown.issued_on, due_on=shown.due_on)
