"""The examples in the documents of the protocols are what the adapters send and understand."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.billers.json_http import JsonBiller
from adapters.registry import Adapters, open_adapters
from switch.api.bills import BillLineIn, UploadIn
from switch.domain.advices import Advice, AdviceKind
from switch.domain.bill_uploads import BillAction
from switch.domain.bills import Presentment
from switch.domain.directory import Endpoint
from switch.domain.identifiers import EventId, PaymentId
from switch.domain.money import Money
from switch.domain.networks import THIS_MACHINE
from switch.domain.outcomes import Accepted, NotFound, Reason, Refused, Unknown
from switch.domain.settlement import SettlementAnswer, SettlementStatus
from switch.signatures import SigningKey
from switch.simulators.mischief import Mischief, Script
from tests.contract.conftest import CENTRAL_BANK, SERVICE, payment
from tests.contract.lines import BILLER, back
from tests.contract.played import Play, Question, played, signed
from tests.contract.test_settlement_banks import INSTRUCTION


def examples(project_root: Path, document: str) -> list[Any]:
    text = (project_root / "docs" / document).read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def telling(sent: list[Any], answers: list[Any], key: SigningKey) -> Play:
    """Remembers what it is sent and gives the answers in turn."""

    def play(question: Question) -> bytes:
        sent.append(question.document)
        return signed(question, key, answers.pop(0))

    return play


async def test_the_examples_of_the_biller_protocol_are_understood(
    adapters: Adapters, keys: dict[str, SigningKey], project_root: Path
) -> None:
    asked, presented, unknown, order, accepted, refused, not_found, reversal, refund, refunded, advice, acknowledged, _ = examples(
        project_root, "biller-protocol.md"
    )
    adapter = adapters.billers["json-1"]
    assert isinstance(adapter, JsonBiller)
    sent: list[Any] = []
    answers = [presented, unknown, not_found, acknowledged]
    async with played(telling(sent, answers, keys[BILLER])) as biller:
        at = Endpoint(BILLER, "json-1", biller.url)
        assert isinstance(await adapter.inquire(at, SERVICE, "100452371", answer_seconds=5), Presentment)
        assert await adapter.inquire(at, SERVICE, "999999999", answer_seconds=5) == Refused(Reason.CUSTOMER_UNKNOWN, "C14")
        assert (
            await adapter.enquire(at, PaymentId(UUID(not_found["payment_id"])), answer_seconds=5, ordered=Money(8_143, "SYP")) == NotFound()
        )
        told = Advice(
            EventId(UUID(advice["event_id"])),
            BILLER,
            AdviceKind.PAYMENT_COMPLETED,
            payment().payment_id,
            advice["content"],
            payment().reserved_at,
        )
        assert await adapter.advise(at, told, answer_seconds=5)
    assert sent[0] == asked
    assert sent[3].keys() == advice.keys()
    ours = payment("81.43", "2611-004711")
    whole, part = back(ours), back(ours, 2_000, refund["reversal_id"])
    said = (accepted, refused, {**accepted, "outcome": "reversed"}, refunded, {**refunded, "reversal_id": str(ours.payment_id)})
    answers = [{**answer, "payment_id": str(ours.payment_id)} for answer in said]
    async with played(telling(sent, answers, keys[BILLER])) as biller:
        at = Endpoint(BILLER, "json-1", biller.url)
        assert await adapter.pay(at, ours, answer_seconds=5) == Accepted("200019-5F0C8E6A1B72")
        assert await adapter.pay(at, ours, answer_seconds=5) == Refused(Reason.BILL_ALREADY_PAID, "R05")
        assert await adapter.reverse(at, ours, whole, answer_seconds=5) == Accepted("200019-5F0C8E6A1B72")
        assert await adapter.reverse(at, ours, part, answer_seconds=5) == Accepted("200019-5F0C8E6A1B72")
        assert isinstance(await adapter.reverse(at, ours, part, answer_seconds=5), Unknown)
    assert sent[4].keys() == order.keys()
    assert sent[6].keys() == reversal.keys()
    assert sent[7] == {**refund, "payment_id": str(ours.payment_id)}


async def test_the_examples_of_the_rtgs_protocol_are_understood(keys: dict[str, SigningKey], tmp_path: Path, project_root: Path) -> None:
    instruction, settled, unknown = examples(project_root, "rtgs-protocol.md")
    known = {keys[CENTRAL_BANK].keyid: keys[CENTRAL_BANK].verifying_key()}
    answers = [settled, unknown]
    sent: list[Any] = []
    async with played(telling(sent, answers, keys[CENTRAL_BANK])) as rtgs:
        opened = open_adapters(
            signer=keys["switch"],
            find_key=known.get,
            central_bank=lambda: CENTRAL_BANK,
            networks=THIS_MACHINE,
            rtgs_url=rtgs.url,
            files_directory=tmp_path,
        )
        first = await opened.settlement.instruct(INSTRUCTION)
        second = await opened.settlement.enquire(INSTRUCTION)
        await opened.close()
    assert isinstance(first, SettlementAnswer)
    assert first.status is SettlementStatus.SETTLED
    assert second == SettlementAnswer(INSTRUCTION.instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)
    assert sent[0].keys() == instruction.keys()
    assert sent[0]["legs"][0].keys() == instruction["legs"][0].keys()


def test_the_example_of_a_script_is_followed_and_every_mischief_is_told(tmp_path: Path, project_root: Path) -> None:
    (example,) = examples(project_root, "simulators.md")
    path = tmp_path / "script.json"
    path.write_text(json.dumps(example))
    script = Script(path)
    assert script.funds == {"100010": "250000.00"}
    rule = script.draw("rtgs", "instruct")
    assert rule is not None
    assert rule.does is Mischief.PENDING
    text = (project_root / "docs" / "simulators.md").read_text(encoding="utf-8")
    assert {kind for kind in Mischief if f"`{kind}`" not in text} == set()


def test_the_bills_of_the_biller_protocol_are_taken(project_root: Path) -> None:
    uploaded = examples(project_root, "biller-protocol.md")[-1]

    put, withdrawn = (BillLineIn.model_validate(line).line() for line in UploadIn.model_validate(uploaded).lines)

    assert (put.action, put.due, put.bill_number) == (BillAction.PUT, Money(7_410, "SYP"), "2611-318204")
    assert (withdrawn.action, withdrawn.due) == (BillAction.WITHDRAW, None)
