"""The evidence packet: taken by an overseer, checked by the stand-alone verifier in its own process; any part that is changed is named."""

import hashlib
import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from switch.domain.file_signatures import FileSignature, signed_line
from switch.signatures import SigningKey, Target, sign_request
from tests.api.line import BANK, FEE, NATIONAL_NUMBER, OVERSEER, Line, order

PAYER = "Nour Testing"
WHY = {"reason": "a complaint, file 17"}
ORDER = "message-01-order.http"


async def packet(line: Line) -> tuple[str, dict[str, bytes]]:
    asked = order(FEE, NATIONAL_NUMBER, "750.00", payer={"name": PAYER})
    answer = await line.pay(asked, "evidence-0001")
    assert answer.status_code == 201, answer.text
    await line.switch.seal_log.whole()
    taken = await line.of(OVERSEER).get(f"/v1/operator/payments/{answer.json()['payment_reference']}/evidence", params=WHY)
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
    assert {name for name, content in parts.items() if PAYER.encode() in content} == {ORDER}  # only as its bank sent it
    story = json.loads(parts["story.json"])
    assert [(said["what"], said["sender"], said["sha256"]) for said in story["messages"]] == [
        ("order", BANK, hashlib.sha256(parts[ORDER]).hexdigest())
    ]


@pytest.mark.parametrize("name", ["keys.json", "READ-ME.txt", "story.json", "proof.json", "receipt.txt", "receipt.svg", "switch.pub"])
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
    answer = await line.of(OVERSEER).get(f"/v1/operator/payments/{payment['payment_id']}/evidence", params=WHY)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_not_sealed")


@pytest.mark.parametrize(
    ("altered", "orders"),
    [
        ((b"750.00", b"950.00"), False),
        ((b"evidence-0001", b"evidence-0009"), False),
        ((b"POST", b"PUT"), False),
        ((b"nonce=", b"nonceX="), True),
    ],
)
async def test_a_switch_that_lies_cannot_make_another_order_of_a_banks_message(
    line: Line, tmp_path: Path, project_root: Path, altered: tuple[bytes, bytes], orders: bool
) -> None:
    """Signed anew by the switch itself: the bank's signature and the sealed history still tell."""
    _, parts = await packet(line)
    assert altered[0] in parts[ORDER]
    parts[ORDER] = parts[ORDER].replace(*altered, 1)
    _signed_anew(parts, line)

    code, told = verified(parts, line, tmp_path, project_root)

    expected = ["message_unsigned", *([] if orders else ["message_of_another"]), "message_not_sealed"]
    assert (code, [found["code"] for found in told["findings"]]) == (3, expected)


async def test_what_the_bank_has_not_signed_as_this_order_orders_nothing(line: Line, tmp_path: Path, project_root: Path) -> None:
    """Though its digest were sealed: no signature at all, somebody else's, one over too little, and a signed question."""
    _, parts = await packet(line)
    whole = parts[ORDER]
    target = Target("POST", "switch.test", "/v1/payments")
    body, key = whole.partition(b"\r\n\r\n")[2], "evidence-0001"

    def sent(signer: SigningKey, spoil: tuple[str, str] = ("", "")) -> bytes:
        fields = sign_request(signer, target, body, now=line.clock.now(), idempotency_key=key) | {"Idempotency-Key": key}
        lines = [f"{name}: {value}".replace(*spoil) if spoil[0] else f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(["POST /v1/payments HTTP/1.1", "host: switch.test", *lines]).encode() + b"\r\n\r\n" + body

    question = sign_request(line.keys[BANK], Target("GET", "switch.test", "/v1/position"), b"", now=line.clock.now())
    asked = "".join(f"{name}: {value}\r\n" for name, value in question.items())
    forged = {
        "nobody's": (whole.replace(b"sig1=(", b"sig1=["), "message_unsigned"),
        "another's": (sent(line.keys[OVERSEER]), "message_unsigned"),
        "the bank's": (sent(line.keys[BANK]), "message_not_sealed"),
        "over too little": (sent(line.keys[BANK], (' "@path"', "")), "message_unsigned"),
        "a question": (f"GET /v1/position HTTP/1.1\r\nhost: switch.test\r\n{asked}\r\n".encode(), "message_of_another"),
    }
    for whose, (message, first) in forged.items():
        parts[ORDER] = message
        _signed_anew(parts, line)
        code, told = verified(parts, line, tmp_path, project_root)
        assert (code, [found["code"] for found in told["findings"]][:1]) == (3, [first]), whose


@pytest.mark.parametrize("altered", [(b"750.00", b"950.00"), (b'"COMPLETED"', b'"REVERSED"'), (BANK.encode(), b"100028")])
async def test_a_story_that_is_not_what_was_sealed_is_named(
    line: Line, tmp_path: Path, project_root: Path, altered: tuple[bytes, bytes]
) -> None:
    _, parts = await packet(line)
    assert altered[0] in parts["story.json"]
    parts["story.json"] = parts["story.json"].replace(*altered)
    _signed_anew(parts, line)

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, told["findings"][0]["code"]) == (3, "story_differs")


