"""Breaks over the API: a participant sees, accepts, comments and hands back its own; staff are `switch` to it."""

from switch.domain.reconciliation import BreakKind
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OPERATOR, OTHER_BANK, Line, order

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
