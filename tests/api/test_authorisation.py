"""Who may call what: every route by every kind of participant; a new route fails here until it is declared."""

import httpx2
import pytest

from switch.api.app import ROUTERS
from switch.api.openapi import api_routes, callers, staff_roles
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, OPERATOR, OTHER_BANK, OVERSEER, Line
from tests.api.staff_clients import staff_client

EVERYBODY = frozenset({"bank", "wallet", "biller", "operator", "overseer"})
BANKS = frozenset({"bank", "wallet"})
PARTICIPANTS = BANKS | {"biller"}
BILLERS = frozenset({"biller"})
OVERSEERS = frozenset({"operator", "overseer"})
ANYBODY = None
"""Not even a signature is needed."""

NO_PARTICIPANT: frozenset[str] = frozenset({"none"})
"""Staff only."""

MATRIX: dict[tuple[str, str], frozenset[str] | None] = {
    ("GET", "/v1/billers"): EVERYBODY,
    ("GET", "/v1/services"): EVERYBODY,
    ("POST", "/v1/inquiries"): BANKS,
    ("POST", "/v1/payments"): BANKS,
    ("GET", "/v1/payments"): BANKS,
    ("GET", "/v1/payments/{payment_id}"): BANKS,
    ("POST", "/v1/payments/{payment_id}/reversals"): BANKS,
    ("GET", "/v1/payments/{payment_id}/reversals"): BANKS,
    ("GET", "/v1/payments/{payment_id}/proof"): BANKS,
    ("GET", "/v1/payments/{payment_id}/receipt"): BANKS,
    ("GET", "/v1/payments/{payment_id}/receipt.svg"): BANKS,
    ("GET", "/v1/payments/{payment_id}/receipt.png"): BANKS,
    ("POST", "/v1/payment-batches"): BANKS,
    ("GET", "/v1/payment-batches"): BANKS,
    ("GET", "/v1/payment-batches/{batch_id}"): BANKS,
    ("GET", "/v1/payment-batches/{batch_id}/lines"): BANKS,
    ("GET", "/v1/position"): BANKS,
    ("GET", "/v1/position/forecast"): BANKS,
    ("GET", "/v1/windows"): PARTICIPANTS,
    ("GET", "/v1/windows/{window_id}"): PARTICIPANTS,
    ("POST", "/v1/windows/{window_id}/approval"): PARTICIPANTS,
    ("POST", "/v1/windows/{window_id}/objection"): PARTICIPANTS,
    ("GET", "/v1/files"): PARTICIPANTS,
    ("GET", "/v1/files/{file_id}"): PARTICIPANTS,
    ("GET", "/v1/files/{file_id}/content"): PARTICIPANTS,
    ("GET", "/v1/files/{file_id}/signature"): PARTICIPANTS,
    ("POST", "/v1/files/{file_id}/acknowledgement"): PARTICIPANTS,
    ("POST", "/v1/statements"): PARTICIPANTS,
    ("GET", "/v1/statements/quarantined"): PARTICIPANTS,
    ("GET", "/v1/statements/quarantined/{quarantine_id}"): PARTICIPANTS,
    ("GET", "/v1/breaks"): PARTICIPANTS,
    ("GET", "/v1/breaks/{break_id}"): PARTICIPANTS,
    ("POST", "/v1/breaks/{break_id}/take"): PARTICIPANTS,
    ("POST", "/v1/breaks/{break_id}/comments"): PARTICIPANTS,
    ("POST", "/v1/breaks/{break_id}/hand-back"): PARTICIPANTS,
    ("GET", "/v1/operator/breaks/{break_id}"): OVERSEERS,
    ("GET", "/v1/reports/{name}"): PARTICIPANTS,
    ("GET", "/v1/operator/reports"): OVERSEERS,
    ("GET", "/v1/operator/reports/{name}"): OVERSEERS,
    ("POST", "/v1/bills"): BILLERS,
    ("GET", "/v1/advices"): BILLERS,
    ("POST", "/v1/advices/{event_id}/acknowledgement"): BILLERS,
    ("POST", "/v1/advices/{event_id}/refusal"): BILLERS,
    ("POST", "/v1/outages"): BILLERS,
    ("GET", "/v1/outages"): BILLERS,
    ("DELETE", "/v1/outages/{outage_id}"): BILLERS,
    ("POST", "/v1/webhook-endpoints"): BANKS,
    ("GET", "/v1/webhook-endpoints"): BANKS,
    ("GET", "/v1/webhook-endpoints/{endpoint_id}"): BANKS,
    ("DELETE", "/v1/webhook-endpoints/{endpoint_id}"): BANKS,
    ("POST", "/v1/webhook-endpoints/{endpoint_id}/secret"): BANKS,
    ("POST", "/v1/webhook-endpoints/{endpoint_id}/test"): BANKS,
    ("GET", "/v1/webhook-endpoints/{endpoint_id}/deliveries"): BANKS,
    ("POST", "/v1/webhook-endpoints/{endpoint_id}/deliveries/{event_id}/replay"): BANKS,
    ("POST", "/v1/webhook-endpoints/{endpoint_id}/replay"): BANKS,
    ("GET", "/v1/log/heads"): EVERYBODY,
    ("GET", "/v1/log/consistency"): EVERYBODY,
    ("GET", "/v1/operator/trial-balance"): OVERSEERS,
    ("GET", "/v1/operator/journal"): OVERSEERS,
    ("GET", "/v1/operator/participants"): OVERSEERS,
    ("GET", "/v1/operator/participants/{code}"): OVERSEERS,
    ("GET", "/v1/operator/participants/{code}/history"): OVERSEERS,
    ("GET", "/v1/operator/positions"): OVERSEERS,
    ("GET", "/v1/operator/positions/forecast"): OVERSEERS,
    ("GET", "/v1/operator/payments"): OVERSEERS,
    ("GET", "/v1/operator/payments/{payment}"): OVERSEERS,
    ("GET", "/v1/operator/advices"): OVERSEERS,
    ("GET", "/v1/operator/payments/{payment}/evidence"): OVERSEERS,
    ("GET", "/v1/operator/windows"): OVERSEERS,
    ("GET", "/v1/operator/windows/{window_id}"): OVERSEERS,
    ("GET", "/v1/operator/default-simulation"): OVERSEERS,
    ("GET", "/v1/operator/splits"): OVERSEERS,
    ("GET", "/v1/operator/reratings"): OVERSEERS,
    ("GET", "/v1/operator/breaks"): OVERSEERS,
    ("GET", "/v1/operator/files"): OVERSEERS,
    ("GET", "/v1/proposals"): NO_PARTICIPANT,
    ("GET", "/v1/proposals/{proposal_id}"): NO_PARTICIPANT,
    ("GET", "/v1/proposals/{proposal_id}/foreseen"): NO_PARTICIPANT,
    ("POST", "/v1/proposals"): NO_PARTICIPANT,
    ("POST", "/v1/proposals/{proposal_id}/approval"): NO_PARTICIPANT,
    ("POST", "/v1/proposals/{proposal_id}/refusal"): NO_PARTICIPANT,
    ("POST", "/v1/staff/sessions"): ANYBODY,
    ("GET", "/v1/staff/sessions/current"): NO_PARTICIPANT,
    ("DELETE", "/v1/staff/sessions/current"): NO_PARTICIPANT,
    ("GET", "/v1/staff/audit"): NO_PARTICIPANT,
    ("GET", "/live"): ANYBODY,
    ("GET", "/ready"): ANYBODY,
    ("GET", "/docs"): ANYBODY,
    ("GET", "/docs/start.js"): ANYBODY,
    ("GET", "/docs/{name}"): ANYBODY,
    ("GET", "/openapi.json"): ANYBODY,
}
EVERY_ROLE = frozenset(Role) - {Role.PARTICIPANT_VIEWER}
READS_ALL = frozenset({Role.OPERATOR, Role.OVERSEER, Role.AUDITOR})
BOOKS = READS_ALL | {Role.RECONCILER, Role.SETTLEMENT_OFFICER}
PAYMENTS = READS_ALL | {Role.RECONCILER}
POSITIONS = READS_ALL | {Role.SETTLEMENT_OFFICER, Role.PARTICIPANT_ADMIN}
DECIDE = EVERY_ROLE - {Role.OVERSEER, Role.AUDITOR}
STAFF: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/v1/operator/trial-balance"): BOOKS,
    ("GET", "/v1/operator/journal"): BOOKS,
    ("GET", "/v1/operator/participants"): POSITIONS,
    ("GET", "/v1/operator/participants/{code}"): POSITIONS,
    ("GET", "/v1/operator/participants/{code}/history"): POSITIONS,
    ("GET", "/v1/operator/positions"): POSITIONS,
    ("GET", "/v1/operator/positions/forecast"): POSITIONS,
    ("GET", "/v1/operator/default-simulation"): POSITIONS,
    ("GET", "/v1/operator/reports"): BOOKS,
    ("GET", "/v1/operator/reports/{name}"): BOOKS,
    ("GET", "/v1/operator/payments"): PAYMENTS,
    ("GET", "/v1/operator/payments/{payment}"): PAYMENTS,
    ("GET", "/v1/operator/payments/{payment}/evidence"): PAYMENTS,
    ("GET", "/v1/operator/advices"): PAYMENTS,
    ("GET", "/v1/operator/windows"): BOOKS,
    ("GET", "/v1/operator/windows/{window_id}"): BOOKS,
    ("GET", "/v1/operator/splits"): BOOKS,
    ("GET", "/v1/operator/reratings"): BOOKS,
    ("GET", "/v1/operator/breaks"): PAYMENTS,
    ("GET", "/v1/operator/breaks/{break_id}"): PAYMENTS,
    ("GET", "/v1/operator/files"): BOOKS,
    ("GET", "/v1/proposals"): EVERY_ROLE,
    ("GET", "/v1/proposals/{proposal_id}"): EVERY_ROLE,
    ("GET", "/v1/proposals/{proposal_id}/foreseen"): DECIDE,
    ("POST", "/v1/proposals"): DECIDE,
    ("POST", "/v1/proposals/{proposal_id}/approval"): DECIDE,
    ("POST", "/v1/proposals/{proposal_id}/refusal"): DECIDE,
    ("GET", "/v1/staff/sessions/current"): frozenset(Role),
    ("DELETE", "/v1/staff/sessions/current"): frozenset(Role),
    ("GET", "/v1/staff/audit"): frozenset({Role.AUDITOR, Role.OVERSEER}),
}
STAFF |= {
    route: frozenset({Role.PARTICIPANT_VIEWER})
    for route, kinds in MATRIX.items()
    if route[0] == "GET" and kinds is not None and kinds & PARTICIPANTS
}
"""Every other route is for no role of the staff at all. A viewer reads what its participant reads, and orders nothing."""
CALLERS = {"bank": BANK, "biller": BILLER, "operator": OPERATOR, "overseer": OVERSEER}
MADE_UP = {
    "{payment_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{payment}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{batch_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{proposal_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{outage_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{endpoint_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{event_id}": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "{break_id}": "0" * 64,
    "{window_id}": "SYP-19990101-01",
    "{file_id}": "200019-settlement-SYP-20261124-01-r0",
    "{quarantine_id}": "100010-0123456789abcdef0123456789abcdef",
    "{code}": "100116",
    "{name}": "swagger-ui.css",
}
BODIES = {
    "/v1/inquiries": (b"{}", "application/json"),
    "/v1/payments": (b"{}", "application/json"),
    "/v1/payment-batches": (b"{}", "application/json"),
    "/v1/payments/{payment_id}/reversals": (b'{"reason": "duplicate"}', "application/json"),
    "/v1/files/{file_id}/acknowledgement": (b'{"outcome":"taken","sha256":"' + b"0" * 64 + b'"}', "application/json"),
    "/v1/windows/{window_id}/approval": (b'{"net": {"amount": "1.00", "currency": "SYP"}}', "application/json"),
    "/v1/windows/{window_id}/objection": (b'{"reason": "wrong"}', "application/json"),
    "/v1/bills": (b"{}", "application/json"),
    "/v1/statements": (b"x", "text/csv"),
    "/v1/webhook-endpoints": (b"{}", "application/json"),
    "/v1/breaks/{break_id}/comments": (b'{"text": "seen"}', "application/json"),
    "/v1/breaks/{break_id}/hand-back": (b'{"note": "seen"}', "application/json"),
    "/v1/advices/{event_id}/refusal": (b'{"reason":"other"}', "application/json"),
    "/v1/outages": (b"{}", "application/json"),
    "/v1/proposals": (b"{}", "application/json"),
    "/v1/proposals/{proposal_id}/refusal": (b'{"reason": "made up"}', "application/json"),
    "/v1/staff/sessions": (b"{}", "application/json"),
}


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
    sorted(path for method, path in MATRIX if "{" in path and path.startswith("/v1/") and "window" not in path and "proposal" not in path),
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