@pytest.mark.parametrize("altered", [(b"  SHA256SUMS", b"  SHA256SUMZ"), (b"-p256-", b"-p384-")])
async def test_what_stands_beside_the_signature_belongs_to_it(
    line: Line, tmp_path: Path, project_root: Path, altered: tuple[bytes, bytes]
) -> None:
    _, parts = await packet(line)
    assert altered[0] in parts["SHA256SUMS.sig"]
    parts["SHA256SUMS.sig"] = parts["SHA256SUMS.sig"].replace(*altered)

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, [found["code"] for found in told["findings"]]) == (3, ["sums_unsigned"])


@pytest.mark.parametrize(
    ("name", "content"), [("keys.json", b'{"100010:main": "-----BEGIN PUBLIC KEY-----"}'), ("story.json", b"[" * 99_999)]
)
async def test_a_packet_that_cannot_be_read_ends_in_words(
    line: Line, tmp_path: Path, project_root: Path, name: str, content: bytes
) -> None:
    _, parts = await packet(line)
    parts[name] = content
    _signed_anew(parts, line)

    code, told = verified(parts, line, tmp_path, project_root)

    assert code == 2
    assert "cannot be read" in told["said"].splitlines()[-1]


async def test_another_message_of_the_same_bank_is_not_what_ordered_it(line: Line, tmp_path: Path, project_root: Path) -> None:
    _, parts = await packet(line)
    other = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "evidence-0003")
    await line.switch.seal_log.whole()
    taken = await line.of(OVERSEER).get(f"/v1/operator/payments/{other.json()['payment_id']}/evidence", params=WHY)
    with zipfile.ZipFile(BytesIO(taken.content)) as archive:
        parts[ORDER] = archive.read(ORDER)
    _signed_anew(parts, line)

    code, told = verified(parts, line, tmp_path, project_root)

    assert (code, [found["code"] for found in told["findings"]]) == (3, ["message_of_another", "message_not_sealed"])


async def test_the_order_to_take_back_is_kept_and_sealed_too(line: Line, tmp_path: Path, project_root: Path) -> None:
    paid = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "evidence-0004")).json()
    line.clock.move(1)
    back = await line.bank.post(
        f"/v1/payments/{paid['payment_id']}/reversals", json={"reason": "duplicate"}, headers={"Idempotency-Key": "back-0004"}
    )
    assert back.status_code == 201, back.text
    parts = await _taken(line, paid["payment_id"])
    name = "message-02-reversal.http"
    assert parts[name].startswith(f"POST /v1/payments/{paid['payment_id']}/reversals HTTP/1.1\r\n".encode())
    assert verified(parts, line, tmp_path, project_root)[0] == 0

    parts[name] = parts[name].replace(b"duplicate", b"fraudulent")
    _signed_anew(parts, line)
    code, told = verified(parts, line, tmp_path, project_root)
    assert (code, [(found["code"], found["where"]) for found in told["findings"]]) == (
        3,
        [("message_unsigned", name), ("message_not_sealed", name)],
    )


