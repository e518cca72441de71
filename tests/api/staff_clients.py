"""Staff on the line to a switch in this process: accounts, codes of their phones, signed-in clients."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from switch.domain.staff import Role
from switch.domain.totp import code_of, step_at
from tests.api.line import BANK, HOST, Line

PASSWORD = "a sentence that only I know"
SECRETS: dict[tuple[int, str], str] = {}


async def enrol(line: Line, name: str, *roles: Role) -> str:
    """A new account; a viewer is one of BANK's. Answers the secret of its second factor."""
    whose = BANK if Role.PARTICIPANT_VIEWER in roles else None
    enrolled = await line.switch.keep_staff.add(name, frozenset(roles), PASSWORD, by="test", participant=whose)
    return parse_qs(urlsplit(enrolled.otpauth).query)["secret"][0]


def code(line: Line, secret: str) -> str:
    """What the phone shows now."""
    return code_of(secret, step_at(line.clock.now()))


async def sign_in(line: Line, name: str, password: str, shown: str) -> httpx2.Response:
    said: dict[str, Any] = {"name": name, "password": password, "code": shown}
    return await line.of(None).post("/v1/staff/sessions", json=said)


def bearer(line: Line, token: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=line.app, raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url=HOST, headers={"Authorization": f"Bearer {token}"})


async def staff_client(line: Line, *roles: Role, name: str | None = None, token: bool = False) -> httpx2.AsyncClient:
    """A person with these roles who has signed in; or a program with a token for all of them."""
    called = name or f"{roles[0]}{'.bot' if token else ''}".replace("_", ".")
    secret = await enrol(line, called, *roles)
    if token:
        issued = await line.switch.issue_staff_token(called, "test", frozenset(roles), 30, reads_only=False, by="test")
        return bearer(line, issued.secret)
    line.clock.move(30)  # strangers' signing in is dear
    answer = await sign_in(line, called, PASSWORD, code(line, secret))
    assert answer.status_code == 201, answer.text
    return bearer(line, answer.json()["token"])
