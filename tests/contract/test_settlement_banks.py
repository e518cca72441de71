"""Every settlement bank keeps the same contract: settled or rejected only by its own signed word, all legs or none."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.registry import Adapters, open_adapters
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.networks import PUBLIC
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementLeg, SettlementStatus
from switch.signatures import SigningKey
from tests.contract.conftest import CENTRAL_BANK
from tests.contract.lines import BILLER
from tests.contract.played import Counterparty, Play, played, raw, signed

WINDOW = WindowId("SYP-20261124-01")
LEGS = (
    SettlementLeg(ParticipantCode("100010"), 12_500),
    SettlementLeg(ParticipantCode("200019"), -12_000),
    SettlementLeg(CENTRAL_BANK, -500),
)
INSTRUCTION = SettlementInstruction(f"{WINDOW}-1", WINDOW, "SYP", LEGS)
SETTLED_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SETTLED = {
    "instruction_id": INSTRUCTION.instruction_id, "status": "settled", "total": "125.00", "currency": "SYP",
    "rtgs_reference": "RTGS261124ABCDEF01", "settled_at": SETTLED_AT.isoformat(),
}  # fmt: skip


@pytest.fixture
async def rtgs() -> AsyncIterator[Counterparty]:
    async with played(lambda _: None) as counterparty:
        yield counterparty


@pytest.fixture
def rtgs_url(rtgs: Counterparty) -> str:
    return rtgs.url


def says(keys: dict[str, SigningKey], document: dict[str, Any], status: int = 200, key: str = CENTRAL_BANK) -> Play:
    return lambda question: signed(question, keys[key], document, status)


async def test_an_rtgs_off_the_allowed_networks_is_not_called(rtgs: Counterparty, keys: dict[str, SigningKey], tmp_path: Path) -> None:
    rtgs.play = says(keys, SETTLED)
    opened = open_adapters(
        signer=keys["switch"], find_key=lambda _: None, central_bank=lambda: CENTRAL_BANK, networks=PUBLIC, rtgs_url=rtgs.url,
        files_directory=tmp_path,
    )  # fmt: skip
    assert await opened.settlement.instruct(INSTRUCTION) == Unknown("not on an allowed network: 127.0.0.1", asked=False)
    assert rtgs.connections == 0
    await opened.close()


async def test_all_legs_are_sent_and_settled(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey]) -> None:
    rtgs.play = says(keys, SETTLED)
    answer = await adapters.settlement.instruct(INSTRUCTION)
    assert answer == SettlementAnswer(INSTRUCTION.instruction_id, SettlementStatus.SETTLED, "RTGS261124ABCDEF01", SETTLED_AT)
    (question,) = rtgs.questions
    assert (question.target.method, question.target.path) == ("PUT", f"/instructions/{INSTRUCTION.instruction_id}")
    assert question.document["total"] == "125.00"
    assert question.document["legs"] == [
        {"participant": "100010", "side": "debit", "amount": "125.00"},
        {"participant": "200019", "side": "credit", "amount": "120.00"},
        {"participant": CENTRAL_BANK, "side": "credit", "amount": "5.00"},
    ]


async def test_a_rejection_has_its_reason(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey]) -> None:
    rtgs.play = says(keys, {**SETTLED, "status": "rejected", "reason": "insufficient_funds 100010"})
    answer = await adapters.settlement.instruct(INSTRUCTION)
    assert isinstance(answer, SettlementAnswer)
    assert (answer.status, answer.reason, answer.settled_at) == (SettlementStatus.REJECTED, "insufficient_funds 100010", None)


async def test_an_enquiry_may_be_about_what_it_has_never_seen(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey]) -> None:
    rtgs.play = says(keys, {"instruction_id": "X-1", "status": "unknown_instruction"})
    assert await adapters.settlement.enquire(replace(INSTRUCTION, instruction_id="X-1")) == SettlementAnswer(
        "X-1", SettlementStatus.UNKNOWN_INSTRUCTION
    )
    assert rtgs.questions[0].target.method == "GET"


@pytest.mark.parametrize(
    "wrong",
    [
        {"instruction_id": "another"}, {"total": "125.01"}, {"currency": "USD"}, {"status": "pending"}, {"status": "perhaps"},
        {"status": "unknown_instruction"}, {"rtgs_reference": None}, {"settled_at": "2026-11-24T09:00:00"}, {"settled_at": "soon"},
    ],
    ids=str,
)  # fmt: skip
async def test_an_odd_answer_is_unknown(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey], wrong: dict[str, Any]) -> None:
    rtgs.play = says(keys, {**SETTLED, **wrong})
    answer = await adapters.settlement.instruct(INSTRUCTION)
    assert isinstance(answer, Unknown)
    assert answer.asked


@pytest.mark.parametrize("status", [201, 307, 401, 409, 500, 503])
async def test_only_a_plain_200_says_anything(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey], status: int) -> None:
    rtgs.play = says(keys, {**SETTLED, "status": "rejected", "reason": "x"}, status)
    assert await adapters.settlement.instruct(INSTRUCTION) == Unknown(f"status {status}")


async def test_nobody_else_can_answer_for_the_central_bank(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey]) -> None:
    for key in (BILLER, "switch"):
        rtgs.play = says(keys, SETTLED, key=key)
        assert isinstance(await adapters.settlement.instruct(INSTRUCTION), Unknown)
    rtgs.play = lambda _: raw(200, b'{"status":"settled"}')
    assert isinstance(await adapters.settlement.enquire(INSTRUCTION), Unknown)
    rtgs.play = lambda _: None
    assert isinstance(await adapters.settlement.enquire(INSTRUCTION), Unknown)


async def test_nets_that_do_not_sum_to_zero_are_never_sent(adapters: Adapters, rtgs: Counterparty, keys: dict[str, SigningKey]) -> None:
    rtgs.play = says(keys, SETTLED)
    answer = await adapters.settlement.instruct(SettlementInstruction("X-1", WINDOW, "SYP", LEGS[:2]))
    assert isinstance(answer, Unknown)
    assert rtgs.questions == []
