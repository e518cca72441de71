"""Over the API a net debtor sees its debit, is told of it, approves it or objects; an overseer sees what a default would mean."""

from typing import Any

import httpx2

from switch.domain.proposals import ProposalKind
from switch.domain.settlement import WindowState
from switch.usecases.settle_window import SettleWindow
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OTHER_BANK, OVERSEER, Line, order
from tests.hooks import hooked
from tests.settling import ScriptedRtgs


async def _closed(line: Line) -> str:
    """A payment in a window that is closed, and whose debtors have ten minutes."""
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    assert paid.status_code == 201, paid.text
    proposed = await line.switch.propose(
        ProposalKind.SET_SETTLEMENT_RULE, "SYP", {"approval_seconds": "600"}, reason="as agreed", by="staff:nour"
    )
    await line.switch.decide_proposal.approve(proposed.proposal_id, by="staff:sami")
    closed = await line.switch.close_window("SYP", by="test")
    await line.switch.advance_windows()
    return closed.closed.window_id


async def _said(line: Line, window: str, what: str, code: Any = BANK, **body: Any) -> httpx2.Response:
    return await line.of(code).post(f"/v1/windows/{window}/{what}", json=body)


async def test_a_debtor_sees_its_debit_and_approves_that_and_nothing_else(line: Line) -> None:
    window = await _closed(line)
    shown = (await line.bank.get(f"/v1/windows/{window}")).json()
    net = shown["own"]["net"]
    assert (shown["approval"]["state"], shown["approval"]["silence"], shown["approval"]["answered_at"]) == ("awaited", "approves", None)
    assert shown["own"]["claims"] == {"amount": "0.00", "currency": "SYP"}

    other_sum = await _said(line, window, "approval", net={"amount": "1.00", "currency": "SYP"})
    assert (other_sum.status_code, other_sum.json()["code"]) == (409, "approval_net_differs")
    for code in (OTHER_BANK, BILLER):
        not_asked = await _said(line, window, "approval", code, net=net)
        assert (not_asked.status_code, not_asked.json()["code"]) == (409, "approval_not_asked")

    for _ in range(2):
        approved = await _said(line, window, "approval", net=net)
        assert (approved.status_code, approved.json()["approval"]["state"]) == (200, "approved"), approved.text
    rtgs = ScriptedRtgs()
    settled = await SettleWindow(line.clock, line.switch.settle_window.database, rtgs)(window)
    assert settled.state is WindowState.SETTLED
    late = await _said(line, window, "objection", reason="too late")
    assert (late.status_code, late.json()["code"]) == (409, "approval_not_asked")
    assert (await line.switch.verification()).clean


async def test_an_objection_is_seen_by_the_overseer_and_stops_the_window(line: Line) -> None:
    window = await _closed(line)
    objected = await _said(line, window, "objection", reason="دفتران مختلفان")
    assert (objected.status_code, objected.json()["approval"]["reason"]) == (200, "دفتران مختلفان"), objected.text
    empty = await _said(line, window, "objection", reason="\u202e")
    assert (empty.status_code, empty.json()["code"]) == (422, "text_forbidden")
    line.clock.move(3600)
    await line.switch.advance_windows()

    seen = (await line.of(OVERSEER).get(f"/v1/operator/windows/{window}")).json()

    assert (seen["window"]["state"], seen["approval"]["state"], seen["approval"]["round"]) == ("closed", "objected", 1)
    assert [one["participant_code"] for one in seen["approval"]["debtors"]] == [BANK]
    assert (seen["claims"], seen["approval"]["decisions"]) == ([], [])
    assert (await line.switch.verification()).clean


async def test_an_overseer_asks_what_a_default_would_mean_now(line: Line) -> None:
    window = await _closed(line)
    net = (await line.bank.get(f"/v1/windows/{window}")).json()["own"]["net"]
    asked = f"/v1/operator/default-simulation?without={BANK}"

    live, of_window = (await line.of(OVERSEER).get(asked)).json(), (await line.of(OVERSEER).get(f"{asked}&window_id={window}")).json()

    (gone,) = live["defaulters"]
    assert (gone["participant_code"], gone["net"], live["rule"]["sharing"]) == (BANK, net, "by_cap")
    assert live["defaulters"] == of_window["defaulters"]
    assert window in live["window_ids"]
    assert of_window["window_ids"] == [window]
    assert {burden["participant_code"] for burden in live["burdens"]} >= {OTHER_BANK}
    unknown = await line.of(OVERSEER).get(f"{asked}&window_id=SYP-19990101-01")
    assert unknown.status_code == 404


async def test_banks_that_listen_are_told_that_they_are_asked(line: Line) -> None:
    async with hooked(line) as hook:
        window = await _closed(line)
        shown = (await line.bank.get(f"/v1/windows/{window}")).json()
        await hook.tell()
        (asked,) = [event for event in hook.heard if event["type"] == "window.approval_asked"]
        assert asked["payment"] is None
        assert asked["window"] == {
            "window_id": window, "net": shown["own"]["net"], "until": shown["approval"]["until"], "round": 1,
        }  # fmt: skip
        assert all("window" not in event for event in hook.heard if event["type"] != asked["type"])
        assert (await line.switch.verification()).clean
