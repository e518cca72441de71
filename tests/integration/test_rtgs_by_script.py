"""The RTGS loses, delays, doubles and contradicts itself while staff go on: money moves once there, or what differs has a name."""

import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.registry import open_adapters
from adapters.settlement.iso20022 import Iso20022Rtgs
from switch.domain.approvals import WindowNotDecidable
from switch.domain.calendar import local_date
from switch.domain.debts import DebtState
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.networks import THIS_MACHINE
from switch.domain.proposals import ProposalKind
from switch.domain.rtgs_statements import RtgsDifferenceKind, RtgsEntry, RtgsStatement
from switch.domain.settlement import WindowState
from switch.domain.settlement_errors import RtgsContradicts, RtgsNotSure
from switch.reports.rtgs_comparison import RtgsComparison
from switch.signatures import generate_key
from switch.simulators.mischief import Script
from switch.simulators.rtgs import Rtgs
from switch.simulators.rtgs_books import RtgsBooks
from switch.simulators.rtgs_exchange import RtgsExchange
from switch.simulators.serving import rtgs_app
from switch.usecases.pay_debt import WAY_OF, PayDebt
from switch.usecases.settle_debts import SettleDebts
from switch.usecases.settle_window import SettleWindow
from tests.contract.served import served
from tests.seeded import OTHER_BANK, WINDOW
from tests.settling import LEGS, OVERSEER, SettlingWorld, settling_world

PATIENCE_SECONDS = 0.7
SILENT_ON_ENQUIRY = {"does": "silent", "calls": ["enquire"]}
LIES = {"does": "refuse-though-booked", "calls": ["instruct"]}


@dataclass
class Country:
    world: SettlingWorld
    script: Path
    books: RtgsBooks

    def rtgs(self, *rules: Mapping[str, object]) -> None:
        self.script.write_text(json.dumps({"rules": {"rtgs": rules}}))

    async def statement(self, currency: str, day: date) -> RtgsStatement:
        settled = self.books.settled(datetime.now(UTC))
        entries = [
            RtgsEntry(each.instruction.instruction_id, each.rtgs_reference, ParticipantCode(leg.participant), leg.minor)
            for each in settled
            for leg in each.instruction.legs
        ]
        return RtgsStatement("S", day, currency, 1, tuple(entries))

    async def differences(self) -> list[tuple[RtgsDifferenceKind, str]]:
        compared = await RtgsComparison(self.world.database, self.statement)("SYP", local_date(datetime.now(UTC)))
        return sorted({(each.kind, each.instruction_id) for each in compared.differences})

    async def settle(self, window: str = WINDOW, *, again: bool = False) -> WindowState | str:
        """How it stands then, or why it is not sent."""
        self.world.clock.move(60)
        try:
            return (await self.world.settle(window, again=again)).state
        except Refusal as refusal:
            return refusal.code

    async def settle_at_last(self, window: str = WINDOW) -> WindowState | str:
        for _ in range(6):
            if (state := await self.settle(window)) is not WindowState.SETTLING:
                return state
        return WindowState.SETTLING

    def moved(self) -> list[str]:
        return [each.instruction.instruction_id for each in self.books.settled(datetime.now(UTC))]


