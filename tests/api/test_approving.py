"""Approving foresees again; what is refused when it is to be done ends the proposal; what is to take effect later waits for its moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from switch.domain.directory_errors import NotABank
from switch.domain.errors import NoOpenWindow, Overloaded, Refusal
from switch.domain.money import Money
from switch.domain.participants import ParticipantStatus
from switch.domain.proposals import Foreseen, Proposal, ProposalKind
from switch.domain.staff import Role
from switch.usecases.decide_proposal import AGAIN_SECONDS
from switch.usecases.propose import Undertaking
from tests.api.line import BANK, BILLER, Line
from tests.api.staff_clients import staff_client

CAP: dict[str, Any] = {"kind": "cap.change", "subject": BANK, "content": {"cap": "100.00", "currency": "SYP"}, "reason": "letter 17"}
LATER = timedelta(minutes=10)


@dataclass
class Refusing:
    """An undertaking that foresees as the true one does, and refuses to be done as often as it is told to."""

    true: Undertaking
    refusals: list[Refusal]
    tried: list[Proposal] = field(default_factory=list)

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        return await self.true.foresee(subject, content)

    async def carry_out(self, proposal: Proposal) -> None:
        self.tried.append(proposal)
        if self.refusals:
            raise self.refusals.pop(0)
        await self.true.carry_out(proposal)


def refusing(line: Line, monkeypatch: pytest.MonkeyPatch, *refusals: Refusal) -> Refusing:
    undertakings = line.switch.propose.undertakings
    stub = Refusing(undertakings[ProposalKind.CHANGE_CAP], list(refusals))
    monkeypatch.setitem(undertakings, ProposalKind.CHANGE_CAP, stub)
    return stub


async def officers(line: Line, role: Role = Role.SETTLEMENT_OFFICER) -> tuple[httpx2.AsyncClient, httpx2.AsyncClient]:
    return await staff_client(line, role, name="nour"), await staff_client(line, role, name="sami")


async def proposed(client: httpx2.AsyncClient, asked: Mapping[str, Any]) -> str:
    answer = await client.post("/v1/proposals", json=asked)
    assert answer.status_code == 201, answer.text
    return f"/v1/proposals/{answer.json()['proposal_id']}"


async def cap(line: Line) -> int:
    return (await line.switch.positions.of_bank(BANK))[0].cap


async def test_what_no_longer_fits_is_not_approved_and_says_why(line: Line) -> None:
    nour, sami = await officers(line, Role.PARTICIPANT_ADMIN)
    address = await proposed(
        nour, {"kind": "participant.change", "subject": BILLER, "content": {"status": "suspended"}, "reason": "arrears"}
    )
    known = line.switch.directory.current().participants[BILLER]
    await line.switch.admit_participant(replace(known, status=ParticipantStatus.CLOSED), by="staff:third")

    for answer in (await sami.get(f"{address}/foreseen"), await sami.post(f"{address}/approval")):
        assert (answer.status_code, answer.json()["code"]) == (409, "participant_closed")
    assert (await sami.get(address)).json()["state"] == "proposed"
    assert await line.switch.decide_proposal.finish() == 0


async def test_what_has_changed_since_it_was_proposed_is_shown_before_and_after_approving(line: Line) -> None:
    nour, sami = await officers(line)
    address = await proposed(nour, CAP)
    assert (await sami.get(f"{address}/foreseen")).json()["changed"] is False
    await line.switch.change_cap(BANK, Money(5_000, "SYP"), by="staff:third")

    now = (await sami.get(f"{address}/foreseen")).json()
    approved = (await sami.post(f"{address}/approval")).json()

    assert (now["changed"], now["changes"][0]["before"]) == (True, "50.00")
    assert approved["foreseen_again"] == now, "a cut had become a raise, and that stands with the approval"
    assert approved["changes"][0]["before"] == "1000000.00"
    assert approved["carried_out_at"] is not None
    assert (await sami.get(address)).json() == approved


async def test_what_is_refused_for_good_ends_the_proposal_and_is_not_tried_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = refusing(line, monkeypatch, NotABank(participant=BANK), NotABank(participant=BANK))
    nour, sami = await officers(line)
    address = await proposed(nour, CAP)

    answer = await sami.post(f"{address}/approval")

    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_bank")
    line.clock.move(2 * AGAIN_SECONDS)
    assert await line.switch.decide_proposal.finish() == 0
    assert len(stub.tried) == 1
    (found,) = (await sami.get("/v1/proposals", params={"state": "failed"})).json()["items"]
    assert (found["ending"]["code"], found["ending"]["by"], found["decided_by"]) == ("not_a_bank", None, "staff:sami")
    assert BANK in found["ending"]["detail"]["ar"]
    (kept,) = await line.query("SELECT who, outcome FROM staff_audit WHERE action = 'carry out'")
    assert kept == ("staff:nour and staff:sami", "not_a_bank")
    assert (await sami.post(f"{address}/approval")).json()["code"] == "proposal_decided"
    assert await cap(line) == 100_000_000
    found_by_verify = await line.switch.verification()
    assert found_by_verify.clean, found_by_verify.findings


@pytest.mark.parametrize("fault", [Overloaded(retry_after_seconds=1), NoOpenWindow(currency="SYP")])
async def test_what_passes_is_tried_again_until_it_is_done(line: Line, monkeypatch: pytest.MonkeyPatch, fault: Refusal) -> None:
    stub = refusing(line, monkeypatch, fault, fault)
    nour, sami = await officers(line)
    address = await proposed(nour, CAP)

    approved = (await sami.post(f"{address}/approval")).json()
    assert (approved["state"], approved["carried_out_at"]) == ("approved", None)
    assert await line.switch.decide_proposal.finish() == 0
    assert len(stub.tried) == 1, "not before a minute is over"
    for done in (0, 1, 0):
        line.clock.move(AGAIN_SECONDS)
        assert await line.switch.decide_proposal.finish() == done
    assert await cap(line) == 10_000


async def test_one_that_breaks_keeps_no_other_from_being_done(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = refusing(line, monkeypatch)
    nour, sami = await officers(line)
    later = {"effective_at": (line.clock.now() + LATER).isoformat()}
    addresses = [await proposed(nour, CAP | later | {"subject": bank}) for bank in (BANK, "100028")]
    for address in addresses:
        assert (await sami.post(f"{address}/approval")).status_code == 200
    stub.refusals.append(RuntimeError("a fault of ours"))  # type: ignore[arg-type]
    line.clock.move(600)

    with pytest.raises(RuntimeError):
        await line.switch.decide_proposal.finish()
    line.clock.move(AGAIN_SECONDS)
    assert await line.switch.decide_proposal.finish() == 2


async def test_a_cap_that_was_agreed_on_takes_effect_at_its_moment_and_not_before(line: Line) -> None:
    nour, sami = await officers(line)
    at = line.clock.now() + LATER
    address = await proposed(nour, CAP | {"effective_at": at.isoformat()})
    approved = (await sami.post(f"{address}/approval")).json()
    assert (approved["state"], approved["carried_out_at"]) == ("approved", None)

    line.clock.move(599)
    assert await line.switch.decide_proposal.finish() == 0
    assert await cap(line) == 100_000_000
    line.clock.move(1)
    assert await line.switch.decide_proposal.finish() == 1

    assert await cap(line) == 10_000
    kept = await line.query("SELECT who, via, outcome FROM staff_audit WHERE action = 'carry out'")
    assert kept == [("staff:nour and staff:sami", "worker", "done")]
    assert (await nour.post(f"{address}/refusal", json={"reason": "no"})).json()["code"] == "proposal_decided"


async def test_what_was_approved_is_taken_back_by_one_person_until_it_takes_effect(line: Line) -> None:
    nour, sami = await officers(line)
    address = await proposed(nour, CAP | {"effective_at": (line.clock.now() + LATER).isoformat()})
    await sami.post(f"{address}/approval")

    taken_back = (await nour.post(f"{address}/refusal", json={"reason": "the deposit came"})).json()

    assert (taken_back["state"], taken_back["ending"]["by"], taken_back["ending"]["detail"]["en"]) == (
        "withdrawn", "staff:nour", "the deposit came",
    )  # fmt: skip
    line.clock.move(600)
    assert await line.switch.decide_proposal.finish() == 0
    assert await cap(line) == 100_000_000


@pytest.mark.parametrize(("asked", "seconds"), [(CAP, -1), (CAP, 0), (CAP, 400 * 86_400), (CAP | {"kind": "settlement.rule"}, 3_600)])
async def test_a_moment_that_is_none_is_refused(line: Line, asked: dict[str, Any], seconds: int) -> None:
    nour = await staff_client(line, Role.SETTLEMENT_OFFICER)
    answer = await nour.post("/v1/proposals", json=asked | {"effective_at": (line.clock.now() + timedelta(seconds=seconds)).isoformat()})
    assert (answer.status_code, answer.json()["code"]) == (422, "effective_at_refused")
    assert await line.query("SELECT * FROM proposal") == []


async def test_it_cannot_be_approved_after_the_moment_at_which_it_was_to_take_effect(line: Line) -> None:
    nour, sami = await officers(line)
    address = await proposed(nour, CAP | {"effective_at": (line.clock.now() + LATER).isoformat()})
    line.clock.move(600)
    assert (await sami.post(f"{address}/approval")).json()["code"] == "proposal_decided"
