"""docs/signatures.md shows real messages: its example verifies, and its signature bases are what is signed."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from switch.signatures import SigningKey, Target, load_verifying_key, verify_request
from switch.signatures.errors import SignatureError

NOW = datetime(2026, 11, 24, 8, 0, 30, tzinfo=UTC)


@pytest.fixture
def blocks(project_root: Path) -> list[str]:
    page = (project_root / "docs" / "signatures.md").read_text(encoding="utf-8")
    return re.findall(r"```[a-z]+\n(.*?)\n```", page, re.DOTALL)


def test_the_example_verifies_and_its_base_is_the_one_shown(blocks: list[str]) -> None:
    request, base, pem, _ = blocks
    head, body = request.split("\n\n")
    headers = [(name.encode(), value.encode()) for name, value in (line.split(": ", 1) for line in head.splitlines()[1:])]
    key = load_verifying_key("100010:main", pem)
    target = Target("POST", "switch.example.sy", "/v1/payments")

    verified = verify_request(target, headers, body.encode(), find_key={key.keyid: key}.get, now=NOW)

    assert verified.base.decode() == base
    assert SigningKey("100010:main", Ed25519PrivateKey.from_private_bytes(bytes(range(32)))).verifying_key().pem() == pem + "\n"
    with pytest.raises(SignatureError):
        verify_request(target, headers, body.replace("750.00", "750.01").encode(), find_key={key.keyid: key}.get, now=NOW)


def test_the_answer_shown_is_for_the_request_shown(blocks: list[str]) -> None:
    request, _, _, answer = blocks
    (signature,) = re.findall(r"^Signature: (.*)$", request, re.MULTILINE)

    assert f'"signature";req: {signature}\n' in answer