@pytest.fixture(params=["json", "iso20022"])
async def country(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[Country]:
    """A closed window with payments, and a central bank that follows a script, over messages or over files."""
    script, books = tmp_path / "script.json", RtgsBooks(tmp_path / "rtgs.db")
    script.write_text("{}")
    key, exchange, stop = generate_key(f"{OVERSEER}:main"), tmp_path / "exchange", threading.Event()
    with ExitStack() as running:
        async with settling_world(database_url, tmp_path / "files") as world:
            known, url = {key.keyid: key.verifying_key()}, "http://127.0.0.1:9"
            if request.param == "json":
                app = rtgs_app(key=key, switch_key=world.signer.verifying_key(), books=tmp_path / "rtgs.db", script=script)
                url = running.enter_context(served(app))
            else:
                player = RtgsExchange(exchange, Rtgs(key, books, Script(script)), world.signer.verifying_key())
                thread = threading.Thread(target=player.run, args=(stop,))
                thread.start()
                running.callback(thread.join)
                running.callback(stop.set)
            adapters = open_adapters(
                signer=world.signer, find_key=known.get, central_bank=lambda: OVERSEER, networks=THIS_MACHINE, rtgs_url=url,
                files_directory=tmp_path / "drop",
                rtgs_exchange=exchange if request.param == "iso20022" else None,
            )  # fmt: skip
            settlement = adapters.settlement
            if isinstance(settlement, Iso20022Rtgs):
                settlement = replace(settlement, answer_seconds=PATIENCE_SECONDS)
            world.settle = SettleWindow(world.clock, world.database, settlement)
            world.settle_debts = SettleDebts(world.clock, world.database, settlement)
            for kind in WAY_OF:
                world.decide.undertakings[kind] = PayDebt(world.clock, world.database, kind, world.settle_debts)  # type: ignore[index]
            world.advance = replace(world.advance, settle_window=world.settle)
            await world.pay_some()
            await world.closed()
            yield Country(world, script, books)
            await adapters.close()
    books.close()


async def _again(country: Country) -> list[object]:
    return [await country.settle(again=True)]


async def _overridden(country: Country) -> list[object]:
    """By the worker it waits for staff; who then take it as the RTGS has it."""
    await country.world.two_people(ProposalKind.OVERRIDE_WINDOW)
    await country.world.advance()
    waits = (await country.world.windows.one(WINDOW)).window
    return [waits.state, (waits.reason or "").partition(":")[0], await country.settle(again=True)]


async def _moved(country: Country) -> list[object]:
    await country.world.two_people(ProposalKind.MOVE_WINDOW)
    following = (await country.world.closed()).window_id
    return [await country.settle(following), await country.settle(following, again=True)]


async def _recomputed(country: Country) -> list[object]:
    await country.world.two_people(ProposalKind.RECOMPUTE_WINDOW, without=OTHER_BANK)
    return [await country.settle(), await country.settle(again=True)]


async def _asked_in_vain(country: Country) -> list[object]:
    country.rtgs(SILENT_ON_ENQUIRY)
    silent = await country.settle(again=True)
    country.rtgs()
    return [silent, await country.settle(again=True)]


SETTLED, ABORTED, SETTLING = WindowState.SETTLED, WindowState.ABORTED, WindowState.SETTLING
FIRST, SECOND = f"{WINDOW}-1", f"{WINDOW}-2"
NOT_OURS = [(RtgsDifferenceKind.MISSING_AT_SWITCH, FIRST)]
REFUSES = {"does": "refuse", "calls": ["instruct"]}


@pytest.mark.parametrize(
    ("mischief", "first", "staff", "then", "moves", "differences"),
    [
        ({"does": "twice-answered", "calls": ["instruct", "enquire"]}, SETTLED, _again, [SETTLED], [FIRST], []),
        (REFUSES, ABORTED, _asked_in_vain, [RtgsNotSure.code, SETTLED], [SECOND], []),
        (LIES, ABORTED, _again, [SETTLED], [FIRST], []),
        (LIES, ABORTED, _overridden, [WindowState.CLOSED, RtgsContradicts.code, SETTLED], [FIRST], []),
        (LIES, ABORTED, _moved, [RtgsContradicts.code] * 2, [FIRST], NOT_OURS),
        (LIES, ABORTED, _recomputed, [RtgsContradicts.code] * 2, [FIRST], NOT_OURS),
    ],
    ids=["doubled", "silent when asked anew", "settled after all", "and overridden", "and moved", "and recomputed"],
)
async def test_what_was_refused_and_is_settled_never_moves_twice(
    country: Country,
    mischief: Mapping[str, object],
    first: WindowState,
    staff: Callable[[Country], Awaitable[list[object]]],
    then: list[object],
    moves: list[str],
    differences: list[object],
) -> None:
    country.rtgs(mischief)
    assert await country.settle() is first
    country.rtgs()
    assert await staff(country) == then
    assert country.moved() == moves
    assert {leg.participant: country.books.lost(leg.participant) for leg in LEGS} == {leg.participant: leg.minor for leg in LEGS}
    assert await country.differences() == differences
    assert await country.world.findings() == []


@pytest.mark.parametrize("does", ["silent", "cut-after-booking", "late"])
async def test_while_nobody_knows_nothing_replaces_it_and_the_statement_shows_what_was_never_answered(country: Country, does: str) -> None:
    country.rtgs({"does": does, "milliseconds": 900, "calls": ["instruct"]}, SILENT_ON_ENQUIRY)
    state = await country.settle()
    for kind in (ProposalKind.WITHHOLD_WINDOW, ProposalKind.OVERRIDE_WINDOW, ProposalKind.MOVE_WINDOW, ProposalKind.RECOMPUTE_WINDOW):
        if state is SETTLING:
            with pytest.raises(WindowNotDecidable):
                await country.world.propose(kind, WINDOW, {"without": OTHER_BANK}, reason="in a hurry", by="staff:nour")
    booked = does != "silent"
    assert await country.differences() == (NOT_OURS if booked and state is SETTLING else [])
    country.rtgs()
    assert await country.settle_at_last() is SETTLED
    assert (country.moved(), await country.differences(), await country.world.findings()) == ([FIRST], [], [])


async def test_a_debt_whose_payment_was_refused_and_is_settled_is_not_paid_again(country: Country) -> None:
    world = country.world
    await world.two_people(ProposalKind.RECOMPUTE_WINDOW, without=OTHER_BANK)
    assert await country.settle() is SETTLED
    country.rtgs(LIES)
    await world.two_people(ProposalKind.PAY_DEBT, OTHER_BANK, currency="SYP")
    country.rtgs()
    world.clock.move(1)
    await world.two_people(ProposalKind.PAY_DEBT, OTHER_BANK, currency="SYP")
    again, lied = (await world.debts.book()).payments
    assert (again.state, (again.refused_because or "").partition(":")[0], lied.state) == (
        DebtState.REFUSED, RtgsContradicts.code, DebtState.REFUSED,
    )  # fmt: skip
    assert country.moved() == [FIRST, lied.debt_payment_id]
    assert await country.differences() == [(RtgsDifferenceKind.MISSING_AT_SWITCH, lied.debt_payment_id)]
    (reference,) = {each.rtgs_reference for each in country.books.settled(datetime.now(UTC))} - {
        (await world.windows.one(WINDOW)).window.rtgs_reference
    }
    world.clock.move(1)
    await world.two_people(ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, currency="SYP", rtgs_reference=reference)
    assert ((await world.debts.book()).owed, await world.posted(OTHER_BANK), await world.findings()) == ([], 0, [])
