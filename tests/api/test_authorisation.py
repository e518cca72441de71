"""Who may call what: every route by every kind of participant; a new route fails here until it is declared."""

import httpx2
import pytest

from switch.api.app import ROUTERS
from switch.api.openapi import api_routes, callers, staff_roles
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, OPERATOR, OTHER_BANK, Line
from tests.api.route_matrix import ANYBODY, BANKS, BODIES, CALLERS, MADE_UP, MATRIX, NO_PARTICIPANT, STAFF
from tests.api.staff_clients import staff_client


def test_every_route_is_in_the_matrix_with_the_kinds_that_it_lets_in() -> None:
    routes = [(method, route) for route in api_routes(ROUTERS) for method in route.methods or ()]
    anybody = {(method, route.path) for method, route in routes if not callers(route) and not staff_roles(route)}
    found = {(method, route.path): frozenset(callers(route)) or NO_PARTICIPANT for method, route in routes}

    assert found | dict.fromkeys(anybody, ANYBODY) == MATRIX
    assert {(method, route.path): staff_roles(route) for method, route in routes if staff_roles(route)} == STAFF


async def _call(client: httpx2.AsyncClient, method: str, path: str) -> httpx2.Response:
    address = path
    for placeholder, made_up in MADE_UP.items():
        address = address.replace(placeholder, made_up)
    headers = {"Idempotency-Key": "key-of-the-matrix"} if (method, path) == ("POST", "/v1/payments") else {}
    content, content_type = BODIES.get(path, (b"", None)) if method == "POST" else (b"", None)
    if content_type is not None:
        headers["Content-Type"] = content_type
    return await client.request(method, address, content=content, headers=headers)


async def test_nobody_passes_a_route_that_is_not_for_them(line: Line) -> None:
    before = await line.books()
    for (method, path), kinds in MATRIX.items():
        unsigned = await _call(line.of(None), method, path)
        assert (unsigned.status_code in (200, 404, 422)) if kinds is ANYBODY else (unsigned.status_code == 401), (
            method,
            path,
            unsigned.text,
        )
        for kind, code in CALLERS.items():
            answer = await _call(line.of(code), method, path)
            refused = answer.status_code == 403 and answer.json()["code"] == "not_allowed"
            assert refused == (kinds is not ANYBODY and kind not in kinds), (method, path, kind, answer.text)
            assert answer.status_code < 500, (method, path, kind, answer.text)
    assert await line.books() == before


async def test_no_role_of_the_staff_passes_a_route_that_is_not_for_it(line: Line) -> None:
    before = await line.books()
    for role in Role:
        program = await staff_client(line, role, token=True)
        person = await staff_client(line, role)
        for (method, path), kinds in MATRIX.items():
            if kinds is ANYBODY or (method, path) == ("DELETE", "/v1/staff/sessions/current"):
                continue
            answer = await _call(person, method, path)
            refused = answer.status_code == 403 and answer.json()["code"] == "not_allowed"
            may = role in STAFF.get((method, path), ()) and not (role is Role.PARTICIPANT_VIEWER and not kinds & (BANKS | {"none"}))
            assert refused == (not may), (method, path, role, answer.text)
            assert answer.status_code < 500, (method, path, role, answer.text)
            by_program = await _call(program, method, path)
            assert by_program.status_code >= 400 or method == "GET", (method, path, role, by_program.text)
    assert await line.books() == before


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for method, path in MATRIX
        if "{" in path and path.startswith("/v1/") and not any(each in path for each in ("window", "proposal", "staff"))
    ),
)
async def test_a_made_up_id_is_answered_alike_for_everybody_who_may_ask(line: Line, path: str) -> None:
    method = next(method for method in ("GET", "POST", "DELETE") if (method, path) in MATRIX)
    answers = []
    for code in (BANK, OTHER_BANK, BILLER, OPERATOR):
        answer = await _call(line.of(code), method, path)
        if answer.status_code != 403:
            answers.append({**answer.json(), "request_id": ""})
    assert answers
    assert all(answer == answers[0] and answer["status"] == 404 for answer in answers)


async def test_a_revoked_key_is_dead_at_once(line: Line) -> None:
    assert (await line.bank.get("/v1/position")).status_code == 200

    await line.switch.revoke_key(f"{BANK}:main", by="test")

    answer = await line.bank.get("/v1/position")
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_key_unknown")
