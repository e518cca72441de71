"""The pretend RTGS over files, instructed by the registry's adapter while its script loses, delays and duplicates: settled exactly once."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.registry import Adapters, open_adapters
from adapters.settlement.iso20022 import Iso20022Rtgs
from switch.domain.networks import THIS_MACHINE
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementStatus
from switch.signatures import SigningKey
from switch.simulators.mischief import Script
from switch.simulators.rtgs import Rtgs
from switch.simulators.rtgs_books import RtgsBooks
from switch.simulators.rtgs_exchange import RtgsExchange
from tests import message_definitions
from tests.contract.conftest import CENTRAL_BANK
from tests.contract.test_settlement_banks import INSTRUCTION, WINDOW

ID = INSTRUCTION.instruction_id
PATIENCE_SECONDS = 1


class Bank:
    """The central bank's process, in a thread, with a script that a test changes."""

    def __init__(self, folder: Path, keys: dict[str, SigningKey]) -> None:
        self.script, self.folder, self.keys = folder / "script.json", folder / "exchange", keys
        self.script.write_text("{}")
        self.books = RtgsBooks(folder / "rtgs.db")

    def exchange(self) -> RtgsExchange:
        rtgs = Rtgs(self.keys[CENTRAL_BANK], self.books, Script(self.script))
        return RtgsExchange(self.folder, rtgs, self.keys["switch"].verifying_key())

    def follow(self, *rules: dict[str, object], **more: object) -> None:
        self.script.write_text(json.dumps({"rules": {"rtgs": rules}, **more}))


@pytest.fixture
def bank(tmp_path: Path, keys: dict[str, SigningKey]) -> Iterator[Bank]:
    bank, stop = Bank(tmp_path, keys), threading.Event()
    thread = threading.Thread(target=bank.exchange().run, args=(stop,))
    thread.start()
    yield bank
    stop.set()
    thread.join()
    bank.books.close()


@pytest.fixture
def rtgs_message() -> str:
    """Of the two forms of an instruction; tests of both say so."""
    return "pacs.029"


@pytest.fixture
def adapters(bank: Bank, keys: dict[str, SigningKey], tmp_path: Path, rtgs_message: str) -> Adapters:
    known = {keys[CENTRAL_BANK].keyid: keys[CENTRAL_BANK].verifying_key()}
    opened = open_adapters(
        signer=keys["switch"], find_key=known.get, central_bank=lambda: CENTRAL_BANK, networks=THIS_MACHINE, rtgs_url="http://127.0.0.1:9",
        files_directory=tmp_path / "files", rtgs_exchange=bank.folder, rtgs_message=rtgs_message,
    )  # fmt: skip
    assert isinstance(opened.settlement, Iso20022Rtgs)
    return replace(opened, settlement=replace(opened.settlement, answer_seconds=PATIENCE_SECONDS))


async def concluded(adapters: Adapters, tries: int = 20) -> SettlementAnswer:
    """As the switch goes on: it enquires, and sends the same again where it was never seen."""
    answer = await adapters.settlement.instruct(INSTRUCTION)
    for _ in range(tries):
        if isinstance(answer, SettlementAnswer) and answer.status is not SettlementStatus.UNKNOWN_INSTRUCTION:
            return answer
        answer = await adapters.settlement.enquire(INSTRUCTION)
        if isinstance(answer, SettlementAnswer) and answer.status is SettlementStatus.UNKNOWN_INSTRUCTION:
            answer = await adapters.settlement.instruct(INSTRUCTION)
    raise AssertionError(answer)


def moved(bank: Bank) -> int:
    """How often the legs were booked at the RTGS."""
    return bank.books.lost("100010") // 12_500


BOTH = pytest.mark.parametrize("rtgs_message", ["pacs.029", "pacs.009"])


@BOTH
async def test_an_instruction_is_settled_once_however_often_it_is_sent(adapters: Adapters, bank: Bank) -> None:
    first = await adapters.settlement.instruct(INSTRUCTION)
    assert isinstance(first, SettlementAnswer)
    assert first.status is SettlementStatus.SETTLED
    assert await adapters.settlement.instruct(INSTRUCTION) == first
    assert await adapters.settlement.enquire(INSTRUCTION) == first
    assert moved(bank) == 1


