"""The stand-alone verifier, as an auditor runs it: its own process, the switch's public key, files; whatever was edited is named."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from switch.api.proof_views import consistency_view, proof_view
from switch.cli.log import EXPORT, exported
from switch.domain.receipts import receipt_of
from switch.reports.proof_log import ProofLog, SignedHead
from switch.signatures import generate_key
from switch.signatures.receipts import sign_receipt
from switch.store import payments
from switch.usecases.seal_log import SealLog
from tests.filled_books import LOG, LOG_KEY, World, charged
from tests.seeded import FixedClock, order, rows

WRONG, WRONG_USAGE = 3, 2


class Auditor:
    """Has a folder with the switch's public key in it, and nothing else of the switch."""

    def __init__(self, world: World, folder: Path, program: Path) -> None:
        self.world, self.folder, self.program = world, folder, program
        self.log = ProofLog(world.database, LOG.origin)
        self.key = folder / "switch.pub"
        self.key.write_text(LOG_KEY.verifying_key().pem())

    async def export(self, name: str) -> Path:
        lines: list[dict[str, Any]] = [{"format": EXPORT, "origin": LOG.origin}]
        async for found in self.log.export():
            lines.append(exported(found))  # noqa: PERF401 - ruff would have it awaited in one comprehension
        return self.keep(name, "".join(json.dumps(line) + "\n" for line in lines))

    def keep(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def checks(self, *arguments: object) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-I", str(self.program), *map(str, arguments), "--key", str(self.key), "--json"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        return ended.returncode, json.loads(ended.stdout) if ended.stdout else {"said": ended.stderr}

    def finds(self, *arguments: object) -> list[tuple[str, str]]:
        code, told = self.checks(*arguments)
        assert code == (WRONG if told["findings"] else 0), told
        assert told["good"] == (not told["findings"])
        return [(found["code"], found["where"]) for found in told["findings"]]


@pytest.fixture
async def auditor(filled: World, tmp_path: Path, project_root: Path) -> Auditor:
    """On books without archived dates: they cannot be sealed again, which some forgers do here."""
    (tmp_path / "auditor").mkdir()
    await SealLog(FixedClock(), filled.database, LOG_KEY, LOG.origin, rows_at_once=3).whole()
    return Auditor(filled, tmp_path / "auditor", project_root / "deploy" / "verify_proof.py")


async def an_event(auditor: Auditor) -> Any:
    return (await rows(auditor.world.database, "SELECT * FROM payment_event ORDER BY payment_id, number LIMIT 1"))[0]


async def test_a_log_that_nobody_touched_is_good(auditor: Auditor) -> None:
    path = await auditor.export("log.jsonl")
    code, told = auditor.checks("log", path, "--heads", path, "--earlier", path)
    assert (code, told["findings"]) == (0, [])
    assert told["told"]["leaves"] == told["told"]["signed_up_to"] > 10
    assert told["told"]["kept_heads_compared"] == told["told"]["heads"] > 3


@pytest.mark.parametrize(
    ("statement", "code", "kind"),
    [
        ("UPDATE posting SET minor = minor + 1 WHERE line = 1", "altered", "entry "),
        ("UPDATE payment_event SET by = 'nobody' WHERE number = 1", "altered", "event "),
        ("DELETE FROM payment_event WHERE number = 2", "removed", "event "),
        ("UPDATE cap_change SET cap_minor = 1", "altered", "cap "),
        (
            "INSERT INTO cap_change SELECT gen_random_uuid(), bank_code, currency, 1, changed_at, by, '', xact FROM cap_change",
            "added",
            "cap ",
        ),
        ("UPDATE statement_line SET own_reference = 'x' WHERE line = 1", "altered", "statement "),
    ],
)
async def test_an_edited_row_is_named(auditor: Auditor, statement: str, code: str, kind: str) -> None:
    await auditor.world.behind_the_guards(text(statement))
    found = auditor.finds("log", await auditor.export("log.jsonl"))
    assert found
    assert all(named == code and where.startswith(kind) for named, where in found), found


async def test_exactly_the_edited_entry_is_named_and_shown_as_it_stands_now(auditor: Auditor) -> None:
    its = await an_event(auditor)
    await auditor.world.behind_the_guards(
        text("UPDATE payment_event SET note = 'x' WHERE payment_id = :id AND number = :number").bindparams(
            id=its.payment_id, number=its.number
        )
    )
    code, told = auditor.checks("log", await auditor.export("log.jsonl"))
    [found] = told["findings"]
    assert (code, found["where"]) == (WRONG, f"event {its.payment_id} {its.number}")
    assert '"x"' in found["what"]
    assert "ليس ما خُتم" in found["what_ar"]


async def forged_by_the_operator(auditor: Auditor) -> Any:
    """The worst hand: it owns the server and the switch's key, edits a row, and signs the whole log anew."""
    its = await an_event(auditor)
    await auditor.world.behind_the_guards(
        text("UPDATE payment_event SET note = 'forged' WHERE payment_id = :id").bindparams(id=its.payment_id)
    )
    for table in ("proof_leaf", "proof_node", "proof_head", "sealed_balance"):
        await auditor.world.behind_the_guards(text(f"DELETE FROM {table}"))
    await auditor.world.behind_the_guards(text("UPDATE proof_end SET size = 0, sealed_below = 0, peaks = '', heads = 0"))
    await SealLog(FixedClock(), auditor.world.database, LOG_KEY, LOG.origin, rows_at_once=3).whole()
    return its


async def test_an_operator_who_signs_anew_does_not_get_past_a_head_that_was_kept(auditor: Auditor) -> None:
    [head] = await auditor.log.heads(None, 1)
    kept = auditor.keep("kept.txt", head.note)
    await forged_by_the_operator(auditor)
    assert await auditor.world.findings() == ()
    forged = await auditor.export("forged.jsonl")
    assert auditor.finds("log", forged) == []
    assert auditor.finds("log", forged, "--heads", kept) == [("head_kept_differs", str(head.size))]


async def test_with_an_earlier_export_the_forged_entry_is_named(auditor: Auditor) -> None:
    earlier = await auditor.export("earlier.jsonl")
    its = await forged_by_the_operator(auditor)
    found = auditor.finds("log", await auditor.export("forged.jsonl"), "--earlier", earlier)
    assert found
    assert {code for code, _ in found} == {"leaf_resealed"}
    assert all(str(its.payment_id) in where for _, where in found)


async def test_a_log_that_was_cut_is_shorter_than_a_head_that_was_kept(auditor: Auditor) -> None:
    [head] = await auditor.log.heads(None, 1)
    kept = auditor.keep("kept.json", json.dumps({"items": [{"note": head.note}]}))
    lines = (await auditor.export("log.jsonl")).read_text().splitlines(keepends=True)
    cut = auditor.keep("cut.jsonl", "".join(lines[:-4]))
    assert auditor.finds("log", cut, "--heads", kept) == [("log_cut", str(head.size))]
    earlier = auditor.keep("earlier.jsonl", "".join(lines))
    assert auditor.finds("log", cut, "--earlier", earlier) == [("log_cut", str(earlier))]


async def test_leaves_without_a_head_over_them_are_not_proved(auditor: Auditor) -> None:
    lines = (await auditor.export("log.jsonl")).read_text().splitlines(keepends=True)
    bare = "".join(line for line in lines if '"note"' not in line)
    assert [code for code, _ in auditor.finds("log", auditor.keep("bare.jsonl", bare))] == ["not_covered"]


async def test_a_head_that_another_key_signed_is_none(auditor: Auditor) -> None:
    path = await auditor.export("log.jsonl")
    auditor.key.write_text(generate_key("switch:main").verifying_key().pem())
    assert {code for code, _ in auditor.finds("log", path)} == {"head_unsigned"}


async def a_proof(auditor: Auditor) -> dict[str, Any]:
    payment_id = (await rows(auditor.world.database, "SELECT payment_id FROM journal_entry WHERE payment_id IS NOT NULL LIMIT 1"))[0][0]
    return proof_view(await auditor.log.named(str(payment_id))).model_dump(mode="json")


async def test_the_proof_of_a_payment_is_checked_against_kept_heads(auditor: Auditor) -> None:
    proof = await a_proof(auditor)
    heads = await auditor.export("log.jsonl")
    assert auditor.finds("proof", auditor.keep("proof.json", json.dumps(proof)), "--heads", heads) == []

    (leaf, *_) = proof["leaves"]
    where = " ".join(json.loads(leaf["content"])[:2])
    leaf["content"] = leaf["content"].replace("SYP", "XXX")
    assert auditor.finds("proof", auditor.keep("wrong.json", json.dumps(proof))) == [("path_wrong", where)]


async def test_the_proof_of_another_payment_does_not_do(auditor: Auditor) -> None:
    proof = await a_proof(auditor)
    proof["payment_id"] = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"
    found = auditor.finds("proof", auditor.keep("proof.json", json.dumps(proof)))
    assert {code for code, _ in found} == {"not_of_payment"}


async def test_kept_heads_are_linked_by_a_consistency_proof(auditor: Auditor) -> None:
    heads = await auditor.log.heads(None, 100)
    first, second = heads[-1], heads[0]
    found = consistency_view(await auditor.log.consistency(first.size, second.size)).model_dump(mode="json")
    kept = [argument for number, head in enumerate((first, second)) for argument in ("--heads", _kept(auditor, number, head))]
    assert auditor.finds("linked", auditor.keep("linked.json", json.dumps(found)), *kept) == []
    found["path"][0] = "00" * 32
    assert auditor.finds("linked", auditor.keep("linked.json", json.dumps(found)), *kept) == [("not_linked", f"{first.size} {second.size}")]
    code, told = auditor.checks("linked", auditor.folder / "linked.json", *kept[:2])
    assert code == WRONG_USAGE
    assert f"{second.size} leaves" in told["said"]


def _kept(auditor: Auditor, number: int, head: SignedHead) -> Path:
    return auditor.keep(f"head-{number}.txt", head.note)


async def test_a_receipt_is_checked_offline(auditor: Auditor) -> None:
    await auditor.world.write(charged(order(4_200, accept=True)))
    payment_id = (await rows(auditor.world.database, "SELECT payment_id FROM payment WHERE amount_minor = 4200"))[0][0]
    async with auditor.world.database.reading() as connection:
        payment = (await payments.find(connection, [payment_id]))[payment_id]
    text = sign_receipt(LOG_KEY, receipt_of(payment))
    code, told = auditor.checks("receipt", text)
    assert (code, told["told"]["amount"], told["told"]["payment_reference"]) == (0, "42.00", payment.reference)
    assert auditor.finds("receipt", text.replace("42.00", "43.00")) == [("receipt_unsigned", payment.reference)]
    assert auditor.finds("receipt", "BPR1*nonsense") == [("receipt_unreadable", "BPR1*NONSENSE")]
    auditor.key.write_text(generate_key("switch:main").verifying_key().pem())
    assert auditor.finds("receipt", text) == [("receipt_key_unknown", payment.reference)]


@pytest.mark.parametrize(
    "content", ["", "nonsense", "[]", "{}", '{"leaves": 1}', "\x00", '{"leaf": 0}\n', '{"head": {"note": 7}, "leaves": []}']
)
@pytest.mark.parametrize("what", ["proof", "linked", "log"])
async def test_a_file_that_is_something_else_is_wrong_usage_and_no_traceback(auditor: Auditor, what: str, content: str) -> None:
    code, told = auditor.checks(what, auditor.keep("odd.json", content))
    assert code == WRONG_USAGE, told
    assert "Traceback" not in told["said"]
