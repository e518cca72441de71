"""Rules that one person changed before and two change now: proposed with what it changes, approved, and in force."""

from typing import Any

import pytest

from switch.domain.directory import Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.domain.privacy import Kept
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, ONLINE, Line
from tests.api.staff_clients import enrol, staff_client

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"
HOLIDAYS = '{"2026-12-25": {"ar": "الميلاد", "en": "Christmas"}}'
REACHED = {"url": "https://biller.example/v2", "protocol": "scripted-1"}
CALENDAR = {"cut_offs": "10:00 14:00", "holidays": HOLIDAYS}
PUSH = {"host": "files.bank.example", "port": "22", "user": "switch", "folder": "in", "host_key": HOST_KEY}
AGREED: list[tuple[Role, str, str, dict[str, str], tuple[str, str]]] = [
    (Role.PARTICIPANT_ADMIN, "connection.change", BILLER, REACHED, ("", "scripted-1 at https://biller.example/v2")),
    (Role.PARTICIPANT_ADMIN, "service.change", ONLINE, {"answer_seconds": "9"}, ("5", "9")),
    (Role.SETTLEMENT_OFFICER, "calendar.set", "SYP", CALENDAR, ("", "10:00 14:00")),
    (Role.PARTICIPANT_ADMIN, "push.place", BANK, PUSH, ("–", f"switch@files.bank.example:22 in, {HOST_KEY}")),
    (Role.OPERATOR, "retention.set", "payers", {"days": "500"}, ("400 days", "500 days")),
    (Role.RECONCILER, "break.term", "amount_differs", {"hours": "7", "participant_acts": "no"}, ("", "7 h, the switch acts first")),
    (Role.RECONCILER, "statement.rule", BANK, {"carry_forward_days": "2", "tolerance_minor": "5"}, ("", "2")),
]  # fmt: skip


async def in_force(line: Line) -> dict[str, Any]:
    """All that these rules are about."""
    switch = line.switch
    directory = switch.directory.current()
    return {
        "connection.change": directory.endpoints.get(ParticipantCode(BILLER)),
        "service.change": directory.services[ONLINE].answer_seconds,  # type: ignore[index]
        "calendar.set": [row[0] for row in await line.query("SELECT minute_of_day FROM cut_off WHERE currency = 'SYP' ORDER BY number")],
        "push.place": [place.host for place in (await switch.file_pushes.places()).values()],
        "retention.set": (await switch.privacy.status()).rules[Kept.PAYERS].days,
        "break.term": next(hours for kind, hours, _ in await switch.breaks.terms() if kind == "amount_differs"),
        "statement.rule": (await switch.statements.rule(ParticipantCode(BANK)))[0].tolerance_minor,
    }


THEN: dict[str, Any] = {
    "connection.change": Endpoint(ParticipantCode(BILLER), "scripted-1", "https://biller.example/v2"),
    "service.change": 9,
    "calendar.set": [600, 840],
    "push.place": ["files.bank.example"],
    "retention.set": 500,
    "break.term": 7,
    "statement.rule": 5,
}


@pytest.mark.parametrize(("role", "kind", "subject", "content", "change"), AGREED, ids=[one[1] for one in AGREED])
async def test_a_rule_is_changed_by_two_people_and_by_them_alone(
    line: Line, role: Role, kind: str, subject: str, content: dict[str, str], change: tuple[str, str]
) -> None:
    nour, sami = await staff_client(line, role, name="nour"), await staff_client(line, role, name="sami")
    before = await in_force(line)
    asked = {"kind": kind, "subject": subject, "content": content, "reason": "circular 9"}

    proposed = (await nour.post("/v1/proposals", json=asked)).json()
    assert proposed["changes"][0]["after"] == change[1], proposed
    assert change[0] in proposed["changes"][0]["before"]
    address = f"/v1/proposals/{proposed['proposal_id']}/approval"
    assert (await nour.post(address)).json()["code"] == "own_proposal"
    assert await in_force(line) == before

    assert (await sami.post(address)).json()["carried_out_at"] is not None
    assert await in_force(line) == before | {kind: THEN[kind]}
    found = await line.switch.verification()
    assert found.clean, found.findings


async def test_nobody_lets_themselves_in_nor_gives_themselves_roles(line: Line) -> None:
    nour, sami = await staff_client(line, Role.OPERATOR, name="nour"), await staff_client(line, Role.OPERATOR, name="sami")
    hala = await staff_client(line, Role.PARTICIPANT_ADMIN, name="hala")
    await enrol(line, "eve", Role.AUDITOR)
    await line.switch.keep_staff.disable("eve", by="staff:nour")

    async def asked(subject: str, roles: str) -> str:
        said = {"kind": "staff.admit", "subject": subject, "content": {"roles": roles}, "reason": "letter 4"}
        answer = await nour.post("/v1/proposals", json=said)
        assert answer.status_code == 201, answer.text
        return f"/v1/proposals/{answer.json()['proposal_id']}/approval"

    raised = await asked("sami", "operator,settlement_officer")
    assert (await sami.post(raised)).json()["code"] == "own_proposal"
    assert (await hala.post(raised)).status_code == 200
    assert (await sami.get("/v1/staff/sessions/current")).json()["roles"] == ["operator", "settlement_officer"]

    await sami.post(await asked("eve", "auditor,reconciler"))
    (eve,) = [one for one in await line.switch.staff.accounts() if one.name == "eve"]
    assert eve.active
    assert eve.roles == frozenset({Role.AUDITOR, Role.RECONCILER})
