"""Our own client and the API agree, over a real socket: what the one sends, the other takes; and a key holds under a storm of retries."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from switch.client import BillLine, PaymentOrder, Refused, SwitchClient
from switch.domain.calendar import local_date
from switch.domain.identifiers import ParticipantCode
from switch.signatures import SigningKey
from tests.api.conftest import opened_line
from tests.api.line import BANK, BILLER, CUSTOMER, FEE, NATIONAL_NUMBER, OPERATOR, UPLOADED, UPLOADING_BILLER
from tests.api.served import Served, served

RETRIES = 32
MADE_UP = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"


@pytest.fixture
def running(furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]) -> Iterator[Served]:
    with served(lambda: opened_line(furnished_url, tmp_path, keys)) as found:
        found.line.clock.at = datetime.now(UTC)
        yield found


def _client(running: Served, code: ParticipantCode) -> SwitchClient:
    return SwitchClient(running.url, running.line.keys[code], running.line.switch_key)


def _fee(bank_reference: str = "FT-1") -> PaymentOrder:
    return PaymentOrder(FEE, NATIONAL_NUMBER, "750.00", "SYP", bank_reference)


def test_a_bill_goes_from_its_biller_through_a_bank_to_its_advice(running: Served) -> None:
    with _client(running, UPLOADING_BILLER) as biller, _client(running, BANK) as bank, _client(running, OPERATOR) as operator:
        lines = [BillLine(UPLOADED, CUSTOMER, f"2026-{number}", amount="10.00") for number in range(1, 4)]
        assert [result["status"] for result in biller.upload_bills(lines)] == ["added"] * 3

        presented = bank.inquire(UPLOADED, CUSTOMER)
        offer = presented["offers"][0]
        order = PaymentOrder(
            UPLOADED,
            CUSTOMER,
            offer["amount"]["amount"],
            "SYP",
            "FT-7",
            inquiry_id=presented["inquiry_id"],
            bill_number=offer["bill"]["bill_number"],
        )
        paid = bank.pay(order, "key-client-0001")

        assert (paid.state, paid.final, paid.replayed) == ("COMPLETED", True, False)
        assert bank.pay(order, "key-client-0001").replayed
        assert bank.payment(paid.payment_id)["bank_reference"] == "FT-7"
        assert [one["payment_id"] for one in bank.payments(bank_reference="FT-7")] == [paid.payment_id]
        with pytest.raises(Refused, match="bill_already_paid"):
            bank.pay(order, "key-client-0002")
        (advice,) = biller.waiting_advices()
        biller.acknowledge(advice["event_id"])
        assert biller.waiting_advices() == []
        assert len(bank.services()) == len(running.line.switch.directory.current().services)
        assert len(bank.windows()) == len(operator.operator_list("windows")) == 1
        assert len(operator.operator_list("journal")) == 1
        assert bank.files() == bank.breaks() == []


def test_one_key_is_one_payment_under_a_storm_of_retries(running: Served) -> None:
    def ask(number: int) -> str:
        with _client(running, BANK) as bank:
            try:
                return bank.pay(_fee("FT-1" if number % 4 else "FT-altered"), "key-of-the-storm").payment_id
            except Refused as refused:
                return refused.code

    with ThreadPoolExecutor(RETRIES) as threads:
        answers = Counter(threads.map(ask, range(RETRIES)))

    assert len(answers) == 2
    assert answers["idempotency_key_conflict"] in (RETRIES // 4, RETRIES - RETRIES // 4)
    (counted,) = running.run(running.line.query("SELECT count(*), (SELECT sum(held_minor + posted_minor) FROM position) FROM payment"))
    assert tuple(counted) == (1, 75_210)


def test_a_dispute_is_opened_answered_and_ended_by_both_sides_of_the_client(running: Served) -> None:
    with _client(running, BANK) as bank, _client(running, UPLOADING_BILLER) as biller:
        biller.upload_bills([BillLine(UPLOADED, CUSTOMER, "2026-9", amount="10.00")])
        presented = bank.inquire(UPLOADED, CUSTOMER)
        order = PaymentOrder(UPLOADED, CUSTOMER, "10.00", "SYP", "FT-9", inquiry_id=presented["inquiry_id"], bill_number="2026-9")
        payment_id = bank.pay(order, "key-client-0009").payment_id
        assert {its["reason"] for its in bank.dispute_reasons()} > {"not_posted", "paid_twice"}

        opened = bank.open_dispute(payment_id, "not_posted", "it still shows as due", "dispute-client-1", contact="0933777111")
        dispute_id = opened["dispute"]["dispute_id"]
        again = bank.open_dispute(payment_id, "not_posted", "it still shows as due", "dispute-client-1", contact="0933777111")
        assert again["dispute"]["dispute_id"] == dispute_id
        attached = bank.attach_to_dispute(dispute_id, b"a receipt", "text/plain", "receipt.txt")
        assert biller.dispute_attachment(dispute_id, attached["sha256"]) == b"a receipt"
        assert [its["dispute_id"] for its in biller.disputes(holder="biller")] == [dispute_id]
        with pytest.raises(Refused, match="dispute_not_yours"):
            bank.answer_dispute(dispute_id, "ours", accepted=False)
        biller.move_dispute(dispute_id, "hand-over", "which day?", to="bank")
        bank.move_dispute(dispute_id, "hand-over", "today", to="biller")
        biller.answer_dispute(dispute_id, "posted now", accepted=True, remedy="put_right")
        ended = bank.move_dispute(dispute_id, "confirmation", "seen")["dispute"]
        assert (ended["state"], ended["outcome"]) == ("closed", "put_right")
        assert len(bank.dispute(dispute_id)["history"]) == 6


def test_a_statement_in_its_own_layout_and_its_break_are_worked_on_by_the_client(running: Served) -> None:
    day = local_date(running.line.clock.at)
    stray = f"H,csv-1,booked,{BANK},bank,{day},SYP\nD,1,{MADE_UP},FT-7,{BILLER},{CUSTOMER},3.00,{day},booked\nT,1,3.00\n".encode()
    with _client(running, BANK) as bank:
        taken = bank.hand_in_statement(stray, "text/csv", layout="csv-1", business_date=str(day))
        assert (taken["layout"], taken["lines"]) == ("csv-1", 1)
        running.run(running.line.switch.reconcile(day, "SYP"))
        assert bank.breaks(state="matched_later") == []
        (found,) = bank.breaks(state="open", business_date=str(day))
        assert found["kind"] == "missing_at_switch"

        bank.work_on_break(found["break_id"], "take")
        bank.work_on_break(found["break_id"], "comments", text="our clerk looks for it")
        attached = bank.attach_to_break(found["break_id"], b"a letter", "text/plain", "letter.txt")
        assert bank.break_attachment(found["break_id"], attached["sha256"]) == b"a letter"
        assert [its["kind"] for its in bank.break_history(found["break_id"])["history"]] == ["taken", "commented", "attached"]
