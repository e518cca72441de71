"""What banks, billers, staff and overseers read: the catalogue, windows, files, statements, breaks, the books."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.files.csv import CsvFormat
from switch.api.paging import write_cursor
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus
from tests.api.line import BANK, BILLER, FEE, NATIONAL_NUMBER, ONLINE, OPERATOR, OTHER_BANK, OVERSEER, Line, order

FEE_BILLER = ParticipantCode("200328")
WINDOW = "SYP-20261124-01"


@dataclass
class AgreeingBank:
    """An RTGS that settles whatever it is sent."""

    instructed: list[SettlementInstruction] = field(default_factory=list)

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        self.instructed.append(instruction)
        at = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
        return SettlementAnswer(instruction.instruction_id, SettlementStatus.SETTLED, "RTGS-1", at)

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        return Unknown("never in doubt")


async def test_the_catalogue_is_paged_whole_and_kept_by_its_etag(line: Line) -> None:
    services: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        page = await line.bank.get("/v1/services", params={"limit": "50"} | ({"cursor": cursor} if cursor else {}))
        services += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert len(services) == len(line.switch.directory.current().services)
    assert {service["mode"] for service in services} == {"online", "uploaded", "prepaid", "fee"}
    (electricity,) = (service for service in services if service["service_code"] == ONLINE)
    assert electricity["name"] == {"ar": "فاتورة كهرباء", "en": "Electricity bill"}

    first = await line.bank.get("/v1/billers")
    same = await line.bank.get("/v1/billers", headers={"If-None-Match": f'W/"x", {first.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"")
    later = await line.bank.get("/v1/billers", params={"updated_since": "2026-11-24T08:00:00.000001Z"})
    assert later.json()["items"] == []

    line.clock.move(1)
    biller = line.switch.directory.current().participants[BILLER]
    await line.switch.admit_participant(replaced(biller, category="power"), by="test")
    changed = await line.bank.get("/v1/billers", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    later = await line.bank.get("/v1/billers", params={"updated_since": "2026-11-24T08:00:00.000001Z"})
    assert [one["biller_code"] for one in later.json()["items"]] == [BILLER]
    of_biller = await line.bank.get("/v1/services", params={"biller_code": BILLER})
    assert [one["service_code"] for one in of_biller.json()["items"]] == [ONLINE]


async def test_a_settled_window_shows_each_its_own_net_and_file(line: Line) -> None:
    payment = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-window-01")).json()
    open_window = (await line.bank.get(f"/v1/windows/{WINDOW}")).json()
    assert open_window["window"]["state"] == "open"
    assert open_window["own"]["payments"] == 1

    await line.switch.close_window("SYP", by="test")
    settling = replaced(line.switch.settle_window, settlement=AgreeingBank())
    await settling(WINDOW)
    await line.switch.issue_files(WINDOW)

    listed = (await line.bank.get("/v1/windows")).json()["items"]
    assert [(one["window_id"], one["state"]) for one in listed] == [("SYP-20261124-02", "open"), (WINDOW, "settled")]
    own = (await line.bank.get(f"/v1/windows/{WINDOW}")).json()["own"]
    nothing = (await line.of(OTHER_BANK).get(f"/v1/windows/{WINDOW}")).json()["own"]
    assert own["net"]["amount"] == open_window["own"]["net"]["amount"] != "0.00"
    assert (nothing["payments"], nothing["net"]["amount"]) == (0, "0.00")
    detail = (await line.of(OPERATOR).get(f"/v1/operator/windows/{WINDOW}")).json()
    assert {leg["participant_code"]: leg["net"] for leg in detail["nets"]}[BANK] == own["net"]
    assert detail["closed_by"] == "test"

    (file,) = (await line.bank.get("/v1/files")).json()["items"]
    content = await line.bank.get(f"/v1/files/{file['file_id']}/content")
    assert content.headers["content-type"] == "text/csv; charset=utf-8"
    assert content.headers["content-disposition"] == f'attachment; filename="{file["name"]}"'
    assert hashlib.sha256(content.content).hexdigest() == file["sha256"]
    assert payment["payment_id"] in content.text
    assert file["sha256"] in (await line.bank.get(f"/v1/files/{file['file_id']}/signature")).json()["signed"]

    strangers = (await line.of(OTHER_BANK).get(f"/v1/files/{file['file_id']}")).json()
    made_up = (await line.of(OTHER_BANK).get("/v1/files/none")).json()
    assert strangers | {"request_id": ""} == made_up | {"request_id": ""}
    assert strangers["code"] == "file_unknown"
    for name in (file["file_id"], "100010-none"):
        sensed = await line.of(OTHER_BANK).get("/v1/files", params={"cursor": write_cursor(name)})
        assert sensed.json()["code"] == "cursor_malformed"
    assert (await line.bank.get("/v1/files", params={"cursor": write_cursor(file["file_id"])})).json()["items"] == []
    for_staff = (await line.of(OPERATOR).get("/v1/operator/files", params={"window_id": WINDOW})).json()["items"]
    assert {one["participant_code"] for one in for_staff} >= {BANK, FEE_BILLER}
    assert for_staff == sorted((await line.of(OPERATOR).get("/v1/operator/files")).json()["items"], key=for_staff.index)


async def test_a_statement_is_taken_in_once_and_its_breaks_are_the_callers_own(line: Line) -> None:
    payment = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-statement")).json()
    booked = BookedLine(1, PaymentId(UUID(payment["payment_id"])), "FT-1", FEE_BILLER, NATIONAL_NUMBER, 74_900, date(2026, 11, 24))
    head = StatementHead(BANK, Side.BANK, date(2026, 11, 24), "SYP")
    content = b"".join(CsvFormat().render_statement(head, [booked]))
    csv = {"Content-Type": "text/csv; charset=utf-8"}

    first = await line.bank.post("/v1/statements", content=content, headers=csv)
    again = await line.bank.post("/v1/statements", content=content, headers=csv)
    theirs = await line.of(OTHER_BANK).post("/v1/statements", content=content, headers=csv)
    half = await line.bank.post("/v1/statements", content=content[: len(content) // 2], headers=csv)

    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    assert first.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert (theirs.status_code, theirs.json()["code"]) == (422, "statement_not_yours")
    assert (half.status_code, half.json()["code"]) == (422, "file_malformed")
    assert (await line.bank.post("/v1/statements", json={})).json()["code"] == "media_type_unsupported"

    await line.switch.reconcile(date(2026, 11, 24))

    (found,) = [one for one in (await line.bank.get("/v1/breaks")).json()["items"] if one["kind"] == "amount_differs"]
    assert (found["ours"], found["theirs"], found["payment_id"]) == ("750.00", "749.00", payment["payment_id"])
    assert (await line.of(OTHER_BANK).get("/v1/breaks")).json()["items"] == []
    everybodys = (await line.of(OVERSEER).get("/v1/operator/breaks", params={"participant_code": BANK})).json()["items"]
    assert found in everybodys


async def test_the_journal_is_followed_without_a_gap_and_the_books_sum_to_zero(line: Line) -> None:
    for number in range(5):
        await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), f"key-journal-{number}")

    entries = [entry async for entry in _followed(line)]

    assert len(entries) == 5
    for entry in entries:
        assert sum(Decimal(posting["amount"]["amount"]) for posting in entry["postings"]) == 0
    trial = (await line.of(OVERSEER).get("/v1/operator/trial-balance")).json()
    assert [total["difference"]["amount"] for total in trial["totals"]] == ["0.00"]
    positions = (await line.of(OPERATOR).get("/v1/operator/positions")).json()["positions"]
    assert {one["bank_code"]: one["position"]["posted"]["amount"] for one in positions}[BANK] == "3760.50"
    payments = (await line.of(OPERATOR).get("/v1/operator/payments", params={"bank_code": BANK, "window_id": WINDOW})).json()["items"]
    assert len(payments) == 5
    for bad in ("AAAA", "LTF8LTF8MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"):
        assert (await line.of(OPERATOR).get("/v1/operator/journal", params={"cursor": bad})).json()["code"] == "cursor_malformed"


async def _followed(line: Line) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = (await line.of(OVERSEER).get("/v1/operator/journal", params={"limit": "2"} | ({"cursor": cursor} if cursor else {}))).json()
        for entry in page["items"]:
            yield entry
        if page["next_cursor"] is None:
            return
        cursor = page["next_cursor"]


async def test_ready_says_what_is_missing(line: Line) -> None:
    assert (await line.of(None).get("/ready")).json() == {"status": "ready", "missing": None}


async def test_a_file_comes_in_the_layout_that_was_chosen_and_is_taken_or_refused(line: Line) -> None:
    await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-receipt")
    await line.switch.choose_layout(BANK, "xlsx-1", by="test")
    await line.switch.close_window("SYP", by="test")
    await replaced(line.switch.settle_window, settlement=AgreeingBank())(WINDOW)
    await line.switch.issue_files(WINDOW)
    (file,) = (await line.bank.get("/v1/files")).json()["items"]
    assert (file["layout"], file["overdue"], file["chased"], file["receipt"]) == ("xlsx-1", False, 0, None)
    assert file["acknowledge_by"] == "2026-11-25T08:00:00Z"
    content = await line.bank.get(f"/v1/files/{file['file_id']}/content")
    assert content.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert content.content.startswith(b"PK")
    address = f"/v1/files/{file['file_id']}/acknowledgement"

    line.clock.move(25 * 3600)
    await line.switch.chase_files()
    assert [(one["overdue"], one["chased"]) for one in (await line.bank.get("/v1/files")).json()["items"]] == [(True, 1)]
    reason = {"reason": "line_differs", "line": 1, "note": "المبلغ عندنا 700.00"}
    refused = await line.bank.post(address, json={"outcome": "refused", "sha256": file["sha256"], "reasons": [reason]})
    assert (refused.status_code, refused.json()["reasons"]) == (200, [reason])
    for_staff = (await line.of(OPERATOR).get("/v1/operator/files")).json()["items"]
    assert [one["receipt"]["outcome"] for one in for_staff if one["participant_code"] == BANK] == ["refused"]
    other = await line.bank.post(address, json={"outcome": "taken", "sha256": "0" * 64})
    assert (other.status_code, other.json()["code"]) == (422, "file_was_different")
    none = await line.bank.post(address, json={"outcome": "refused", "sha256": file["sha256"]})
    assert (none.status_code, none.json()["code"]) == (422, "refusal_reason_missing")
    taken = await line.bank.post(address, json={"outcome": "taken", "sha256": file["sha256"]})
    assert (taken.status_code, taken.json()["outcome"]) == (200, "taken")
    late = await line.bank.post(address, json={"outcome": "refused", "sha256": file["sha256"], "reasons": [reason]})
    assert (late.status_code, late.json()["code"]) == (409, "file_taken_already")
    stranger = await line.of(OTHER_BANK).post(address, json={"outcome": "taken", "sha256": file["sha256"]})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "file_unknown")


async def test_a_wrong_statement_is_in_quarantine_for_its_owner_only(line: Line) -> None:
    head = StatementHead(BANK, Side.BANK, date(2026, 11, 24), "SYP")
    booked = BookedLine(1, PaymentId(UUID(int=1)), "FT-1", FEE_BILLER, NATIONAL_NUMBER, 74_900, date(2026, 11, 24))
    content = b"".join(CsvFormat().render_statement(head, [booked])).replace(b",749.00,2026", b",-749.00,2026")
    refused = await line.bank.post("/v1/statements", content=content, headers={"Content-Type": "text/csv"})
    assert (refused.status_code, refused.json()["code"]) == (422, "file_malformed")

    (item,) = (await line.bank.get("/v1/statements/quarantined")).json()["items"]
    one = await line.bank.get(f"/v1/statements/quarantined/{item['quarantine_id']}")
    (fault,) = one.json()["faults"]
    assert (fault["field"], fault["code"], fault["found"]) == ("amount", "amount", "-749.00")
    assert "ليس مبلغاً موجباً" in fault["ar"]
    assert (item["sha256"], item["complete"], item["taken_in_as"]) == (hashlib.sha256(content).hexdigest(), True, None)
    theirs = await line.of(OTHER_BANK).get(f"/v1/statements/quarantined/{item['quarantine_id']}")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "quarantine_unknown")
    assert (await line.of(OTHER_BANK).get("/v1/statements/quarantined")).json()["items"] == []


async def test_a_layout_may_be_named_and_a_day_given(line: Line) -> None:
    content = b"payment_id,amount\n00000000-0000-7000-8000-000000000001,10.00\n"
    csv = {"Content-Type": "text/csv"}
    unsaid = await line.bank.post("/v1/statements?layout=csv", content=content, headers=csv)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "file_malformed")
    taken_in = await line.bank.post("/v1/statements?layout=csv&business_date=2026-11-24", content=content, headers=csv)
    assert (taken_in.status_code, taken_in.json()["layout"], taken_in.json()["lines"]) == (201, "csv", 1)
    assert (await line.bank.post("/v1/statements?layout=pdf", content=content, headers=csv)).status_code == 422
