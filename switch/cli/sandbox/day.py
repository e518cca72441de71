"""A business day from beginning to end: banks pay, windows close and settle, files go out, three sides reconcile, the books are proven."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

import httpx2

from switch.application import Switch
from switch.bootstrap.opening import DATABASE_TROUBLE
from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.cli.output import progress
from switch.cli.sandbox import agreement
from switch.cli.sandbox.faults import Faults
from switch.cli.sandbox.kills import OTHERWISE, Kills, Strike
from switch.cli.sandbox.report import DayReport
from switch.cli.sandbox.sandbox import Sandbox
from switch.cli.sandbox.taking_back import agree_on_reversals, not_of_liars
from switch.cli.tls_files import client_tls
from switch.client import AsyncSwitchClient, Patience
from switch.domain.participants import ParticipantKind
from switch.domain.reconciliation import BreakKind, BreakState
from switch.domain.settlement import WindowState
from switch.simulators.banks import Banks, Ordered
from switch.simulators.charging import shipped_billers
from switch.simulators.mischief import Mischief
from switch.simulators.orders import wishes
from switch.simulators.statements import payments_in, statement

CURRENCY = "SYP"
BY = "demo"
CUSTOMERS_AT_ONCE = 32
PERSISTENT = Patience(tries=10, first_pause_seconds=0.2, longest_pause_seconds=2.0)
CERTAIN_WITHIN_SECONDS = 240.0
SETTLED_WITHIN_SECONDS = 120.0
ADVISED_WITHIN_SECONDS = 60.0
"""An advice whose biller is back comes within half a minute; here on a machine that is busy with the end of a hard day."""
ASK_AGAIN_SECONDS = 0.3
DATABASE_BACK_WITHIN_TRIES = 60
MOST_BREAKS = 5_000
STATEMENTS_AT_ONCE = 8

T = TypeVar("T")


@dataclass
class BusinessDay:
    sandbox: Sandbox
    switch: Switch
    report: DayReport
    quiet: bool = False
    banks: Banks = field(init=False)
    clients: dict[str, AsyncSwitchClient] = field(default_factory=dict)

    async def live(self) -> None:
        async with self._everybody_connected():
            with self._stage("pay", "banks inquire and pay; the window closes under load; processes are killed with kill -9 and come back"):
                await self._pay()
            with self._stage("certain", "payments in doubt are enquired after until every bank knows"):
                await self._become_certain()
            with self._stage("settle", "the last window closes; the worker settles both over the RTGS and issues the files"):
                await self._settle()
            with self._stage("compare", "every acknowledged payment is looked up again, every file is checked"):
                paid, dated = await self._compare()
            with self._stage("reconcile", "banks and billers hand in their statements; three sides are reconciled"):
                await self._reconcile(paid, dated)
            with self._stage("verify", "the books are recomputed from their rows"):
                await self._verify()

    async def _pay(self) -> None:
        await agree_on_reversals(self.switch, BY)
        services = [service for biller in shipped_billers().values() for service in biller.services.values()]
        wanted = [
            not_of_liars(one, self.report.misbehaving)
            for one in wishes(services, list(self.banks.clients), self.report.wishes, self.report.seed)
        ]
        half, progressed = asyncio.Event(), 0.0
        otherwise: Sequence[Strike] = ()
        if self.sandbox.faults is not None:
            self.sandbox.faults.spoil()
            otherwise = OTHERWISE
        kills = Kills(self.sandbox.settings.run, self.sandbox.tell, self.report.seed, self.report.kills, otherwise=otherwise)
        with progress("inquiries and payments", hidden=self.quiet) as steps:

            def done(count: int) -> None:
                nonlocal progressed
                steps(count, len(wanted))
                progressed = count / len(wanted)
                if progressed >= 1 / 2:
                    half.set()

            async with asyncio.TaskGroup() as group:
                group.create_task(self._close_after(half))
                group.create_task(kills.spread(lambda: progressed))
                group.create_task(self.banks.pay_all(wanted, at_once=CUSTOMERS_AT_ONCE, progress=done))
        self.report.killed = kills.done
        if sum(kills.done.values()) != self.report.kills:
            self.report.wrongs.append(f"{self.report.kills} kills were asked for, {sum(kills.done.values())} were done")
        if self.sandbox.faults is not None:
            self._count_faults(self.sandbox.faults, kills)
        day = self.banks.day
        self.report.inquiries, self.report.refused_inquiries = day.inquiries, day.refused_inquiries
        self.report.first_in_doubt = sum(not ordered.certain for ordered in day.ordered.values())

    def _count_faults(self, faults: Faults, kills: Kills) -> None:
        """From now on the lines are good. A kind that was never injected has proven nothing."""
        faults.heal()
        self.report.injected = faults.injected() | {"otherwise": kills.done_otherwise}
        never = [f"{where}: {what}" for where, counts in self.report.injected.items() for what, count in counts.items() if not count]
        self.report.wrongs += [f"never injected: {what}" for what in never]

    async def _close_after(self, moment: asyncio.Event) -> None:
        await moment.wait()
        closed = await _patiently(lambda: self.switch.close_window(CURRENCY, by=BY))
        self.sandbox.tell(f"window {closed.closed.window_id} has closed under load, {closed.opened.window_id} is open")

    async def _become_certain(self) -> None:
        with progress("payments in doubt", hidden=self.quiet) as steps:
            await self.banks.learn_the_rest(deadline_seconds=CERTAIN_WITHIN_SECONDS, progress=steps)

    async def _settle(self) -> None:
        closed = await _patiently(lambda: self.switch.close_window(CURRENCY, by=BY))
        self.sandbox.tell(f"window {closed.closed.window_id} has closed")
        await _until(self._all_settled, SETTLED_WITHIN_SECONDS)
        await _patiently(self._report_windows)

    async def _report_windows(self) -> None:
        self.report.windows.clear()
        for window in reversed(await self.switch.windows.page(CURRENCY)):
            if window.state is WindowState.SETTLED:
                legs = (await self.switch.windows.one(window.window_id)).legs
                paying = sum(leg.minor for leg in legs if leg.minor > 0)
                if sum(leg.minor for leg in legs):
                    self.report.wrongs.append(f"the nets of {window.window_id} do not sum to zero")
                row = {"window_id": window.window_id, "rtgs_reference": window.rtgs_reference, "legs": len(legs), "paying_minor": paying}
                self.report.windows.append(row | {"files": len(await self.switch.files.of_window(window.window_id))})

    async def _all_settled(self) -> bool:
        """Settled, and with a file for each bank and biller."""
        for window in await self.switch.windows.page(CURRENCY):
            if window.state is not WindowState.OPEN:
                files = await self.switch.files.of_window(window.window_id)
                if window.state is not WindowState.SETTLED or len(files) < len(self.clients):
                    return False
        return True

    async def _compare(self) -> tuple[dict[str, Ordered], dict[str, date]]:
        """The completed payments, and the business date under which the files have each."""
        day = self.banks.day
        for bank, client in self.banks.clients.items():
            stands = {payment["payment_id"]: payment for payment in await client.payments()}
            own = [ordered for ordered in day.ordered.values() if ordered.bank == bank]
            self.report.wrongs += agreement.wrongly_told(own, stands)
        self.report.wrongs += day.wrongs
        self.report.payments = dict(Counter(ordered.state for ordered in day.ordered.values()))
        self.report.refused = dict(Counter(ordered.refused for ordered in day.ordered.values() if ordered.refused is not None))
        self.report.taken_back = dict(Counter(asked.outcome for ordered in day.ordered.values() for asked in ordered.asked_back))
        paid = agreement.completed(day.ordered.values())
        self.report.amount_minor = sum(order.amount.minor - order.taken_back.minor for order in paid.values())
        return paid, await self._check_files(paid)

    async def _check_files(self, paid: dict[str, Ordered]) -> dict[str, date]:
        dated: dict[str, date] = {}
        with progress("files", hidden=self.quiet) as steps:
            for number, (code, client) in enumerate(self.clients.items(), start=1):
                filed = []
                for file in await client.files():
                    lines = payments_in(await client.file_content(file["file_id"]))
                    if len(lines) != file["lines"]:
                        self.report.wrongs.append(f"{file['file_id']} has {len(lines)} lines and says {file['lines']}")
                    dated |= {payment_id: date.fromisoformat(file["business_date"]) for payment_id, amount in lines if amount.minor > 0}
                    filed += lines
                    self.report.files += 1
                    self.report.file_lines += len(lines)
                own = {key: order for key, order in paid.items() if code in (order.bank, order.biller)}
                self.report.wrongs += agreement.wrongly_filed(code, own, filed)
                steps(number, len(self.clients))
        return dated

    async def _reconcile(self, paid: dict[str, Ordered], dated: dict[str, date]) -> None:
        await self._all_advised()
        days = sorted({*dated.values(), *agreement.dates_taken_back(paid.values()).values()})
        expected = await self._hand_in(paid, dated, days)
        for day in days:
            sides = await _patiently(partial(self.switch.reconcile, day, CURRENCY))
            self.report.matched += sum(side.matched for side in sides)
        found = await _patiently(lambda: self.switch.breaks.page(None, None, BreakState.OPEN, None, MOST_BREAKS))
        self.report.breaks = [
            {"participant": one.participant, "kind": one.kind, "payment_id": str(one.payment_id), "minor": one.minor} for one in found
        ]
        listed = {(str(one.participant), str(one.payment_id), str(one.kind)) for one in found}
        self.report.wrongs += [f"reconciliation has not found {missed}" for missed in sorted(expected - listed)]
        no_lies = listed - expected - self._may_be_listed(listed)
        self.report.wrongs += [f"reconciliation names what is no lie: {named}" for named in sorted(no_lies)]

    def _may_be_listed(self, listed: agreement.Expected) -> agreement.Expected:
        """A biller that says no though it has booked is asked again where a process died or stood still, says yes, and so contradicts
        itself: whether it does depends on who was asked when."""
        liars = {code for code, does in self.report.misbehaving.items() if does == Mischief.REFUSE_THOUGH_BOOKED}
        return {named for named in listed if named[0] in liars and named[2] == BreakKind.LATE_ANSWER}

    async def _all_advised(self) -> None:
        billers = [code for code in self.clients if code not in self.banks.clients]

        async def none_waiting() -> bool:
            while billers and not await self.clients[billers[-1]].waiting_advices(1):
                billers.pop()
            return not billers

        await _until(none_waiting, ADVISED_WITHIN_SECONDS)

    async def _hand_in(self, paid: dict[str, Ordered], dated: dict[str, date], days: list[date]) -> agreement.Expected:
        expected: agreement.Expected = set()
        taken_back = agreement.dates_taken_back(paid.values())
        room = asyncio.Semaphore(STATEMENTS_AT_ONCE)
        async with httpx2.AsyncClient(base_url=self.sandbox.settings.billers_url, timeout=30) as books:

            async def hand_in(code: str) -> None:
                async with room:
                    if code in self.banks.clients:
                        side = "bank"
                        rows = agreement.bank_rows(order for order in self.banks.day.ordered.values() if order.bank == code)
                    else:
                        side = "biller"
                        booked = (await books.get(f"/{code}/statement")).raise_for_status().json()
                        rows = agreement.biller_rows(booked, dated, taken_back)
                        own = {key: order for key, order in paid.items() if order.biller == code}
                        expected.update(agreement.expected_breaks(code, rows, own))
                    for day in days:
                        of_day = [row for row in rows if row.business_date == day]
                        await self.clients[code].hand_in_statement(statement(code, side, day, CURRENCY, of_day))
                        self.report.statements += 1

            await asyncio.gather(*map(hand_in, self.clients))
        return expected

    async def _verify(self) -> None:
        with progress("verify", hidden=self.quiet) as steps:
            result = await _patiently(lambda: self.switch.verification(lambda name, done, total: steps(done, total, name)))
        self.report.rows_verified = sum(check.rows for check in result.checks)
        self.report.wrongs += [f"verify: {found.invariant} {found.where}: {found.what}" for found in result.findings]

    @asynccontextmanager
    async def _everybody_connected(self) -> AsyncIterator[None]:
        settings = self.sandbox.settings
        answer_key = load_switch_public_key(settings)
        url = settings.api_url if self.sandbox.faults is None else self.sandbox.faults.bank_url
        async with AsyncExitStack() as open_clients:
            for participant in self.switch.directory.current().participants.values():
                if participant.pays or participant.kind is ParticipantKind.BILLER:
                    key = load_sandbox_key(settings, participant.code)
                    client = AsyncSwitchClient(url, key, answer_key, patience=PERSISTENT, tls=client_tls(settings, participant.code))
                    self.clients[participant.code] = await open_clients.enter_async_context(client)
            banks = {str(code): self.clients[code] for code, who in self.switch.directory.current().participants.items() if who.pays}
            self.banks = Banks(banks, run=f"{BY}{self.report.seed}")
            yield

    @contextmanager
    def _stage(self, name: str, what: str) -> Iterator[None]:
        self.sandbox.tell(what)
        began = time.monotonic()
        yield
        self.report.seconds[name] = round(time.monotonic() - began, 1)


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Whoever looks after the switch tries again, too, where its database has just been killed."""
    for _ in range(DATABASE_BACK_WITHIN_TRIES):
        try:
            return await work()
        except DATABASE_TROUBLE:
            await asyncio.sleep(ASK_AGAIN_SECONDS)
    return await work()


async def _until(true: Callable[[], Awaitable[bool]], deadline_seconds: float) -> None:
    """Raises TimeoutError where it does not become true in time."""
    async with asyncio.timeout(deadline_seconds):
        while True:
            if await _patiently(true):
                return
            await asyncio.sleep(ASK_AGAIN_SECONDS)
