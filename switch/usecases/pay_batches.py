"""Pay the batches that were handed in: in bulk where nobody need be asked, a few at a time at each biller that is asked.

A line is done when something stands under its key; so a batch may be taken up by any process, at any point, any number of times.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from switch.domain.admission import Command, RecordRefusal
from switch.domain.directory import Directory
from switch.domain.errors import Overloaded, Refusal, SwitchUnavailable
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.messages import of_batch
from switch.domain.payment_batches import BatchId, OrderedLine, PaymentBatch
from switch.domain.routing import route
from switch.domain.values import changed
from switch.ports import Clock
from switch.posting.lane import Answer, PostingLane
from switch.store import inquiries, payment_batches
from switch.store.database import Database
from switch.usecases.pay_bill import PayBill

MOST_AT_ONCE = 8
"""Batches of one process."""
LINES_AT_ONCE = 500
PARTS_AHEAD = 3
"""In the lane: one is written, one claims, one waits; the next one is read and routed meanwhile."""
LINES_ASKED_AT_ONCE = 64
QUESTIONS_A_BILLER = 8
"""Of all batches of one process together, so that a batch leaves room at the biller for payers who wait."""
LEASE_SECONDS = 10
PROLONGED_EVERY_SECONDS = 3
AGAIN_SECONDS = 5
"""After lines that could not be worked on: the books were out of reach, or the lane was full."""

_log = structlog.get_logger("switch.batches")


@dataclass(frozen=True, slots=True)
class PayBatches:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    lane: PostingLane
    pay_bill: PayBill
    under_way: dict[BatchId, asyncio.Task[None]] = field(default_factory=dict)
    questions: dict[ParticipantCode, asyncio.Semaphore] = field(default_factory=lambda: defaultdict(_questions))
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> int:
        """Takes up batches on which nobody is working, and says how many; they are paid in the background until `close`."""
        room = MOST_AT_ONCE - len(self.under_way)
        if room <= 0 or self.stopping.is_set():
            return 0
        async with self.database.transaction() as connection:
            due = await payment_batches.lease_due(connection, self.clock.now(), LEASE_SECONDS, room)
        for batch in due:
            task = asyncio.create_task(self._work(batch), name=f"payment-batch-{batch.batch_id}")
            self.under_way[batch.batch_id] = task
        return len(due)

    async def close(self) -> None:
        """What is under way is brought to the end of its present lines; the rest is left to whoever comes next."""
        self.stopping.set()
        await self.settled()

    async def settled(self) -> None:
        """When nothing is under way any more."""
        while self.under_way:
            await asyncio.wait(self.under_way.values())

    async def _work(self, batch: PaymentBatch) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self._keep_lease(batch))
                await self._pay(batch)
                keeping.cancel()
            await self._conclude(batch)
        except Exception as fault:  # noqa: BLE001 - whatever it was, the lease ends and the batch is taken up again
            _log.error("batch.interrupted", batch_id=str(batch.batch_id), fault=type(fault).__name__)
        finally:
            self.under_way.pop(batch.batch_id, None)

    async def _keep_lease(self, batch: PaymentBatch) -> None:
        while True:
            await asyncio.sleep(PROLONGED_EVERY_SECONDS)
            await self._lease(batch, LEASE_SECONDS)

    async def _conclude(self, batch: PaymentBatch) -> None:
        async with self.database.hot.transaction() as connection:
            done = await payment_batches.finish(connection, batch, self.clock.now())
        if done:
            _log.info("batch.done", batch_id=str(batch.batch_id), bank=batch.bank, lines=batch.lines)
        else:
            await self._lease(batch, 0 if self.stopping.is_set() else AGAIN_SECONDS)

    async def _lease(self, batch: PaymentBatch, seconds: int) -> None:
        async with self.database.transaction() as connection:
            await payment_batches.prolong(connection, batch.batch_id, self.clock.now() + timedelta(seconds=seconds))

    async def _pay(self, batch: PaymentBatch) -> None:
        """The lines of each biller that is asked are a stream of their own; all others are one, in their order."""
        async with self.database.hot.reading() as connection:
            services = await payment_batches.waiting_services(connection, batch)
        asked = self._by_biller(services)
        unasked = services - {code for codes in asked.values() for code in codes}
        async with asyncio.TaskGroup() as streams:
            if unasked:
                streams.create_task(self._pay_in_bulk(batch, unasked))
            for biller, codes in asked.items():
                streams.create_task(self._pay_singly(batch, codes, self.questions[biller]))

    def _by_biller(self, services: Collection[ServiceCode]) -> Mapping[ParticipantCode, set[ServiceCode]]:
        known = self.directory().services
        found: defaultdict[ParticipantCode, set[ServiceCode]] = defaultdict(set)
        for code in services:
            if (service := known.get(code)) is not None and service.mode.asks_biller:
                found[service.biller].add(code)
        return found

    async def _pay_in_bulk(self, batch: PaymentBatch, services: Collection[ServiceCode]) -> None:
        """In their order; the next lines are read and routed while those before them are written."""
        after = 0
        in_lane: deque[tuple[Sequence[OrderedLine], asyncio.Task[list[Answer]]]] = deque()
        async with asyncio.TaskGroup() as group:
            while lines := await self._waiting(batch, services, after, LINES_AT_ONCE):
                after = lines[-1].number
                commands = await self._commands(batch, lines)
                in_lane.append((lines, group.create_task(self.lane.submit_all(commands))))
                if len(in_lane) == PARTS_AHEAD and not await self._written(batch, *in_lane.popleft()):
                    return
            while in_lane and await self._written(batch, *in_lane.popleft()):
                pass

    async def _written(self, batch: PaymentBatch, lines: Sequence[OrderedLine], writing: asyncio.Task[list[Answer]]) -> bool:
        """False where the books are out of reach."""
        for line, answer in zip(lines, await writing, strict=True):
            if isinstance(answer, SwitchUnavailable):
                return False
            if isinstance(answer, Exception):
                _log.error("batch.line_failed", batch_id=str(batch.batch_id), line=line.number, fault=type(answer).__name__)
        return True

    async def _commands(self, batch: PaymentBatch, lines: Sequence[OrderedLine]) -> list[Command]:
        """Routed as single payments are, with one look for all the inquiries that they name."""
        named = {line.request.inquiry_id for line in lines} - {None}
        found = {}
        if named:
            async with self.database.hot.reading() as connection:
                found = await inquiries.find_all(connection, [inquiry_id for inquiry_id in named if inquiry_id is not None])
        directory, now, message = self.directory(), self.clock.now(), of_batch(batch.batch_id)
        commands: list[Command] = []
        for line in lines:
            request, digest = line.request, line.request_digest
            try:
                inquiry = found.get(request.inquiry_id) if request.inquiry_id is not None else None
                commands.append(changed(route(request, digest, inquiry, directory, now), message=message))
            except Refusal as refusal:
                commands.append(RecordRefusal(request.bank, request.idempotency_key, digest, refusal))
        return commands

    async def _pay_singly(self, batch: PaymentBatch, services: Collection[ServiceCode], questions: asyncio.Semaphore) -> None:
        after = 0
        while lines := await self._waiting(batch, services, after, LINES_ASKED_AT_ONCE):
            after = lines[-1].number
            if not all(await asyncio.gather(*(self._ask(batch, line, questions) for line in lines))):
                return

    async def _ask(self, batch: PaymentBatch, line: OrderedLine, questions: asyncio.Semaphore) -> bool:
        """False where nothing could be done about the line now."""
        async with questions:
            try:
                await self.pay_bill(line.request, of_batch(batch.batch_id))
            except (Overloaded, SwitchUnavailable):
                return False
            except Refusal:
                return True
        return True

    async def _waiting(self, batch: PaymentBatch, services: Collection[ServiceCode], after: int, most: int) -> list[OrderedLine]:
        if self.stopping.is_set():
            return []
        async with self.database.hot.reading() as connection:
            return await payment_batches.waiting(connection, batch, services, after, most)


def _questions() -> asyncio.Semaphore:
    return asyncio.Semaphore(QUESTIONS_A_BILLER)
