"""The pretend RTGS, instructed over a real socket by the registry's adapter: all legs or none, once for each instruction."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.registry import Adapters
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementStatus
from switch.signatures import SigningKey
from switch.simulators.serving import rtgs_app
from tests.contract.conftest import CENTRAL_BANK
from tests.contract.served import served, shown
from tests.contract.test_settlement_banks import INSTRUCTION, LEGS
from tests.waiting import wait_until

ACCOUNTS = {"100010": "-125.00", "200019": "120.00", CENTRAL_BANK: "5.00"}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text("{}")
    return path


@pytest.fixture
def start(tmp_path: Path, keys: dict[str, SigningKey], script: Path) -> Callable[[], Any]:
    key, switch_key = keys[CENTRAL_BANK], keys["switch"].verifying_key()
    return lambda: served(rtgs_app(key=key, switch_key=switch_key, books=tmp_path / "rtgs.db", script=script))


@pytest.fixture
def rtgs_url(start: Callable[[], Any]) -> Iterator[str]:
    with start() as url:
        yield url


def follow(script: Path, text: str) -> None:
    script.write_text(text)


def status(answer: SettlementAnswer | Unknown) -> object:
    return answer.status if isinstance(answer, SettlementAnswer) else answer


async def test_an_instruction_is_settled_once(adapters: Adapters, rtgs_url: str) -> None:
    first = await adapters.settlement.instruct(INSTRUCTION)
    assert status(first) is SettlementStatus.SETTLED
    assert await adapters.settlement.instruct(INSTRUCTION) == first
    assert await adapters.settlement.enquire(INSTRUCTION) == first
    assert isinstance(first, SettlementAnswer)
    assert shown(f"{rtgs_url}/accounts") == ACCOUNTS
    lines = shown(f"{rtgs_url}/statement")
    assert {line["rtgs_reference"] for line in lines} == {first.rtgs_reference}
    assert len(lines) == len(LEGS)


async def test_another_content_under_the_same_id_changes_nothing(adapters: Adapters, rtgs_url: str) -> None:
    await adapters.settlement.instruct(INSTRUCTION)
    doubled = replace(INSTRUCTION, legs=tuple(replace(leg, minor=leg.minor * 2) for leg in LEGS))
    assert await adapters.settlement.instruct(doubled) == Unknown("status 409")
    assert shown(f"{rtgs_url}/accounts") == ACCOUNTS


async def test_what_was_never_sent_is_unknown_to_it(adapters: Adapters) -> None:
    answer = await adapters.settlement.enquire(replace(INSTRUCTION, instruction_id="SYP-20261124-01-9"))
    assert status(answer) is SettlementStatus.UNKNOWN_INSTRUCTION


async def test_without_funds_no_leg_is_settled(adapters: Adapters, rtgs_url: str, script: Path) -> None:
    follow(script, '{"funds": {"100010": "124.99"}}')
    answer = await adapters.settlement.instruct(INSTRUCTION)
    assert isinstance(answer, SettlementAnswer)
    assert (answer.status, answer.reason) == (SettlementStatus.REJECTED, "insufficient_funds 100010")
    assert shown(f"{rtgs_url}/accounts") == {}
    follow(script, '{"funds": {"100010": "1000.00"}}')
    again = replace(INSTRUCTION, instruction_id="SYP-20261124-01-2")
    assert status(await adapters.settlement.instruct(again)) is SettlementStatus.SETTLED
    assert await adapters.settlement.enquire(INSTRUCTION) == answer, "what was rejected stays rejected"


@pytest.mark.parametrize("does", ["cut-after-booking", "unsigned"])
async def test_a_lost_answer_is_found_by_the_enquiry(adapters: Adapters, rtgs_url: str, script: Path, does: str) -> None:
    follow(script, json.dumps({"rules": {"rtgs": [{"does": does}]}}))
    assert isinstance(await adapters.settlement.instruct(INSTRUCTION), Unknown)
    assert status(await adapters.settlement.enquire(INSTRUCTION)) is SettlementStatus.SETTLED
    assert shown(f"{rtgs_url}/accounts") == ACCOUNTS


async def test_an_error_before_booking_leaves_nothing(adapters: Adapters, rtgs_url: str, script: Path) -> None:
    follow(script, '{"rules": {"rtgs": [{"does": "error500"}]}}')
    assert isinstance(await adapters.settlement.instruct(INSTRUCTION), Unknown)
    follow(script, "{}")
    assert status(await adapters.settlement.enquire(INSTRUCTION)) is SettlementStatus.UNKNOWN_INSTRUCTION
    assert status(await adapters.settlement.instruct(INSTRUCTION)) is SettlementStatus.SETTLED
    assert shown(f"{rtgs_url}/accounts") == ACCOUNTS


async def test_a_decision_may_take_its_time(adapters: Adapters, script: Path, rtgs_url: str) -> None:
    follow(script, '{"rules": {"rtgs": [{"does": "pending", "milliseconds": 400}]}}')
    assert await adapters.settlement.instruct(INSTRUCTION) == Unknown("it has not decided yet")
    assert shown(f"{rtgs_url}/accounts") == {}
    wait_until(lambda: shown(f"{rtgs_url}/accounts") == ACCOUNTS)
    assert status(await adapters.settlement.enquire(INSTRUCTION)) is SettlementStatus.SETTLED


async def test_the_books_outlive_the_process(adapters: Adapters, start: Callable[[], Any], rtgs_url: str) -> None:
    await adapters.settlement.instruct(INSTRUCTION)
    with start() as another:
        assert shown(f"{another}/accounts") == ACCOUNTS
