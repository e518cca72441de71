"""The RTGS over ISO 20022 files keeps the contract of every settlement bank: only its own signed word counts, all legs or none."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.codecs.iso20022 import Messages
from adapters.codecs.strict_json import Malformed
from adapters.settlement.iso20022 import MESSAGES, Exchange, Iso20022Rtgs
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus
from switch.signatures import SigningKey
from switch.simulators import rtgs_messages
from switch.simulators.rtgs_books import Decision, Instruction, Leg
from tests import message_definitions
from tests.contract.conftest import CENTRAL_BANK
from tests.contract.lines import BILLER
from tests.contract.test_settlement_banks import INSTRUCTION, LEGS, WINDOW

SETTLED_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ID = INSTRUCTION.instruction_id
DECISION = Decision(
    Instruction(ID, WINDOW, "SYP", "125.00", tuple(Leg(leg.participant, leg.minor) for leg in LEGS)), None, "RTGS261124ABCDEF01", SETTLED_AT
)
SETTLED = SettlementAnswer(ID, SettlementStatus.SETTLED, "RTGS261124ABCDEF01", SETTLED_AT)


@dataclass
class Folder:
    """The central bank's side of the exchange, played."""

    path: Path
    keys: dict[str, SigningKey]

    def says(self, content: bytes, name: str = f"{ID}.a.pacs.002.xml", key: str = CENTRAL_BANK, signed_name: str | None = None) -> None:
        folder = self.path / "from-rtgs"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        line = f"{hashlib.sha256(content).hexdigest()}  {signed_name or name}\n"
        signature = base64.b64encode(self.keys[key].sign(line.encode())).decode()
        document = {"keyid": self.keys[key].keyid, "algorithm": self.keys[key].algorithm, "signed": line, "signature": signature}
        (folder / f"{name}.sig").write_text(json.dumps(document))

    def answers(self, decision: Decision | None = DECISION, question: str | None = None, name: str = f"{ID}.a.pacs.002.xml") -> bytes:
        content = rtgs_messages.answer("M1", ID, decision, question, LATER)
        message_definitions.read(content)
        self.says(content, name)
        return content

    def sent(self, ending: str = ".pacs.029.xml") -> list[Path]:
        return sorted((self.path / "to-rtgs").glob(f"*{ending}"))


@pytest.fixture
def folder(tmp_path: Path, keys: dict[str, SigningKey]) -> Folder:
    return Folder(tmp_path, keys)


@pytest.fixture
def rtgs(tmp_path: Path, keys: dict[str, SigningKey]) -> Iso20022Rtgs:
    """It looks once and does not wait."""
    known = {key.keyid: key.verifying_key() for code, key in keys.items() if code != "retired"}
    return Iso20022Rtgs(Exchange(tmp_path, keys["switch"], known.get, lambda: CENTRAL_BANK), Messages(), answer_seconds=0)


