"""`switch simulate` as a process of its own: ready, killed, started again with the same books, stopped with good manners."""

import asyncio
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.registry import Adapters
from switch.domain.bills import Presentment
from switch.domain.calendar import local_date
from switch.domain.directory import Endpoint
from switch.domain.outcomes import Accepted, Unknown
from switch.processes import answers
from switch.signatures import SigningKey
from switch.simulators.bills import issued_bills
from switch.simulators.charging import shipped_billers
from switch.simulators.customers import customers
from tests.contract.conftest import CENTRAL_BANK, SERVICE, payment
from tests.contract.lines import BILLER
from tests.contract.served import shown
from tests.waiting import wait_until

SWITCH = [sys.executable, "-m", "switch"]


@pytest.fixture
def options(tmp_path: Path, keys: dict[str, SigningKey]) -> list[str]:
    folder, public = tmp_path / "keys", tmp_path / "switch.pub"
    folder.mkdir()
    for code in (BILLER, CENTRAL_BANK):
        (folder / f"{code}.pem").write_bytes(keys[code].pem())
    public.write_text(keys["switch"].verifying_key().pem())
    return ["--keys", str(folder), "--switch-key", str(public), "--books", str(tmp_path / "books.sqlite"), "--port", str(free_port())]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def simulating(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its address, once it is ready."""
    process = subprocess.Popen([*SWITCH, "simulate", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{words[words.index('--port') + 1]}"
    try:
        wait_until(lambda: answers(f"{url}/live")() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1].decode()
        yield process, url
    finally:
        process.kill()
        process.communicate()


async def test_a_killed_biller_finds_its_books_again(adapters: Adapters, options: list[str]) -> None:
    biller = adapters.billers["json-1"]
    with simulating("billers", *options) as (process, url):
        endpoint = Endpoint(BILLER, "json-1", f"{url}/{BILLER}")
        presentment = await biller.inquire(endpoint, SERVICE, "100452371", answer_seconds=5)
        assert isinstance(presentment, Presentment)
        order = payment(presentment.bills[0].due.text(), presentment.bills[0].bill_number)
        first = await biller.pay(endpoint, order, answer_seconds=5)
        assert isinstance(first, Accepted)
        os.kill(process.pid, signal.SIGKILL)
    with simulating("billers", *options):
        assert await biller.enquire(endpoint, order.payment_id, answer_seconds=5, ordered=order.request.amount) == first
        assert await biller.pay(endpoint, order, answer_seconds=5) == first
        (line,) = shown(f"{endpoint.url}/statement")
        assert line["payment_id"] == str(order.payment_id)


async def test_a_biller_killed_under_load_has_booked_each_payment_once(adapters: Adapters, options: list[str]) -> None:
    """What it acknowledged is in its books; what is in doubt is settled by asking again; nothing is there twice."""
    biller = adapters.billers["json-1"]
    service = shipped_billers()[BILLER].services[SERVICE]
    orders = [
        payment(bill.due.text(), bill.bill_number, customer_reference)
        for customer_reference in itertools.islice(customers(service), 1, 301)
        for bill in issued_bills(service, customer_reference, local_date(datetime.now(UTC)))
    ]
    with simulating("billers", *options) as (process, url):
        endpoint = Endpoint(BILLER, "json-1", f"{url}/{BILLER}")
        tasks = [asyncio.create_task(biller.pay(endpoint, order, answer_seconds=5)) for order in orders]
        await asyncio.wait(tasks[:40])
        os.kill(process.pid, signal.SIGKILL)
        first = await asyncio.gather(*tasks)
    assert {type(outcome) for outcome in first} == {Accepted, Unknown}
    with simulating("billers", *options):
        again = await asyncio.gather(*(biller.pay(endpoint, order, answer_seconds=5) for order in orders))
        booked = [line["payment_id"] for line in shown(f"{endpoint.url}/statement")]
    assert {type(outcome) for outcome in again} == {Accepted}
    assert all(isinstance(before, Unknown) or before == after for before, after in zip(first, again, strict=True))
    assert sorted(booked) == sorted(str(order.payment_id) for order in orders)


@pytest.mark.parametrize("kind", ["billers", "rtgs"])
def test_it_stops_in_order_and_says_nothing_but_events(kind: str, options: list[str]) -> None:
    code = ["--code", CENTRAL_BANK] if kind == "rtgs" else []
    with simulating(kind, *options, *code) as (process, _):
        process.terminate()
        output, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output == b""
    assert all(line.startswith(b"{") for line in log.splitlines())


def test_what_is_wrong_is_said_plainly(options: list[str], tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        run = subprocess.run([*SWITCH, "simulate", *words], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 2, run.stderr
        assert "Traceback" not in run.stderr
        return run.stderr

    with socket.create_server(("127.0.0.1", int(options[-1]))):
        assert f"port {options[-1]}" in refused("billers", *options)
    assert "999999.pem" in refused("rtgs", *options, "--code", "999999")
    script = tmp_path / "script.json"
    script.write_text('{"rules": {"*": [{"does": "dance"}]}}')
    assert "dance" in refused("billers", *options, "--script", str(script))


def test_help_tells_what_it_is(options: list[str]) -> None:
    run = subprocess.run([*SWITCH, "simulate", "billers", "--help"], capture_output=True, text=True, timeout=60, check=True)
    shown_words = re.sub(r"\s+", " ", run.stdout)
    for word in ("Play every biller", "--script", "--books", "statement"):
        assert word in shown_words
