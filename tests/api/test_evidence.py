"""The evidence packet: taken by an overseer, checked by the stand-alone verifier in its own process; any part that is changed is named."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.api.line import FEE, NATIONAL_NUMBER, OVERSEER, Line, order

PAYER = "Nour Testing"


async def packet(line: Line) -> tuple[str, dict[str, bytes]]:
    asked = order(FEE, NATIONAL_NUMBER, "750.00", payer={"name": PAYER})
    answer = await line.pay(asked, "evidence-0001")
    assert answer.status_code == 201, answer.text
    await line.switch.seal_log.whole()
    taken = await line.of(OVERSEER).get(f"/v1/operator/payments/{answer.json()['payment_reference']}/evidence")
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(BytesIO(taken.content)) as archive:
        return answer.json()["payment_id"], {name: archive.read(name) for name in archive.namelist()}


def verified(parts: dict[str, bytes], line: Line, folder: Path, project_root: Path) -> tuple[int, dict[str, Any]]:
    path, key = folder / "packet.zip", folder / "switch.pub"
    key.write_text(line.switch_key.pem())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    command = [sys.executable, "-I", str(project_root / "deploy" / "verify_proof.py"), "evidence", str(path), "--key", str(key), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else {"said": ended.stderr}


async def test_a_packet_holds_everything_of_a_payment_and_is_good(line: Line, tmp_path: Path, project_root: Path) -> None:
    payment_id, parts = await packet(line)

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, told["findings"], told["told"]["payment_id"]) == (0, [], payment_id)
    assert parts.keys() >= {
        "READ-ME.txt",
        "story.json",
        "proof.json",
        "receipt.txt",
        "receipt.svg",
        "switch.pub",
        "SHA256SUMS",
        "SHA256SUMS.sig",
    }
    assert not any(PAYER.encode() in content for content in parts.values())


@pytest.mark.parametrize("name", ["READ-ME.txt", "story.json", "proof.json", "receipt.txt", "receipt.svg", "switch.pub"])
async def test_a_part_that_was_changed_is_named(line: Line, tmp_path: Path, project_root: Path, name: str) -> None:
    _, parts = await packet(line)
    parts[name] += b" "

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, [(found["code"], found["where"]) for found in told["findings"]]) == (3, [("part_differs", name)])


async def test_digests_that_were_made_to_fit_are_not_signed(line: Line, tmp_path: Path, project_root: Path) -> None:
    _, parts = await packet(line)
    parts["SHA256SUMS"] = parts["SHA256SUMS"].replace(b"a", b"b")

    code, told = verified(parts, line, tmp_path, project_root)

    assert code == 3
    assert told["findings"][0]["code"] == "sums_unsigned"


async def test_a_part_that_is_missing_is_named(line: Line, tmp_path: Path, project_root: Path) -> None:
    _, parts = await packet(line)
    del parts["receipt.svg"]

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, [(found["code"], found["where"]) for found in told["findings"]]) == (3, [("part_differs", "receipt.svg")])


async def test_there_is_no_packet_before_the_payment_is_sealed(line: Line) -> None:
    payment = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "evidence-0002")).json()
    answer = await line.of(OVERSEER).get(f"/v1/operator/payments/{payment['payment_id']}/evidence")
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_not_sealed")
