"""Schema fuzzing of the whole contract: whatever is sent, signed, the answer is one that the document names, and never a fault."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from switch.api.app import contract
from switch.domain.identifiers import ParticipantCode
from switch.signatures import SigningKey, Target, sign_request
from tests.api.conftest import opened_line
from tests.api.line import BANK, BILLER, OPERATOR
from tests.api.served import Served, served

EXAMPLES_AN_OPERATION = 20
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance]
SPEAKERS = {"bank": BANK, "biller": BILLER, "operator": OPERATOR}


def as_it_is(_context: object, value: object) -> bytes:
    """Whatever was made up: no spreadsheet, document or picture at all."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


for media in ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf", "image/png", "image/jpeg"):
    schemathesis.serializer(media)(as_it_is)
schema = schemathesis.openapi.from_dict(json.loads(contract()))


@pytest.fixture(scope="module")
def fuzzed(
    furnished_url_of_module: str, tmp_path_factory: pytest.TempPathFactory, keys: Mapping[ParticipantCode, SigningKey]
) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with served(lambda: opened_line(furnished_url_of_module, folder, keys)) as running:
        yield running
        verified = running.run(running.line.switch.verification())
        assert verified.clean, verified.findings


class Signing(requests.auth.AuthBase):
    """Signs what schemathesis has made up, as the participant that the operation is for."""

    def __init__(self, running: Served, kinds: list[str]) -> None:
        self._running = running
        self._speaker = next((SPEAKERS[kind] for kind in sorted(kinds) if kind in SPEAKERS), None)

    def __call__(self, request: Any) -> Any:
        if self._speaker is None:
            return request
        path, _, query = request.path_url.partition("?")
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        target = Target(request.method, urlsplit(request.url).netloc, path, query)
        for field in ("Signature", "Signature-Input", "Content-Digest"):
            request.headers.pop(field, None)
        line, key = self._running.line, request.headers.get("Idempotency-Key")
        key = key.decode("latin-1") if isinstance(key, bytes) else key
        request.headers.update(
            sign_request(line.keys[self._speaker], target, body, now=line.clock.now(), idempotency_key=None if key is None else key.strip())
        )
        return request


@schema.parametrize()
@settings(max_examples=EXAMPLES_AN_OPERATION, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_no_input_is_answered_by_a_fault(case: schemathesis.Case[Any], fuzzed: Served) -> None:
    signing = Signing(fuzzed, case.operation.definition.raw.get("x-callers", []))

    answer = case.call(base_url=fuzzed.url, auth=signing)

    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    assert "internal_fault" not in answer.text, answer.text
    if answer.status_code != 405:
        case.validate_response(answer, checks=CHECKS)