async def test_a_payment_of_a_batch_has_the_message_of_the_batch(line: Line, tmp_path: Path, project_root: Path) -> None:
    lines = [{**order(FEE, NATIONAL_NUMBER, "750.00"), "idempotency_key": f"evidence-batch-{number}"} for number in range(2)]
    handed_in = await line.bank.post("/v1/payment-batches", json={"batch_reference": "evidence-5", "lines": lines})
    assert handed_in.status_code in (200, 201, 202), handed_in.text
    await line.switch.pay_batches.settled()
    (paid,) = (await line.bank.get("/v1/payments", params={"idempotency_key": "evidence-batch-1"})).json()["items"]
    parts = await _taken(line, paid["payment_id"])
    assert b"evidence-batch-0" in parts["message-01-order-in-a-batch.http"]
    assert verified(parts, line, tmp_path, project_root)[0] == 0

    parts["message-01-order-in-a-batch.http"] = parts["message-01-order-in-a-batch.http"].replace(b"750.00", b"850.00")
    _signed_anew(parts, line)
    code, told = verified(parts, line, tmp_path, project_root)
    assert (code, [found["code"] for found in told["findings"]]) == (3, ["message_unsigned", "message_of_another"])


async def _taken(line: Line, payment_id: str) -> dict[str, bytes]:
    await line.switch.seal_log.whole()
    taken = await line.of(OVERSEER).get(f"/v1/operator/payments/{payment_id}/evidence", params=WHY)
    with zipfile.ZipFile(BytesIO(taken.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _signed_anew(parts: dict[str, bytes], line: Line) -> None:
    del parts["SHA256SUMS"], parts["SHA256SUMS.sig"]
    parts["SHA256SUMS"] = b"".join(signed_line(name, hashlib.sha256(content).hexdigest()) for name, content in parts.items())
    sha256, signer = hashlib.sha256(parts["SHA256SUMS"]).hexdigest(), line.switch.signer
    signature = FileSignature(signer.keyid, signer.algorithm, "SHA256SUMS", sha256, signer.sign(signed_line("SHA256SUMS", sha256)))
    parts["SHA256SUMS.sig"] = signature.document()


async def test_without_a_reason_the_messages_stay_where_they_are_and_with_one_the_look_is_kept(
    line: Line, tmp_path: Path, project_root: Path
) -> None:
    payment_id, parts = await packet(line)
    (look,) = await line.query("SELECT reason, by FROM personal_data_look")
    assert (look.reason, look.by) == ("a complaint, file 17", OVERSEER)
    plain = await line.of(OVERSEER).get(f"/v1/operator/payments/{payment_id}/evidence")
    with zipfile.ZipFile(BytesIO(plain.content)) as archive:
        without = {name: archive.read(name) for name in archive.namelist()}
    assert ORDER in parts
    assert not any(name.startswith("message-") for name in without)
    assert not any(PAYER.encode() in content for content in without.values())
    assert verified(without, line, tmp_path, project_root)[0] == 0


async def test_a_packet_has_the_disputes_about_its_payment_and_for_a_reason_what_people_wrote_and_attached(
    line: Line, tmp_path: Path, project_root: Path
) -> None:
    payment_id, _ = await packet(line)
    said = {"payment_id": payment_id, "reason": "not_posted", "text": "not on my account", "contact": "0933777111"}
    opened = await line.bank.post("/v1/disputes", json=said, headers={"Idempotency-Key": "dispute-evidence"})
    path = f"/v1/disputes/{opened.json()['dispute']['dispute_id']}/attachments?name=receipt.txt"
    assert (await line.bank.post(path, content=b"a receipt", headers={"Content-Type": "text/plain"})).status_code == 201

    for why in (WHY, {}):
        taken = await line.of(OVERSEER).get(f"/v1/operator/payments/{payment_id}/evidence", params=why)
        with zipfile.ZipFile(BytesIO(taken.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        (told,) = json.loads(parts["disputes.json"])
        assert [event["kind"] for event in told["history"]] == ["opened", "attached"]
        secrets = [
            told["history"][0]["note"],
            told["history"][0]["contact"],
            *(parts[name] for name in parts if name.startswith("dispute-")),
        ]
        assert secrets == (["not on my account", "0933777111", b"a receipt"] if why else [None, None])
        assert verified(parts, line, tmp_path, project_root)[0] == 0
