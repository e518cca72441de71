"""Breaks over the API: a participant sees, accepts, comments and hands back its own; staff are `switch` to it."""

from switch.domain.reconciliation import BreakKind
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OPERATOR, OTHER_BANK, Line, order
from tests.api.staff_clients import staff_client

DAY = "2026-11-24"


async def _missing_at_the_biller(line: Line) -> str:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    assert paid.status_code == 201
    content = f"H,csv-1,booked,{BILLER},biller,{DAY},SYP\r\nT,0,0.00\r\n".encode()
    taken = await line.of(BILLER).post("/v1/statements", content=content, headers={"Content-Type": "text/csv"})
    assert taken.status_code in (200, 201), taken.text
    await line.switch.reconcile(line.clock.now().date())
    (found,) = (await line.of(BILLER).get("/v1/breaks")).json()["items"]
    assert (found["kind"], found["owner"], found["stage"]) == (BreakKind.MISSING_AT_BILLER, BILLER, "new")
    return str(found["break_id"])


async def test_a_participant_accepts_comments_and_hands_back_and_reads_the_history(line: Line) -> None:
    break_id = await _missing_at_the_biller(line)
    path, biller = f"/v1/breaks/{break_id}", line.of(BILLER)
    await line.switch.work_breaks.comment([break_id], "please post it", by="staff:nour")

    assert (await biller.post(f"{path}/take")).json()["found"]["stage"] == "in_work"
    assert (await biller.post(f"{path}/comments", json={"text": "قيدناها اليوم"})).status_code == 201
    handed = (await biller.post(f"{path}/hand-back", json={"note": "compare again"})).json()

    assert handed["found"]["owner"] == "switch"
    assert [(line["by"], line["kind"]) for line in handed["history"]] == [
        ("switch", "commented"), (BILLER, "taken"), (BILLER, "commented"), (BILLER, "handed_over"),
    ]  # fmt: skip
    again = await biller.post(f"{path}/take")
    assert (again.status_code, again.json()["code"]) == (409, "break_not_yours")
    told = (await line.of(OPERATOR).get(f"/v1/operator/breaks/{break_id}")).json()
    assert told["history"][0]["by"] == "staff:nour"


async def test_a_strangers_break_is_the_same_404_as_none(line: Line) -> None:
    break_id = await _missing_at_the_biller(line)
    for caller in (BANK, OTHER_BANK):
        answers = [await line.of(caller).get(f"/v1/breaks/{each}") for each in (break_id, "0" * 64, "nonsense")]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "break_unknown")}
    await line.switch.work_breaks.hand_over([break_id], BANK, "was the customer debited?", by="staff:nour")
    assert (await line.bank.get(f"/v1/breaks/{break_id}")).json()["found"]["owner"] == BANK


async def test_what_is_attached_is_typed_by_its_bytes_kept_as_it_came_and_read_by_whoever_has_the_break(line: Line) -> None:
    break_id = await _missing_at_the_biller(line)
    biller, path = line.of(BILLER), f"/v1/breaks/{break_id}/attachments"
    text = {"Content-Type": "text/plain"}
    for content, headers, code in (
        (b"MZ\x00", text, "attachment_refused"), (b"x", {"Content-Type": "application/zip"}, "media_type_unsupported"),
        (b"x" * 1_000_001, text, "body_too_large"),
    ):  # fmt: skip
        refused = await biller.post(path, content=content, headers=headers)
        assert refused.json()["code"] == code, refused.text
    kept = (await biller.post(f"{path}?name=receipt.txt", content="وصل".encode(), headers=text)).json()
    assert (kept["name"], kept["media_type"], kept["size"]) == ("receipt.txt", "text/plain", 6)
    assert (await biller.post(path, content="وصل".encode(), headers=text)).json()["sha256"] == kept["sha256"]

    for caller, read in ((BILLER, f"/v1/breaks/{break_id}"), (OPERATOR, f"/v1/operator/breaks/{break_id}")):
        answer = await line.of(caller).get(f"{read}/attachments/{kept['sha256']}")
        assert answer.content.decode() == "وصل"
    for caller in (BANK, OTHER_BANK):
        answer = await line.of(caller).get(f"{path}/{kept['sha256']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "break_unknown")
    assert (await line.switch.verification()).clean


async def test_staff_do_over_the_api_what_the_command_line_does(line: Line) -> None:
    break_id = await _missing_at_the_biller(line)
    person, path = await staff_client(line, Role.RECONCILER, name="nour"), f"/v1/staff/breaks/{break_id}"
    assert (await person.post(f"{path}/take")).json()["found"]["stage"] == "in_work"
    wrong = await person.post(f"{path}/hand-over", json={"to": OTHER_BANK, "note": "yours?"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "break_owner_refused")
    assert (await person.post(f"{path}/hand-over", json={"to": "switch", "note": "ours"})).json()["found"]["owner"] == "switch"
    assert (await person.post(f"{path}/attachments", content=b"a letter", headers={"Content-Type": "text/plain"})).status_code == 201
    assert (await person.post(f"{path}/rejection", json={"note": "test"})).json()["found"]["state"] == "rejected"
    again = await person.post(f"{path}/rejection", json={"note": "test"})
    assert (again.status_code, again.json()["code"]) == (409, "break_ended")
    told = (await person.post(f"{path}/reopening", json={"note": "it is one"})).json()
    assert [(event["kind"], event["by"]) for event in told["history"]] == [
        (kind, "staff:nour") for kind in ("taken", "handed_over", "attached", "rejected", "reopened")
    ]
    assert (await line.switch.verification()).clean
