"""What takes two people, over the API: proposed by one, decided by another, done at once, and refused to whom it is not for."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from switch.domain.directory import ParticipantKey
from switch.domain.money import Money
from switch.domain.participants import ParticipantStatus
from switch.domain.proposals import LASTS_SECONDS, ProposalKind
from switch.domain.staff import EVERY_ROLE, READS_ALL, Role, may_decide
from switch.signatures import generate_key
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, Line, order
from tests.api.staff_clients import bearer, staff_client

CAP = {"kind": "cap.change", "subject": BANK, "content": {"cap": "100.00", "currency": "SYP"}, "reason": "deposit withdrawn, letter 17"}


async def two(line: Line, role: Role) -> tuple[httpx2.AsyncClient, httpx2.AsyncClient]:
    return await staff_client(line, role, name="nour"), await staff_client(line, role, name="sami")


async def proposed(client: httpx2.AsyncClient, asked: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/v1/proposals", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def approved(client: httpx2.AsyncClient, proposal: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/proposals/{proposal['proposal_id']}/approval")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_cap_is_changed_by_two_who_have_seen_what_room_it_leaves(line: Line) -> None:
    nour, sami = await two(line, Role.SETTLEMENT_OFFICER)
    proposal = await proposed(nour, CAP)

    assert [tuple(change.values()) for change in proposal["changes"]] == [
        ("net debit cap SYP", "1000000.00", "100.00"),
        ("headroom SYP", "1000000.00", "100.00"),
        ("used", "0 %", "0 %"),
    ]
    assert (await line.switch.positions.of_bank(BANK))[0].cap == 100_000_000
    assert (await approved(sami, proposal))["decided_by"] == "staff:sami"

    assert (await line.switch.positions.of_bank(BANK))[0].cap == 10_000
    (by,) = (await line.query('SELECT "by" FROM cap_change WHERE cap_minor = 10000'))[0]
    assert by == "staff:nour and staff:sami"


async def test_nobody_approves_their_own_and_nobody_a_decided_one(line: Line) -> None:
    nour, sami = await two(line, Role.SETTLEMENT_OFFICER)
    proposal = await proposed(nour, CAP)
    approval, refusal = (f"/v1/proposals/{proposal['proposal_id']}/{what}" for what in ("approval", "refusal"))

    assert refused(await nour.post(approval)) == (403, "own_proposal")
    assert (await sami.post(refusal, json={"reason": "not that much"})).json()["state"] == "refused"
    assert refused(await sami.post(approval)) == (409, "proposal_decided")
    assert (await line.switch.positions.of_bank(BANK))[0].cap == 100_000_000


async def test_what_nobody_decides_in_a_day_is_over_and_marked_so(line: Line) -> None:
    proposal = await proposed(await staff_client(line, Role.SETTLEMENT_OFFICER, name="nour"), CAP)
    line.clock.move(LASTS_SECONDS)
    sami = await staff_client(line, Role.SETTLEMENT_OFFICER, name="sami")

    assert refused(await sami.post(f"/v1/proposals/{proposal['proposal_id']}/approval")) == (409, "proposal_decided")
    await line.switch.decide_proposal.finish()

    (found,) = (await sami.get("/v1/proposals", params={"state": "expired"})).json()["items"]
    assert found["proposal_id"] == proposal["proposal_id"]


async def test_whose_roles_have_nothing_to_do_with_a_kind_neither_proposes_nor_decides_it(line: Line) -> None:
    officer = await staff_client(line, Role.SETTLEMENT_OFFICER)
    proposal = await proposed(officer, CAP)
    address = f"/v1/proposals/{proposal['proposal_id']}"
    for role in EVERY_ROLE - {Role.SETTLEMENT_OFFICER}:
        other = await staff_client(line, role)
        assert refused(await other.post("/v1/proposals", json=CAP)) == (403, "not_allowed"), role
        assert refused(await other.post(f"{address}/approval")) == (403, "not_allowed"), role
        assert refused(await other.post(f"{address}/refusal", json={"reason": "no"})) == (403, "not_allowed"), role
        assert (await other.get(address)).json()["state"] == "proposed", role


async def test_a_program_may_propose_and_never_decide(line: Line) -> None:
    program = await staff_client(line, Role.SETTLEMENT_OFFICER, token=True)
    sami = await staff_client(line, Role.SETTLEMENT_OFFICER, name="sami")
    theirs = await proposed(sami, CAP | {"content": {"cap": "7.00", "currency": "SYP"}})

    assert refused(await program.post(f"/v1/proposals/{theirs['proposal_id']}/approval")) == (403, "person_needed")
    await approved(sami, await proposed(program, CAP))


async def test_a_key_verifies_once_two_have_agreed_and_no_longer_once_one_has_revoked_it(line: Line) -> None:
    nour, sami = await two(line, Role.PARTICIPANT_ADMIN)
    key = generate_key(f"{BANK}:next")
    bank = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=line.app), base_url="http://switch.test", auth=line.signed(key))
    in_one_line = "".join(key.verifying_key().pem().splitlines()[1:-1])
    asked = {"kind": "key.register", "subject": key.keyid, "content": {"public_key": in_one_line}, "reason": "yearly"}

    proposal = await proposed(nour, asked)
    assert refused(await bank.get("/v1/position")) == (401, "signature_key_unknown")
    assert (await approved(sami, proposal))["changes"][1]["after"] == f"{BANK}:main, {BANK}:next"
    assert (await bank.get("/v1/position")).status_code == 200
    assert (await line.bank.get("/v1/position")).status_code == 200

    await line.switch.revoke_key(key.keyid, by="staff:nour")
    assert refused(await bank.get("/v1/position")) == (401, "signature_key_unknown")
    again = await nour.post("/v1/proposals", json=asked)
    assert refused(again) == (409, "key_id_taken")


async def test_a_key_that_is_revoked_while_its_request_is_under_way_gets_no_answer(line: Line) -> None:
    """What was paid stays paid: the bank asks again under its next key."""
    next_key = generate_key(f"{BANK}:next")
    presentment = await line.inquire(ONLINE, CUSTOMER)
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presentment["inquiry_id"], bill_number="B1")
    paying = line.biller.pay

    async def revoked_meanwhile(*given: Any, **named: Any) -> Any:
        await line.switch.revoke_key(f"{BANK}:main", by="staff:nour")
        return await paying(*given, **named)

    line.biller.pay = revoked_meanwhile  # type: ignore[method-assign]
    assert refused(await line.pay(wanted, "key-in-flight")) == (401, "signature_key_unknown")

    pem = next_key.verifying_key().pem()
    await line.switch.register_key(ParticipantKey(next_key.keyid, BANK, next_key.algorithm, pem), by="test")
    bank = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=line.app), base_url="http://switch.test", auth=line.signed(next_key))
    answer = await bank.post("/v1/payments", json=wanted, headers={"Idempotency-Key": "key-in-flight"})
    assert (answer.status_code, answer.json()["state"]) == (201, "COMPLETED")


async def test_a_limit_is_given_and_taken_back_by_two(line: Line) -> None:
    nour, sami = await two(line, Role.PARTICIPANT_ADMIN)
    asked = {"kind": "limit.change", "subject": f"{BANK}:other", "content": {"burst": "1", "per_second": "1"}, "reason": "storms"}

    proposal = await proposed(nour, asked)
    assert proposal["changes"] == [{"what": f"limit {BANK}:other", "before": "the general one", "after": "1 at one moment, 1 a second"}]
    await approved(sami, proposal)
    assert (await line.bank.get("/v1/position")).status_code == 200
    assert refused(await line.bank.get("/v1/position")) == (429, "too_many_requests")

    line.clock.move(60)
    await approved(nour, await proposed(sami, asked | {"content": {}}))
    assert line.switch.directory.current().limits == {}


async def test_a_participant_lives_step_by_step_by_two_people(line: Line) -> None:
    nour, sami = await two(line, Role.PARTICIPANT_ADMIN)
    content = {"kind": "bank", "name_ar": "مصرف جديد", "name_en": "New Bank", "status": "draft"}
    asked = {"kind": "participant.change", "subject": "100116", "content": content, "reason": "licence 12"}

    def at(status: str) -> dict[str, Any]:
        return asked | {"content": content | {"status": status}}

    assert refused(await nour.post("/v1/proposals", json=at("live"))) == (409, "life_cycle_refused")
    for status in ("draft", "testing", "pilot", "live"):
        await approved(sami, await proposed(nour, at(status)))
        assert line.switch.directory.current().participants["100116"].status == status  # type: ignore[index]
    assert refused(await nour.post("/v1/proposals", json=at("draft"))) == (409, "life_cycle_refused")
    await approved(sami, await proposed(nour, at("closed")))
    assert refused(await nour.post("/v1/proposals", json=at("live"))) == (409, "participant_closed")


async def test_what_one_person_has_closed_meanwhile_is_not_opened_by_an_older_proposal(line: Line) -> None:
    nour, sami = await two(line, Role.PARTICIPANT_ADMIN)
    content = {"kind": "biller", "name_ar": "كهرباء", "name_en": "Electricity", "status": "live"}
    proposal = await proposed(nour, {"kind": "participant.change", "subject": BILLER, "content": content, "reason": "renamed"})
    known = line.switch.directory.current().participants[BILLER]
    await line.switch.admit_participant(replace(known, status=ParticipantStatus.CLOSED), by="staff:third")

    answer = await sami.post(f"/v1/proposals/{proposal['proposal_id']}/approval")

    assert refused(answer) == (409, "participant_closed")
    assert line.switch.directory.current().participants[BILLER].status is ParticipantStatus.CLOSED
    assert await line.switch.decide_proposal.finish() == 0


@pytest.mark.parametrize(
    ("kind", "subject", "content"),
    [
        ("cap.change", BANK, {}),
        ("cap.change", BANK, {"cap": "-1.00", "currency": "SYP"}),
        ("cap.change", BILLER, {"cap": "1.00", "currency": "SYP"}),
        ("cap.change", "x", {"cap": "1.00", "currency": "SYP"}),
        ("key.register", f"{BANK}:x", {"public_key": "no key"}),
        ("key.register", "no key id", {"public_key": "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="}),
        ("limit.change", f"{BANK}:everything", {"burst": "1", "per_second": "1"}),
        ("limit.change", f"{BANK}:other", {"burst": "٣", "per_second": "1"}),
        ("participant.change", "100116", {"kind": "friend", "name_ar": "ا", "name_en": "a", "status": "draft"}),
        ("payment.force", "no id", {}),
        ("tariff.publish", "x", {"document": "{}"}),
        ("connection.change", BILLER, {"url": "http://169.254.169.254/", "protocol": "scripted-1"}),
        ("connection.change", BILLER, {"url": "http://127.0.0.1/", "protocol": "telex"}),
        ("connection.change", BANK, {"url": "http://127.0.0.1/", "protocol": "scripted-1"}),
        ("service.change", "200019011", {}),
        ("service.change", "200019011", {"answer_seconds": "0"}),
        ("service.change", "200019011", {"price": "1"}),
        ("service.change", "200019011", {"open": "perhaps"}),
        ("service.change", "200019011", {"stand_in_limit": "5.00"}),
        ("calendar.set", "SYP", {"cut_offs": "25:00", "holidays": "{}"}),
        ("calendar.set", "SYP", {"cut_offs": "11:00", "holidays": "[]"}),
        ("calendar.set", "SYP", {"cut_offs": "11:00", "holidays": '{"2026-12-25": {"ar": "x"}}'}),
        ("calendar.set", "SYP", {"cut_offs": "11:00+03:00", "holidays": "{}"}),
        ("calendar.set", "XXX", {"cut_offs": "11:00", "holidays": "{}"}),
        ("push.place", BANK, {"host": "x", "port": "0", "user": "u", "folder": ".", "host_key": "no key"}),
        ("retention.set", "payers", {"days": "1"}),
        ("retention.set", "everything", {"days": "100"}),
        ("break.term", "amount_differs", {"hours": "0", "participant_acts": "yes"}),
        ("break.term", "boredom", {"hours": "1", "participant_acts": "yes"}),
        ("statement.rule", BANK, {"carry_forward_days": "1", "tolerance_minor": "-1"}),
        ("statement.rule", BANK, {"carry_forward_days": "1", "tolerance_minor": "1", "mapping": "{"}),
        ("statement.rule", BANK, {"carry_forward_days": "1", "tolerance_minor": "1", "mapping": '{"layout": "none"}'}),
        ("staff.admit", "operator", {"roles": "participant_viewer"}),
        ("staff.admit", "operator", {"roles": "operator,participant_viewer"}),
        ("staff.admit", "nobody", {"roles": "operator"}),
        ("staff.admit", "operator", {"roles": "king"}),
        ("break.repair", "x", {}),
        ("break.repair", "x", {"repair": "undo", "breaks": "a"}),
        ("break.closing_rule", "x", {}),
        ("break.closing_rule", "x", {"kind": "amount_differs", "most_minor": "-1", "most_days": "1"}),
        ("break.closing_rule", "x", {"kind": "amount_differs", "most_minor": "1", "most_days": "999999999999999999"}),
        ("window.recompute", "x", {}),
        ("window.put_off", "x", {"until": "tomorrow"}),
        ("settlement.rule", "SYP", {"approval_seconds": "soon"}),
        ("catalogue.load", "x", {"participants": "[]"}),
    ],
)
async def test_nonsense_is_not_even_proposed(line: Line, kind: str, subject: str, content: dict[str, str]) -> None:
    everything = await staff_client(line, *sorted(EVERY_ROLE - READS_ALL), Role.OPERATOR)

    answer = await everything.post("/v1/proposals", json={"kind": kind, "subject": subject, "content": content, "reason": "r"})

    assert 400 <= answer.status_code < 500, answer.text
    assert await line.query("SELECT * FROM proposal") == []


def test_every_kind_is_decided_by_some_role_and_by_nobody_who_only_looks() -> None:
    for kind in ProposalKind:
        assert any(may_decide(frozenset({role}), kind) for role in Role)
        assert not may_decide(frozenset({Role.OVERSEER, Role.AUDITOR, Role.PARTICIPANT_VIEWER}), kind)


async def test_who_decides_is_asked_for_at_each_step_anew(line: Line) -> None:
    """A session that ends between two steps decides nothing."""
    nour, sami = await two(line, Role.SETTLEMENT_OFFICER)
    proposal = await proposed(nour, CAP)
    token = sami.headers["Authorization"].partition(" ")[2]
    await sami.delete("/v1/staff/sessions/current")

    answer = await bearer(line, token).post(f"/v1/proposals/{proposal['proposal_id']}/approval")

    assert refused(answer) == (401, "session_over")
    assert (await line.switch.positions.of_bank(BANK))[0].cap == Money(100_000_000, "SYP").minor


async def test_every_kind_of_proposal_is_carried_out_by_somebody(line: Line) -> None:
    assert set(line.switch.propose.undertakings) == set(ProposalKind)
