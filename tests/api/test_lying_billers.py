"""Billers that lie, on a real line: what banks were told, what billers booked, what the ledger says; exactly the liars are named."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from adapters.billers.json_http import JsonBiller
from adapters.files.csv import CsvFormat
from adapters.transports.connections import Connections
from adapters.transports.guarded import GuardedHosts
from adapters.transports.signed_calls import SignedCalls
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.breakers import FAILURES_IN_A_ROW
from switch.domain.catalogue import OverdueRule, RefundRule, ReversalRule
from switch.domain.directory import Endpoint
from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode
from switch.domain.money import Money, parse_amount
from switch.domain.networks import THIS_MACHINE
from switch.domain.stand_in import StandInRule
from switch.signatures import SigningKey, generate_key
from tests.api.conftest import opened_line
from tests.api.line import BANK, BILLER, ONLINE, Line, order
from tests.contract.played import played
from tests.scripted_biller import PROTOCOL
from tests.two_faced_biller import DUE, HONEST, REFUSED, Act, Lie, TwoFacedBiller

DAY, PART, OTHER = date(2026, 11, 24), "20.00", "90.00"
HOUR_SECONDS = 3_600
SILENT, BOOKED_AND_CUT = Act("500", books=0), Act("cut")
YES_BOOKED_NOTHING, NO_THOUGH_BOOKED = Act("yes", books=0), Act("no")

ORDERS: Mapping[str, tuple[Lie, str, set[str]]] = {
    "honest": (Lie(), "COMPLETED", set()),
    "cut after booking": (Lie(pay=(BOOKED_AND_CUT,)), "COMPLETED", set()),
    "an honest no, late": (Lie(pay=(SILENT,), enquire=(REFUSED,)), "REJECTED", set()),
    "no though booked": (Lie(pay=(NO_THOUGH_BOOKED,)), "REJECTED", {"status_differs"}),
    "late no though booked": (Lie(pay=(BOOKED_AND_CUT,), enquire=(NO_THOUGH_BOOKED,)), "REJECTED", {"status_differs"}),
    "yes, then no": (Lie(forgets=True), "COMPLETED", {"missing_at_biller"}),
    "no, then yes": (Lie(pay=(BOOKED_AND_CUT,), enquire=(NO_THOUGH_BOOKED, HONEST)), "REJECTED", {"status_differs"}),
    "silence, yes, then no": (Lie(pay=(SILENT,), enquire=(YES_BOOKED_NOTHING, REFUSED)), "COMPLETED", {"missing_at_biller"}),
    "never seen, then paid already": (
        Lie(pay=(BOOKED_AND_CUT, REFUSED), enquire=(Act("not found"),)), "REJECTED", {"status_differs"}
    ),
    "twice": (Lie(pay=(Act("yes", books=2),)), "COMPLETED", {"duplicate_at_biller"}),
    "other amount, said": (
        Lie(pay=(Act("yes", 1, OTHER, OTHER),), enquire=(Act("yes", 0, None, OTHER),)), "REJECTED", {"status_differs"}
    ),
    "other amount, not said": (Lie(pay=(Act("yes", 1, OTHER),)), "COMPLETED", {"amount_differs"}),
    "other amount, then the right one": (
        Lie(pay=(Act("yes", 1, OTHER, OTHER),), enquire=(Act("yes", 0, None, OTHER), HONEST)), "COMPLETED", {"amount_differs"}
    ),
}  # fmt: skip
REVERSALS: Mapping[str, tuple[Lie, str, set[str]]] = {
    "honest": (Lie(), "REVERSED", set()),
    "cut after taking back": (Lie(reverse=(BOOKED_AND_CUT, HONEST)), "REVERSED", set()),
    "an honest no": (Lie(reverse=(REFUSED,)), "COMPLETED", set()),
    "yes though kept": (Lie(reverse=(YES_BOOKED_NOTHING,)), "REVERSED", {"status_differs"}),
    "no though taken back": (Lie(reverse=(NO_THOUGH_BOOKED,)), "COMPLETED", {"status_differs"}),
    "late no though taken back": (Lie(reverse=(BOOKED_AND_CUT, REFUSED)), "COMPLETED", {"status_differs"}),
    "flip-flop": (Lie(reverse=(SILENT, YES_BOOKED_NOTHING, REFUSED)), "REVERSED", {"status_differs"}),
    "twice": (Lie(reverse=(Act("yes", books=2),)), "REVERSED", {"duplicate_at_biller"}),
    "other amount, said": (Lie(reverse=(Act("yes", 1, DUE, OTHER),)), "COMPLETED", {"status_differs"}),
    "forgotten": (Lie(forgets=True), "REVERSED", set()),
}
PARTS: Mapping[str, tuple[Lie, str, set[str]]] = {
    "honest": (Lie(), PART, set()),
    "cut after taking back": (Lie(reverse=(BOOKED_AND_CUT, HONEST)), PART, set()),
    "an honest no": (Lie(reverse=(REFUSED,)), "0.00", set()),
    "yes though kept": (Lie(reverse=(YES_BOOKED_NOTHING,)), PART, {"status_differs"}),
    "no though taken back": (Lie(reverse=(NO_THOUGH_BOOKED,)), "0.00", {"status_differs"}),
    "late no though taken back": (Lie(reverse=(BOOKED_AND_CUT, REFUSED)), "0.00", {"status_differs"}),
    "twice": (Lie(reverse=(Act("yes", books=2),)), PART, {"status_differs"}),
    "other amount, not said": (Lie(reverse=(Act("yes", 1, "30.00"),)), PART, {"status_differs"}),
    "other amount, said": (Lie(reverse=(Act("yes", 1, "30.00", "30.00"),)), "0.00", {"status_differs"}),
    "forgotten": (Lie(forgets=True), PART, {"missing_at_biller", "status_differs"}),
}
STAND_INS: Mapping[str, tuple[Lie, str, set[str]]] = {
    "honest": (Lie(), "COMPLETED", set()),
    "cut after booking": (Lie(advise=(BOOKED_AND_CUT, HONEST)), "COMPLETED", set()),
    "an honest no": (Lie(advise=(REFUSED,)), "COMPLETED", {"stand_in_refused"}),
    "yes though not booked": (Lie(advise=(YES_BOOKED_NOTHING,)), "COMPLETED", {"missing_at_biller"}),
    "no though booked": (Lie(advise=(NO_THOUGH_BOOKED,)), "COMPLETED", {"stand_in_refused"}),
    "booked, cut, then no": (Lie(advise=(BOOKED_AND_CUT, REFUSED)), "COMPLETED", {"stand_in_refused"}),
    "twice": (Lie(advise=(Act("yes", books=2),)), "COMPLETED", {"duplicate_at_biller"}),
    "other amount": (Lie(advise=(Act("yes", 1, OTHER),)), "COMPLETED", {"amount_differs"}),
    "yes, then no": (Lie(forgets=True), "COMPLETED", {"missing_at_biller"}),
}
_numbers = count(1)


@dataclass
class Town:
    """A switch and one biller on a line, with a customer for each lie."""

    line: Line
    biller: TwoFacedBiller
    paid: dict[str, str]
    """The payment of each lie, by its name."""

    async def pays(self, lies: Mapping[str, tuple[Lie, str, set[str]]], *, out: bool = False) -> None:
        """`out`: the biller does not answer when the orders come."""
        orders = [(name, await self._presented(lie)) for name, (lie, _, _) in lies.items()]
        if out:
            await self._goes_silent()
        for name, order_ in orders:
            answer = await self.line.pay(order_, f"key-{next(_numbers):08}")
            found = await self.line.bank.get("/v1/payments", params={"bank_reference": order_["bank_reference"]})
            (payment,) = found.json()["items"]
            assert answer.status_code in (201, 202, 422), answer.text
            self.paid[name] = payment["payment_id"]

    async def _presented(self, lie: Lie) -> dict[str, Any]:
        number = next(_numbers)
        customer = f"1004{number:05}"
        self.biller.lies[customer] = lie
        presented = await self.line.inquire(ONLINE, customer)
        return order(ONLINE, customer, DUE, bank_reference=f"FT-{number}", inquiry_id=presented["inquiry_id"], bill_number="B1")

    async def takes_back(self, amount: str | None = None) -> None:
        more = {} if amount is None else {"amount": {"amount": amount, "currency": "SYP"}}
        for payment_id in self.paid.values():
            path, key = f"/v1/payments/{payment_id}/reversals", f"back-{next(_numbers):08}"
            answer = await self.line.bank.post(path, json={"reason": "other", **more}, headers={"Idempotency-Key": key})
            assert answer.status_code in (201, 202, 422), answer.text

    async def heals(self) -> None:
        """Until after the last deadline."""
        self.biller.out = False
        for seconds in (60, 600, HOUR_SECONDS, 60, 60):
            self.line.clock.move(seconds)
            switch = self.line.switch
            for work in (switch.resolve_payments, switch.resolve_reversals, switch.deliver_advices):
                await work()
            await switch.conclude_overdue()

    async def listed(self) -> dict[str, set[str]]:
        """The kinds of break that reconciliation lists, by the name of the lie."""
        lines = [
            BookedLine(
                number, PaymentId(UUID(row.payment_id)), "B-1", BANK, row.customer,
                parse_amount(row.amount, "SYP").minor, DAY, reversed=row.back,
            )
            for number, row in enumerate(self.biller.statement(), 1)
        ]  # fmt: skip
        content = b"".join(CsvFormat().render_statement(StatementHead(BILLER, Side.BILLER, DAY, "SYP"), lines))
        taken = await self.line.of(BILLER).post("/v1/statements", content=content, headers={"Content-Type": "text/csv"})
        assert taken.status_code == 201, taken.text
        await self.line.switch.reconcile(DAY)
        names = {payment_id: name for name, payment_id in self.paid.items()}
        found: dict[str, set[str]] = {name: set() for name in self.paid}
        for row in await self.line.query("SELECT payment_id::text, kind FROM break WHERE state = 'open'"):
            if row.payment_id in names:
                found[names[row.payment_id]].add(row.kind)
        return found

    async def stands(self) -> dict[str, Any]:
        """As the bank is told them."""
        return {name: (await self.line.bank.get(f"/v1/payments/{payment_id}")).json() for name, payment_id in self.paid.items()}

    async def _goes_silent(self) -> None:
        self.biller.out = True
        for _ in range(FAILURES_IN_A_ROW):
            asked = {"service_code": ONLINE, "customer_reference": "100400000", "channel": "mobile"}
            await self.line.bank.post("/v1/inquiries", json=asked)


@pytest.fixture
async def town(furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]) -> AsyncIterator[Town]:
    biller = TwoFacedBiller(keys[BILLER])
    verifying = keys[BILLER].verifying_key()
    calls = SignedCalls(generate_key("switch:main"), {verifying.keyid: verifying}.get, Connections(GuardedHosts(THIS_MACHINE)))
    async with played(biller.play) as counterparty, opened_line(furnished_url, tmp_path, keys, JsonBiller(calls)) as line:
        await line.switch.connect_biller(Endpoint(BILLER, PROTOCOL, counterparty.url), by="test")
        known = line.switch.directory.current().service(ServiceCode(ONLINE))
        rule = StandInRule(Money(10_000, "SYP"), Money(10_000_000, "SYP"))
        offered = replace(
            known, overdue=OverdueRule.GIVE_BACK, reversal=ReversalRule.ASKED, refunds=RefundRule.PARTS, stand_in=rule,
        )  # fmt: skip
        await line.switch.offer_service(offered, by="test")
        yield Town(line, biller, {})
        calls.connections.close()


async def _agree(town: Town, lies: Mapping[str, tuple[Lie, str, set[str]]], told: str = "state") -> None:
    """What banks are told, what reconciliation lists, and the books; a contradiction is kept as it was said, and sealed."""
    await town.heals()
    stands = await town.stands()
    assert {name: payment[told] if told == "state" else payment[told]["amount"] for name, payment in stands.items()} == {
        name: state for name, (_, state, _) in lies.items()
    }
    assert await town.listed() == {name: kinds for name, (_, _, kinds) in lies.items()}
    assert await town.line.query("SELECT 1 FROM reversal WHERE concluded_at IS NULL") == []
    found = await town.line.switch.verification()
    assert found.clean, found.findings


async def _said(town: Town, name: str, what: str) -> list[bytes]:
    """What its biller has answered about the payment, as it is kept."""
    story = await town.line.switch.payment_stories.named(town.paid[name])
    kept, _ = await town.line.switch.payment_stories.messages(story.payment)
    return [message.content.split(b"\r\n\r\n")[1] for message in kept if message.said.what == f"answer to {what}" and message.content]


async def test_whatever_a_biller_says_to_an_order_exactly_the_liars_are_listed(town: Town) -> None:
    await town.pays(ORDERS)
    await _agree(town, ORDERS)
    said = await _said(town, "other amount, then the right one", "pay") + await _said(town, "other amount, then the right one", "enquire")
    assert [orjson.loads(answer)["amount"] for answer in said] == [OTHER, OTHER, DUE]


async def test_whatever_a_biller_says_to_a_reversal(town: Town) -> None:
    await town.pays(REVERSALS)
    await town.takes_back()
    await _agree(town, REVERSALS)
    assert {orjson.loads(answer)["amount"] for answer in await _said(town, "other amount, said", "reverse")} == {OTHER}


async def test_whatever_a_biller_says_when_a_part_is_taken_back(town: Town) -> None:
    await town.pays(PARTS)
    await town.takes_back(PART)
    await _agree(town, PARTS, "refunded")


async def test_whatever_a_biller_says_to_what_was_accepted_in_its_place(town: Town) -> None:
    await town.pays(STAND_INS, out=True)
    await _agree(town, STAND_INS)
    refused = [name for name, (_, _, kinds) in STAND_INS.items() if "stand_in_refused" in kinds]
    town.paid = {name: town.paid[name] for name in refused}
    assert b'"refused"' in (await _said(town, "no though booked", "advise"))[0]
    await town.takes_back()
    booked = {"no though booked": {"status_differs"}, "booked, cut, then no": {"status_differs"}}
    await _agree(town, {name: (Lie(), "REVERSED", booked.get(name, set())) for name in refused})
