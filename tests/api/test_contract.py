"""The OpenAPI document is the contract: checked in, bilingual, complete, and true of what the application answers."""

import json
import re
from pathlib import Path
from typing import Any

from switch.api.app import contract
from switch.api.authentication import SIGN_IN_PATHS
from tests.api.line import Line

DOCUMENT: dict[str, Any] = json.loads(contract())
_ARABIC = re.compile("[\u0621-\u064a]")
OPERATIONS = [(method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()]


def test_the_contract_that_is_checked_in_is_the_one_that_is_served(project_root: Path) -> None:
    checked_in = (project_root / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert checked_in == contract(), "run `switch openapi > docs/openapi.json` and look at what has changed"


def test_every_operation_says_in_both_languages_what_it_does() -> None:
    for method, path, operation in OPERATIONS:
        for text in (operation["summary"], operation["description"]):
            assert _ARABIC.search(text), (method, path, text)
            assert re.search("[A-Za-z]", text), (method, path, text)


def test_operation_ids_are_one_of_a_kind() -> None:
    identities = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(set(identities)) == len(identities)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+", identity) for identity in identities)


def test_every_operation_names_its_problems_and_its_signature() -> None:
    for method, path, operation in OPERATIONS:
        signed = path.startswith("/v1/")
        kinds, roles = operation.get("x-callers", []), operation.get("x-staff-roles", [])
        assert operation["security"] == [{"httpSignature": []}] * bool(kinds) + [{"staffToken": []}] * bool(roles), path
        if signed and path not in SIGN_IN_PATHS:
            assert {"401", "403", "503"} <= operation["responses"].keys(), (method, path)
            assert kinds or roles, path
        for status, response in operation["responses"].items():
            assert {"Signature", "Content-Digest", "Switch-Request-Id"} <= response["headers"].keys(), (path, status)
            if int(status) >= 400 and path != "/ready":
                assert set(response["content"]) == {"application/problem+json"}, (path, status)
        if "requestBody" in operation:
            assert {"408", "413", "415"} <= operation["responses"].keys(), (method, path)
        if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][name]["examples"], name


def test_who_takes_an_amount_or_a_key_says_what_becomes_of_a_wrong_one() -> None:
    taking = set()
    for method, path, operation in OPERATIONS:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
        fields = DOCUMENT["components"]["schemas"].get(body.rpartition("/")[2], {}).get("properties", {})
        if any("schemas/Amount'" in str(field) and "items" not in field for field in fields.values()):
            assert {"amount_malformed", "amount_too_precise", "amount_out_of_range"} <= set(operation["x-refusals"]), (method, path)
            taking.add(path)
        for parameter in operation.get("parameters", []):
            assert parameter["name"] != "Idempotency-Key" or parameter["schema"]["pattern"], (method, path)
    assert {"/v1/payments", "/v1/payments/{payment_id}/reversals", "/v1/disputes"} <= taking


def test_every_parameter_says_what_it_means_and_what_must_be_given_has_an_example() -> None:
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (method, path, parameter["name"])
            if parameter["required"] and parameter["in"] != "header":
                assert "example" in parameter or parameter["schema"].get("examples"), (method, path, parameter["name"])


def test_what_the_switch_calls_is_described_too() -> None:
    (called,) = DOCUMENT["webhooks"].values()
    assert _ARABIC.search(called["post"]["summary"])
    assert _ARABIC.search(called["post"]["description"])
    assert {parameter["name"] for parameter in called["post"]["parameters"]} == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert called["post"]["responses"].keys() == {"200"}


def test_every_reference_in_the_document_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', contract()):
        place: Any = DOCUMENT
        for step in reference.split("/"):
            place = place[step]


async def test_the_document_is_served_whole(line: Line) -> None:
    served = await line.of(None).get("/openapi.json")

    assert served.json() == DOCUMENT
    page = await line.of(None).get("/docs")
    assert "http" not in re.sub(r"https?://www\.w3\.org\S*", "", page.text)
