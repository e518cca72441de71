"""The commands about proofs, as staff give them: sealing, heads, the export, a payment's proof and evidence, receipts."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from switch.domain.receipts import read_receipt
from switch.store.database import connect
from tests.integration.test_directory_commands import Desk, desk_at
from tests.seeded import rows

WRONG, WRONG_USAGE, REFUSED = 3, 2, 1


@pytest.fixture
def desk(durable_books: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(*durable_books, monkeypatch)


def payment_in(state: str, url: str) -> str:
    async def ask() -> Any:
        database = connect(url)
        found = await rows(database, "SELECT payment_id FROM payment WHERE state = :state LIMIT 1", state=state)
        await database.close()
        return found[0].payment_id

    return str(asyncio.run(ask()))


def test_staff_seal_look_at_heads_and_export_the_whole_log(desk: Desk, tmp_path: Path) -> None:
    desk("log", "seal")
    assert "Everything is sealed." in desk("log", "heads")
    assert "كل شيء مختوم" in desk("--arabic", "log", "heads")
    heads = desk.json("log", "heads")
    assert heads["waiting"]["since"] is None
    size = heads["items"][0]["size"]

    out = tmp_path / "log.jsonl"
    desk("log", "export", str(out))
    first, *lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert first["origin"] == heads["origin"]
    assert [line["leaf"] for line in lines if "leaf" in line] == list(range(size))
    assert lines[-1] == {"head": size, "note": heads["items"][0]["note"]}
    assert desk("log", "export", "-") == out.read_text(encoding="utf-8")
    desk("log", "export", str(out), code=WRONG_USAGE)
    assert json.loads(desk("verify", "--json"))["clean"]


def test_a_payment_is_proved_and_its_evidence_put_together(desk: Desk, durable_books: tuple[str, Path], tmp_path: Path) -> None:
    desk("log", "seal")
    payment = payment_in("COMPLETED", durable_books[0])
    proof = json.loads(desk("payment", "proof", payment))
    assert (proof["payment_id"], len(proof["leaves"])) == (payment, 3)

    packet = tmp_path / "evidence.zip"
    desk("payment", "evidence", proof["payment_reference"], str(packet))
    assert packet.read_bytes().startswith(b"PK")
    desk("payment", "evidence", payment, str(packet), code=WRONG_USAGE)
    assert "payment_unknown" in desk("payment", "proof", "nonsense", code=REFUSED)


def test_a_receipt_is_shown_drawn_and_checked(desk: Desk, durable_books: tuple[str, Path], tmp_path: Path) -> None:
    payment = payment_in("COMPLETED", durable_books[0])
    svg, png = tmp_path / "slip.svg", tmp_path / "code.png"
    text = desk("receipt", "show", payment, "--svg", str(svg), "--png", str(png)).strip()
    assert read_receipt(text) is not None
    assert "إيصال دفع" in svg.read_text(encoding="utf-8")
    assert png.read_bytes().startswith(b"\x89PNG")

    assert "has signed this receipt" in desk("receipt", "verify", text)
    assert "COMPLETED" in desk("receipt", "verify", text, "--online")
    assert desk.json("receipt", "verify", text.replace("SYP", "USD"), code=WRONG)["standing"] == "forged"
    assert "مزوّر" in desk("--arabic", "receipt", "verify", text.replace("SYP", "USD"), code=WRONG)
    assert desk.json("receipt", "verify", "nonsense", code=WRONG)["standing"] == "unreadable"
    assert "receipt_not_due" in desk("receipt", "show", payment_in("REJECTED", durable_books[0]), code=REFUSED)
