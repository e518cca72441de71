"""`switch run` from nothing: it pays, stops, goes on, and survives the death of any process, its own too."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest

from tests.system.running import SWITCH, RunningSwitch, is_gone, surroundings
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
BILL = ("--as", "100010", "--service", "200019011", "--reference", "100452371")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSwitch]:
    """One for the tests that leave it running."""
    switch = RunningSwitch(surroundings(tmp_path_factory.mktemp("run") / "data"))
    try:
        switch.wait_started()
        yield switch
    finally:
        assert switch.end(signal.SIGTERM) == 0


def test_the_data_outlive_ctrl_c_and_kill_and_no_process_does(tmp_path: Path) -> None:
    env = surroundings(tmp_path / "data")
    first = RunningSwitch(env)
    first.wait_started()
    paid = first.document("bank", "pay", *BILL, "--key", "first-order")
    children = list(first.pids().values())
    assert set(first.pids()) == {"postgres", "billers", "rtgs", "api", "api-1", "api-2", "worker"}
    assert first.end() == 0
    assert all(map(is_gone, children))

    second = RunningSwitch(env)
    second.wait_started()
    assert second.document("bank", "status", "--as", "100010", "--key", "first-order")["payment_id"] == paid["payment_id"]
    also_paid = second.document("bank", "pay", *BILL, "--key", "second-order")
    children = list(second.pids().values())
    assert second.end(signal.SIGKILL) == -signal.SIGKILL
    wait_until(lambda: all(map(is_gone, children)), deadline_seconds=30)

    third = RunningSwitch(env)
    try:
        third.wait_started()
        for payment in (paid, also_paid):
            assert third.document("bank", "status", "--as", "100010", "--payment", payment["payment_id"])["state"] == "COMPLETED"
        assert third.command("verify").returncode == 0
    finally:
        assert third.end() == 0


def test_a_bill_is_paid_by_the_command_that_run_prints(started: RunningSwitch) -> None:
    assert "switch bank pay --as 100010 --service 200019011 --reference 100452371" in started.said
    before = posted(started)
    paid = started.document("bank", "pay", *BILL, "--key", "first-order")
    assert (paid["state"], paid["final"], paid["idempotency_key"]) == ("COMPLETED", True, "first-order")
    again = started.document("bank", "pay", *BILL, "--key", "another-order")
    assert again["bill_number"] != paid["bill_number"]
    assert posted(started) - before == sum(Decimal(one["total"]["amount"]) for one in (paid, again))


def posted(started: RunningSwitch) -> Decimal:
    """By curl, signed by `switch sign`."""
    return Decimal(started.curl("GET", f"{started.url}/v1/position", "--as", "100010")["positions"][0]["posted"]["amount"])


def test_curl_pays_with_a_signed_body(started: RunningSwitch) -> None:
    asked = '{"service_code":"200019011","customer_reference":"100452371","channel":"mobile"}'
    presentment = started.curl("POST", f"{started.url}/v1/inquiries", "--as", "100028", "--data", asked)
    offer = presentment["offers"][0]
    order = (
        f'{{"service_code":"200019011","customer_reference":"100452371","inquiry_id":"{presentment["inquiry_id"]}",'
        f'"bill_number":"{offer["bill"]["bill_number"]}","amount":{{"amount":"{offer["amount"]["amount"]}","currency":"SYP"}},'
        '"bank_reference":"مرجع \\"١\\"","channel":"mobile","method":"account"}'
    )
    paid = started.curl("POST", f"{started.url}/v1/payments", "--as", "100028", "--data", order, "--idempotency-key", "by-curl-01")
    assert (paid["state"], paid["bank_reference"]) == ("COMPLETED", 'مرجع "١"')


@pytest.mark.parametrize("name", ["api", "api-2", "worker", "billers", "rtgs", "postgres"])
def test_a_killed_process_is_started_again_and_payments_go_on(started: RunningSwitch, name: str) -> None:
    before = started.pids()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: started.pids().get(name, before) != before, deadline_seconds=30)

    def pays() -> bool:
        return started.command("bank", "pay", *BILL, "--key", f"after-{name}").returncode == 0

    wait_until(pays, deadline_seconds=60)
    assert started.document("bank", "status", "--as", "100010", "--key", f"after-{name}")["state"] == "COMPLETED"
    assert started.command("verify").returncode == 0


def test_payers_are_answered_while_what_watches_over_the_api_is_started_again(started: RunningSwitch) -> None:
    before = started.pids()["api"]
    os.kill(before, signal.SIGKILL)
    answers: list[int] = []
    while started.pids().get("api", before) == before or len(answers) < 20:
        answers.append(httpx2.get(f"{started.url}/live", timeout=10).status_code)
    assert set(answers) == {200}
    assert started.command("bank", "pay", *BILL, "--key", "after-the-watch").returncode == 0


def test_a_message_is_heard_once_whichever_process_it_comes_to(started: RunningSwitch) -> None:
    signed = started.command("sign", "GET", f"{started.url}/v1/position", "--as", "100010").stdout
    answers = [subprocess.run(["curl", "-sS", "-K", "-"], input=signed, capture_output=True, text=True, check=True) for _ in range(12)]
    heard = [json.loads(answer.stdout) for answer in answers]
    assert [answer.get("code") for answer in heard] == [None] + ["nonce_replayed"] * 11


def test_refusals_of_the_bank_command_are_words_and_exit_codes(started: RunningSwitch) -> None:
    unknown = started.command("bank", "pay", "--as", "100010", "--service", "200019011", "--reference", "1")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "customer_reference_malformed" in unknown.stderr
    arabic = started.command("--arabic", "bank", "inquire", "--as", "100010", "--service", "200019012", "--reference", "100452371")
    assert arabic.returncode == 1
    assert "رقم التحقق" in arabic.stderr
    nobody = started.command("bank", "position", "--as", "999999")
    assert nobody.returncode == 1
    assert "999999.pem" in nobody.stderr
    biller = started.command("bank", "position", "--as", "200019")
    assert "not_allowed" in biller.stderr
    nothing = started.command("bank", "status", "--as", "100010", "--key", "never-used")
    assert nothing.returncode == 1
    both = started.command("bank", "status", "--as", "100010")
    assert both.returncode == 2


def test_a_second_run_on_the_same_data_and_a_taken_port_are_told_plainly(started: RunningSwitch, tmp_path: Path) -> None:
    same = subprocess.run([*SWITCH, "run"], env=started.env, capture_output=True, text=True, timeout=60, check=False)
    assert same.returncode == 1
    assert "another `switch run` uses the data folder" in same.stderr
    other = surroundings(tmp_path / "other")
    with socket.create_server(("127.0.0.1", int(other["SWITCH_PORT"]))):
        taken = subprocess.run([*SWITCH, "run"], env=other, capture_output=True, text=True, timeout=60, check=False)
    assert taken.returncode == 1
    assert f"port {other['SWITCH_PORT']}" in taken.stderr
    assert "SWITCH_PORT=" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_ctrl_c_while_starting_stops_cleanly(tmp_path: Path) -> None:
    switch = RunningSwitch(surroundings(tmp_path / "data"))
    wait_until(lambda: "PostgreSQL is ready" in switch.said, deadline_seconds=60)
    children = list(switch.pids().values())
    assert switch.end() == 0
    assert all(map(is_gone, children))
    assert "Traceback" not in switch.said
