"""What leaves the switch around its content: fields that browsers heed, none that a message has put there, and whole log lines."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog

from switch.telemetry import configure_logging
from tests.api.line import FEE, NATIONAL_NUMBER, OVERSEER, Line, order

HOSTILE = "x\r\nSet-Cookie: owned=1\r\n\r\n<script>"


async def test_every_answer_says_what_a_browser_may_do_with_it(line: Line) -> None:
    for path in ("/docs", "/docs/start.js", "/openapi.json", "/live", "/v1/position", "/v1/nothing"):
        answer = await line.bank.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers, "which is said over TLS alone"
    page = (await line.bank.get("/docs")).headers["content-security-policy"]
    assert "base-uri 'none'" in page
    assert "form-action 'none'" in page
    assert "'unsafe-inline'" not in page.partition("script-src")[2].partition(";")[0]
    assert (await line.bank.get("/v1/position")).headers["cache-control"] == "no-store"


async def test_no_route_but_the_public_ones_may_be_kept(line: Line, project_root: Path) -> None:
    saying = {path.name for path in (project_root / "switch" / "api").glob("*.py") if "cache-control" in path.read_text().lower()}
    assert saying == {"catalogue.py", "reference.py", "sealing.py"}
    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "kept-0001")
    packet = await line.of(OVERSEER).get(f"/v1/operator/payments/{paid.json()['payment_id']}/evidence")
    answers = [
        paid, packet, await line.bank.get(f"/v1/payments/{paid.json()['payment_id']}"), await line.bank.get("/v1/files"),
        await line.bank.get("/v1/payments/none"),
    ]  # fmt: skip
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert "private" in (await line.bank.get("/v1/billers")).headers["cache-control"]


async def test_nothing_of_a_message_gets_into_the_fields_of_its_answer(line: Line) -> None:
    """Neither of a body, nor of a query, nor of a field."""
    answers = [
        await line.pay(order(FEE, NATIONAL_NUMBER, "750.00", bank_reference=HOSTILE), "hostile-0001"),
        await line.pay(order(FEE, NATIONAL_NUMBER, "750.00", bank_reference="owned"), "owned-0002"),
        await line.bank.get("/v1/payments", params={"bank_reference": HOSTILE}),
        await line.bank.get("/v1/payments", params={HOSTILE: "1"}),
        await line.bank.get("/v1/payments/%0d%0aSet-Cookie:%20owned=1"),
        await line.bank.get("/v1/windows/owned%0d%0aX-Owned:1"),
        await line.of(OVERSEER).get("/v1/operator/payments/owned/evidence"),
        await line.bank.get(
            "/v1/position", headers={"X-Request-Id": "owned", "Switch-Request-Id": "owned", "Origin": "https://owned.example"}
        ),
    ]
    for answer in answers:
        assert answer.status_code < 500
        for name, value in answer.headers.multi_items():
            assert "owned" not in value, (name, value)
            assert name not in ("set-cookie", "access-control-allow-origin")
            assert value.isprintable()


def test_a_log_line_is_one_line_whatever_is_in_it(capfd: pytest.CaptureFixture[str]) -> None:
    before: dict[str, Any] = structlog.get_config()
    try:
        configure_logging("info", "test")
        structlog.get_logger("switch.test").info("test.said", what=HOSTILE, bidi="\u202egnp\u2028\u0085\x1b[2J")
        logging.getLogger("some.library").warning("said %s", HOSTILE, exc_info=ValueError("of\ntwo lines"))
    finally:
        logging.captureWarnings(capture=False)
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
    said = capfd.readouterr().err
    ours, librarys = said.splitlines()
    assert ours.isprintable()
    assert librarys.isprintable()
    assert said.isascii()
    assert json.loads(ours)["what"] == HOSTILE
    assert json.loads(librarys)["event"] == f"said {HOSTILE}"