async def test_the_instruction_keeps_the_published_definition_and_is_signed(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    assert await rtgs.instruct(INSTRUCTION) == Unknown("no answer within 0 s")
    (sent,) = folder.sent()
    request = message_definitions.read(sent.read_bytes()).mul_sttlm_req
    assert (request.grp_hdr.msg_id, str(request.grp_hdr.ctrl_sum)) == (ID, "125.00")
    records = request.sttlm_req[0].mvmnt_rcrd
    assert [(r.ptcpt.id.org_id.othr[0].id, r.amt.cdt_dbt.value, str(r.amt.amt.value), r.amt.amt.ccy) for r in records] == [
        ("100010", "DBIT", "125.00", "SYP"),
        ("200019", "CRDT", "120.00", "SYP"),
        (CENTRAL_BANK, "CRDT", "5.00", "SYP"),
    ]
    signed = json.loads(sent.with_name(sent.name + ".sig").read_bytes())
    assert signed["signed"] == f"{hashlib.sha256(sent.read_bytes()).hexdigest()}  {sent.name}\n"
    assert folder.keys["switch"].verifying_key().verify(base64.b64decode(signed["signature"]), signed["signed"].encode())


async def test_settled_and_rejected_are_read(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    await rtgs.instruct(INSTRUCTION)
    folder.answers()
    assert await rtgs.enquire(INSTRUCTION) == SETTLED
    assert await rtgs.instruct(INSTRUCTION) == SETTLED
    other = replace(INSTRUCTION, instruction_id=f"{WINDOW}-2")
    await rtgs.instruct(other)
    asked = replace(DECISION.instruction, instruction_id=f"{WINDOW}-2")
    decision = replace(DECISION, instruction=asked, rejected_because="insufficient_funds 100010")
    folder.says(rtgs_messages.answer("M2", f"{WINDOW}-2", decision, None, LATER), f"{WINDOW}-2.a.pacs.002.xml")
    assert await rtgs.enquire(other) == SettlementAnswer(f"{WINDOW}-2", SettlementStatus.REJECTED, reason="insufficient_funds 100010")


async def test_the_same_instruction_is_the_same_message_under_a_further_name(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    for _ in range(3):
        await rtgs.instruct(INSTRUCTION)
    assert len(folder.sent()) == 3
    assert len({path.read_bytes() for path in folder.sent()}) == 1
    changed = SettlementInstruction(ID, WINDOW, "SYP", tuple(replace(leg, minor=leg.minor * 2) for leg in LEGS))
    assert await rtgs.instruct(changed) == Unknown("another instruction was sent under this id")
    assert len(folder.sent()) == 3


async def test_never_seen_counts_only_as_the_answer_to_the_question_just_asked(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    await rtgs.instruct(INSTRUCTION)
    folder.answers(None, f"{ID}-Q1")
    answer = await rtgs.enquire(INSTRUCTION)
    assert answer == SettlementAnswer(ID, SettlementStatus.UNKNOWN_INSTRUCTION)
    question = message_definitions.read(folder.sent(".pacs.028.xml")[0].read_bytes()).fito_fipmt_sts_req
    assert (question.grp_hdr.msg_id, question.orgnl_grp_inf[0].orgnl_msg_id) == (f"{ID}-Q1", ID)
    assert isinstance(await rtgs.enquire(INSTRUCTION), Unknown)  # the old answer is none to the new question
    folder.answers(replace(DECISION, decided_at=datetime(2026, 11, 24, 11, tzinfo=UTC)), f"{ID}-Q3", f"{ID}.b.pacs.002.xml")
    assert await rtgs.enquire(INSTRUCTION) == Unknown("it has not decided yet")


async def test_answers_that_contradict_one_another_are_none(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    await rtgs.instruct(INSTRUCTION)
    folder.answers()
    folder.answers(name=f"{ID}.twice.pacs.002.xml")
    assert await rtgs.enquire(INSTRUCTION) == SETTLED
    folder.answers(replace(DECISION, rejected_because="late"), name=f"{ID}.z.pacs.002.xml")
    assert await rtgs.enquire(INSTRUCTION) == Unknown("the RTGS has given answers that contradict one another")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<OrgnlCtrlSum>125.00", b"<OrgnlCtrlSum>125.01"), (b"<OrgnlNbOfTxs>3", b"<OrgnlNbOfTxs>2"), (ID.encode(), b"SYP-20261124-01-9"),
        (b"pacs.029.001.02</OrgnlMsgNmId>", b"pacs.009.001.08</OrgnlMsgNmId>"), (b">ACSC<", b">ACCP<"), (b"+00:00</DtTm>", b"</DtTm>"),
        (b"<ClrSysRef>RTGS261124ABCDEF01</ClrSysRef>", b""), (b"<TxSts>ACSC", b"<TxSts>RJCT"), (b"pacs.002.001.10", b"pacs.002.001.03"),
        (b"<GrpHdr>", b"<!-- --><GrpHdr><x>"), (b"<?xml version='1.0' encoding='UTF-8'?>", b'<!DOCTYPE Document [<!ENTITY a "b">]>'),
        (b"</Document>", b""),
    ],
    ids=str,
)  # fmt: skip
async def test_an_odd_answer_is_unknown(rtgs: Iso20022Rtgs, folder: Folder, old: bytes, new: bytes) -> None:
    await rtgs.instruct(INSTRUCTION)
    content = rtgs_messages.answer("M1", ID, DECISION, None, LATER)
    assert old in content
    folder.says(content.replace(old, new))
    assert isinstance(await rtgs.enquire(INSTRUCTION), Unknown)


@pytest.mark.parametrize(
    "forge",
    [
        lambda folder, content: folder.says(content, key=BILLER),
        lambda folder, content: folder.says(content, key="switch"),
        lambda folder, content: folder.says(content, signed_name=f"{WINDOW}-2.a.pacs.002.xml"),
        lambda folder, content: (folder.says(content), (folder.path / "from-rtgs" / f"{ID}.a.pacs.002.xml").write_bytes(content + b" ")),
        lambda folder, content: (folder.says(content), (folder.path / "from-rtgs" / f"{ID}.a.pacs.002.xml.sig").unlink()),
        lambda folder, content: (folder.says(content), (folder.path / "from-rtgs" / f"{ID}.a.pacs.002.xml.sig").write_bytes(b"{")),
    ],
    ids=["a biller's key", "our own key", "signature of another file", "changed after signing", "no signature yet", "half a signature"],
)
async def test_nobody_else_can_answer_for_the_central_bank(
    rtgs: Iso20022Rtgs, folder: Folder, forge: Callable[[Folder, bytes], object]
) -> None:
    await rtgs.instruct(INSTRUCTION)
    forge(folder, rtgs_messages.answer("M1", ID, DECISION, None, LATER))
    assert isinstance(await rtgs.enquire(INSTRUCTION), Unknown)


async def test_nets_that_do_not_sum_to_zero_are_never_sent(rtgs: Iso20022Rtgs, folder: Folder) -> None:
    assert isinstance(await rtgs.instruct(SettlementInstruction("X-1", WINDOW, "SYP", LEGS[:2])), Unknown)
    assert folder.sent() == []


@pytest.mark.parametrize("wrong", ["../x", "a" * 29, "", "a b"])
async def test_an_id_that_leads_elsewhere_is_not_sent(rtgs: Iso20022Rtgs, folder: Folder, wrong: str) -> None:
    assert isinstance(await rtgs.instruct(replace(INSTRUCTION, instruction_id=wrong)), Unknown)
    assert isinstance(await rtgs.enquire(replace(INSTRUCTION, instruction_id=wrong)), Unknown)
    assert list(folder.path.rglob("*.xml")) == []


ROOTS = ("MulSttlmReq", "FICdtTrf", "FIToFIPmtStsReq", "FIToFIPmtStsRpt", "BkToCstmrStmt")
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
    targetNamespace="urn:iso:std:iso:20022:tech:xsd:{message}"><xs:element name="Document"><xs:complexType><xs:sequence>
    <xs:element name="{root}"><xs:complexType><xs:sequence>
    <xs:any maxOccurs="{most}" processContents="skip"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element></xs:schema>"""


async def test_where_schemas_are_given_each_message_must_keep_its_own(tmp_path: Path, folder: Folder, keys: dict[str, SigningKey]) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    with pytest.raises(FileNotFoundError, match="no such schema"):
        Messages.with_schemas(schemas, MESSAGES)
    for message, root, most in zip(MESSAGES, ROOTS, (2, 4, 3, 2, 2), strict=True):
        (schemas / f"{message}.xsd").write_text(SCHEMA.format(message=message, root=root, most=most))
    messages = Messages.with_schemas(schemas, MESSAGES)
    exchange = Exchange(tmp_path, keys["switch"], {keys[CENTRAL_BANK].keyid: keys[CENTRAL_BANK].verifying_key()}.get, lambda: CENTRAL_BANK)
    rtgs = Iso20022Rtgs(exchange, messages, answer_seconds=0)
    await rtgs.instruct(INSTRUCTION)
    folder.answers()  # three elements, where this schema lets in two
    assert isinstance(await rtgs.enquire(INSTRUCTION), Unknown)
    with pytest.raises(Malformed, match="schema"):
        messages.written("pacs.029.001.02", ("Another",))
    (schemas / f"{MESSAGES[0]}.xsd").write_text("<xs:schema")
    with pytest.raises((ValueError, OSError)):
        Messages.with_schemas(schemas, MESSAGES)