@BOTH
async def test_a_lost_instruction_is_sent_again_and_an_answer_in_two_files_is_one(adapters: Adapters, bank: Bank) -> None:
    bank.follow({"does": "silent", "share": 0.5}, {"does": "twice-answered"}, seed=2)
    assert (await concluded(adapters)).status is SettlementStatus.SETTLED
    assert moved(bank) == 1


@pytest.mark.parametrize("rtgs_message", ["pacs.009"])
async def test_transfers_go_over_the_settlement_account_and_leave_nothing_there(adapters: Adapters, bank: Bank) -> None:
    await adapters.settlement.instruct(INSTRUCTION)
    (path,) = (bank.folder / "to-rtgs").glob("*.pacs.009.xml")
    batch = message_definitions.read(path.read_bytes()).ficdt_trf
    assert (batch.grp_hdr.btch_bookg, batch.grp_hdr.nb_of_txs, str(batch.grp_hdr.ctrl_sum)) == (True, "3", "250.00")
    left = 0
    for transfer in batch.cdt_trf_tx_inf:
        payer, payee = (side.fin_instn_id.clr_sys_mmb_id.mmb_id for side in (transfer.dbtr, transfer.cdtr))
        assert "SETTLEMENT" in (payer, payee)
        left += transfer.intr_bk_sttlm_amt.value * (1 if payee == "SETTLEMENT" else -1)
    assert left == 0


@pytest.mark.parametrize(
    "rule",
    [
        {"does": "silent", "share": 0.6}, {"does": "cut-after-booking", "share": 0.6}, {"does": "unsigned", "share": 0.6},
        {"does": "garbage", "share": 0.6}, {"does": "late", "milliseconds": 1_500}, {"does": "slow", "milliseconds": 1_500},
        {"does": "twice-answered"}, {"does": "pending", "milliseconds": 500},
    ],
    ids=lambda rule: rule["does"],
)  # fmt: skip
async def test_lost_delayed_damaged_and_doubled_messages_settle_once(adapters: Adapters, bank: Bank, rule: dict[str, object]) -> None:
    calls = ["instruct"] if rule["does"] in ("late", "slow", "pending") else ["instruct", "enquire"]
    bank.follow(rule | {"calls": calls}, seed=3)
    answer = await concluded(adapters)
    assert answer.status is SettlementStatus.SETTLED
    assert moved(bank) == 1
    assert await adapters.settlement.enquire(INSTRUCTION) == answer


async def test_a_rejection_is_read_and_stands(adapters: Adapters, bank: Bank) -> None:
    bank.follow(funds={"100010": "124.99"})
    answer = await concluded(adapters)
    assert (answer.status, answer.reason) == (SettlementStatus.REJECTED, "insufficient_funds 100010")
    bank.follow()
    assert await concluded(adapters) == answer
    assert moved(bank) == 0


async def test_an_answer_for_another_total_is_never_believed(adapters: Adapters, bank: Bank) -> None:
    bank.follow({"does": "other-amount", "calls": ["instruct", "enquire"]})
    assert isinstance(await adapters.settlement.instruct(INSTRUCTION), Unknown)


async def test_what_nobody_of_the_switch_has_signed_moves_nothing(bank: Bank, keys: dict[str, SigningKey], tmp_path: Path) -> None:
    forger = open_adapters(
        signer=keys["200027"], find_key=lambda _: None, central_bank=lambda: CENTRAL_BANK, networks=THIS_MACHINE, rtgs_url="http://127.0.0.1:9",
        files_directory=tmp_path / "files", rtgs_exchange=bank.folder,
    )  # fmt: skip
    assert isinstance(forger.settlement, Iso20022Rtgs)
    await replace(forger.settlement, answer_seconds=1).instruct(INSTRUCTION)
    assert bank.books.find(ID) is None


async def test_what_was_settled_stands_in_the_statement_of_the_day(adapters: Adapters, bank: Bank) -> None:
    answer = await adapters.settlement.instruct(INSTRUCTION)
    assert isinstance(answer, SettlementAnswer)
    (path,) = (bank.folder / "from-rtgs").glob("SYP-*.0001.camt.053.xml")
    statement = message_definitions.read(path.read_bytes()).bk_to_cstmr_stmt.stmt[0]
    assert {(entry.ntry_ref, entry.acct_svcr_ref) for entry in statement.ntry} == {(f"{WINDOW}-1", answer.rtgs_reference)}
    assert [str(entry.amt.value) for entry in statement.ntry] == ["125.00", "120.00", "5.00"]
