"""The commands of staff on a real database: migrate, load, admit, keys, caps; refusals in both languages and exit codes."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from switch.bootstrap.opening import opened_switch
from switch.cli import app
from switch.cli.key_files import ensure_switch_key
from switch.cli.output import language
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.postgres_server import PostgresServer
from switch.settings import load_settings
from switch.signatures import generate_key
from switch.store.migration import migrate
from tests.vault_keys import keep_test_keys

BANK = "100010"
MIGRATED = "migrated"
_numbers = count(1)


class Desk:
    """Gives commands as a member of staff does, against one database."""

    def __init__(self) -> None:
        self._runner = CliRunner()

    def __call__(self, *words: str, code: int = 0, typed: str | None = None) -> str:
        """`typed` is what is typed when it asks."""
        result = self._runner.invoke(app, words, input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        if isinstance(result.exception, Refusal):  # of what was written, before the books are opened: `python -m switch` tells it
            return f"{result.exception.detail(language.get())} ({result.exception.code})"
        return result.output

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))


def desk_at(url: str, data: Path, monkeypatch: pytest.MonkeyPatch, *, sandbox: bool = True) -> Desk:
    """In a sandbox one person is enough."""
    monkeypatch.setenv("SWITCH_DATABASE_URL", url)
    monkeypatch.setenv("SWITCH_DATA", str(data))
    keep_test_keys(load_settings().keys)
    ensure_switch_key(load_settings())
    if sandbox:
        load_settings().sandbox_keys.mkdir(parents=True, exist_ok=True)
    return Desk()


@pytest.fixture(scope="module")
def durable_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """No command works on the shared server of the tests: it may forget what it has acknowledged."""
    with PostgresServer(tmp_path_factory.mktemp("durable")) as server:
        migrate(server.create_database(MIGRATED))
        yield server


@pytest.fixture
def database_url(durable_server: PostgresServer) -> str:
    return durable_server.create_database(f"desk_{next(_numbers)}", template=MIGRATED)


@pytest.fixture
def empty_database_url(durable_server: PostgresServer) -> str:
    return durable_server.create_database(f"empty_{next(_numbers)}")


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(database_url, tmp_path, monkeypatch)


@pytest.fixture
def empty_desk(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(empty_database_url, tmp_path, monkeypatch)


def test_a_database_is_migrated_and_looked_at(empty_desk: Desk, empty_database_url: str) -> None:
    assert "switch migrate up" in empty_desk("participant", "list", code=1)
    assert empty_desk.json("migrate", "check", code=3)["found"] is None
    assert "from nothing to revision" in empty_desk("migrate", "up")
    assert "nothing to do" in empty_desk("migrate", "up")
    assert empty_desk.json("migrate", "check")["drift"] == []

    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE payment DISABLE TRIGGER moves_forward"))
    engine.dispose()
    assert "moves_forward of payment is switched off" in empty_desk("migrate", "check", code=3)


def test_without_a_database_a_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_at("postgresql://nobody@127.0.0.1:1/none", tmp_path, monkeypatch)
    assert "database_unreachable" in desk("migrate", "up", code=1)
    assert "database_unreachable" in desk("migrate", "check", code=1)


def test_the_catalogue_is_loaded_and_listed(desk: Desk) -> None:
    assert desk.json("catalogue", "load", "--calendar")["changed"] > 140
    assert "none new or changed" in desk("catalogue", "load")
    assert len(desk.json("participant", "list")) == 68
    assert len(desk.json("catalogue", "list", "--mode", "prepaid")) == 2
    listed = desk("catalogue", "list", "--biller", "200019")
    assert "فاتورة كهرباء" in listed
    assert "200019011" in listed
    assert "0.5 %" in desk("tariff", "list", "--service", "200019011")


@pytest.mark.parametrize("name", ["SYR", "../../etc/passwd", "نافذة", "9" * 400])
def test_what_a_list_is_narrowed_to_is_known_or_refused(desk: Desk, name: str) -> None:
    """An empty list with exit code 0 would say that there is nothing."""
    desk("catalogue", "load", "--calendar")
    for words in (
        ("window", "list", "--currency", name), ("window", "list", "--before", name), ("files", "list", "--window", name),
        ("split", "list", "--service", name), ("settle", "simulate", "--live", "--without", BANK, "--currency", name),
    ):  # fmt: skip
        said = desk("--arabic", *words, "--json", code=1)
        assert re.search(r"[\u0600-\u06ff].*\((currency_unsupported|window_unknown|national_code_malformed)\)$", said.strip()), said


def test_a_participant_is_admitted_suspended_and_closed(desk: Desk) -> None:
    admit = ("participant", "admit", "100116", "--kind", "bank", "--name-ar", "مصرف جديد", "--name-en", "New Bank")
    assert "100116 New Bank (مصرف جديد): draft" in desk(*admit)
    proposed = desk.json("participant", "move", "100116", "testing", "--reason", "ready for it")
    assert (proposed["kind"], proposed["state"]) == ("participant.change", "proposed")
    assert "live" in desk("participant", "resume", "100116")
    assert desk.json("participant", "suspend", "100116")["status"] == "suspended"
    assert "closed" in desk("participant", "close", "100116", "--yes")
    assert "participant_closed" in desk("participant", "resume", "100116", code=1)
    assert "أُغلق المشارك" in desk("--arabic", "participant", "resume", "100116", code=1)
    assert "check_digit_wrong" in desk("participant", "suspend", "100115", code=1)
    assert "participant_unknown" in desk("participant", "suspend", BANK, code=1)


def test_a_key_is_added_listed_and_revoked(desk: Desk, tmp_path: Path) -> None:
    desk("catalogue", "load")
    pem = tmp_path / "bank.pub"
    pem.write_text(generate_key(f"{BANK}:main", "ed25519").verifying_key().pem())

    assert f"{BANK}:main (ed25519) is active" in desk("participant", "key", "add", BANK, str(pem))
    assert [key["keyid"] for key in desk.json("participant", "key", "list", BANK)] == [f"{BANK}:main"]
    assert "revoked" in desk("participant", "key", "revoke", f"{BANK}:main")
    assert desk.json("participant", "key", "list") == []
    assert "key_id_taken" in desk("participant", "key", "add", BANK, str(pem), code=1)
    pem.write_text("not a key")
    assert "key_unusable" in desk("participant", "key", "add", BANK, str(pem), "--name", "next", code=1)


def test_a_tariff_is_tried_and_proposed(desk: Desk, tmp_path: Path) -> None:
    desk("catalogue", "load")
    shipped = json.loads((Path(__file__).parents[2] / "switch" / "catalogue" / "tariffs.json").read_text())
    lines = [line | {"id": f"{line['id']}-next", "effective_from": "2099-01-01"} for line in shipped["tariffs"]]
    file = tmp_path / "next.json"
    file.write_text(json.dumps({"tariffs": lines}))

    assert desk.json("tariff", "try", str(file)) == []
    assert "No payments" in desk("tariff", "try", str(file))
    proposal = desk.json("tariff", "propose", str(file), "--reason", "a new year", "--by", "nour")
    assert (proposal["kind"], proposal["subject"]) == ("tariff.publish", "next.json")
    assert "own_proposal" in desk("proposal", "approve", proposal["proposal_id"], "--by", "nour", code=1)
    before = len(desk.json("tariff", "list"))
    assert "approved" in desk("proposal", "approve", proposal["proposal_id"], "--by", "samer")
    assert len(desk.json("tariff", "list")) == 2 * before
    file.write_text("not json")
    assert "catalogue_malformed" in desk("tariff", "try", str(file), code=1)


def test_a_cap_is_set_and_shown(desk: Desk) -> None:
    desk("catalogue", "load")
    assert desk.json("cap", "set", BANK, "1000000.00") == [
        {
            "bank": BANK, "currency": "SYP", "cap": "1000000.00", "deposited": "0.00", "granted": "1000000.00",
            "held": "0.00", "posted": "0.00", "headroom": "1000000.00",
        }
    ]  # fmt: skip
    assert desk.json("cap", "set", BANK, "1000000.00", "--deposited", "400000.00")[0]["granted"] == "600000.00"
    assert desk.json("cap", "set", BANK, "900000.00")[0]["deposited"] == "400000.00"
    assert "deposit_above_cap" in desk("cap", "set", BANK, "900000.00", "--deposited", "900000.01", code=1)
    assert [one["enough_history"] for one in desk.json("cap", "forecast", BANK)] == [False]
    assert "too little history" in desk("cap", "forecast")
    assert desk.json("cap", "warnings") == desk.json("cap", "history", BANK) == []
    assert f'switch_position_cap_minor{{bank="{BANK}",currency="SYP"}} 90000000' in desk("cap", "metrics")
    assert "900,000.00" in desk("cap", "show", BANK)
    assert desk.json("cap", "set", BANK, "0")[0]["cap"] == "0.00"
    assert "amount_too_precise" in desk("cap", "set", BANK, "1.005", code=1)
    assert "not_a_bank" in desk("cap", "set", "200019", "1", code=1)


def test_an_outage_is_declared_listed_and_withdrawn(desk: Desk) -> None:
    desk("catalogue", "load")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    hours = ("--from", f"{tomorrow} 13:00", "--until", f"{tomorrow} 16:30")
    words = ("--reason-ar", "تقنين الكهرباء", "--reason-en", "Electricity is rationed")
    declared = desk.json("participant", "outage", "declare", "200019", *hours, *words)
    assert (declared["biller"], declared["begins_at"]) == ("200019", f"{tomorrow}T13:00:00+03:00")
    listed = desk("participant", "outage", "list")
    assert f"{tomorrow} 16:30" in listed
    assert "تقنين الكهرباء" in listed
    assert desk.json("participant", "outage", "list", "200043") == []
    assert "not_a_biller" in desk("participant", "outage", "declare", BANK, *hours, *words, code=1)
    assert "outage_refused" in desk("participant", "outage", "declare", "200019", *reversed_hours(hours), *words, code=1)
    assert "withdrawn" in desk("participant", "outage", "withdraw", "200019", declared["outage_id"])
    assert "لا يوجد توقف" in desk("--arabic", "participant", "outage", "withdraw", "200019", declared["outage_id"], code=1)


def reversed_hours(hours: tuple[str, ...]) -> tuple[str, ...]:
    begins, first, until, last = hours
    return begins, last, until, first


def test_webhooks_and_advices_are_listed_and_replayed(desk: Desk) -> None:
    desk("catalogue", "load")

    async def register() -> str:
        async with opened_switch(load_settings()) as switch:
            endpoint, _ = await switch.register_webhook(ParticipantCode(BANK), "https://bank.example/events", by="test")
            await switch.try_webhook(endpoint.bank, endpoint.endpoint_id, by="test")
            return str(endpoint.endpoint_id)

    endpoint_id = asyncio.run(register())
    (listed,) = desk.json("webhook", "list", "--bank", BANK)
    assert (listed["endpoint"]["endpoint_id"], listed["counts"]["waiting"]) == (endpoint_id, 1)
    assert "https://bank.example/events" in desk("webhook", "list")
    (delivery,) = desk.json("webhook", "deliveries", endpoint_id)
    assert (delivery["kind"], delivery["state"]) == ("webhook.test", "waiting")
    assert "webhook.test" in desk("webhook", "deliveries", endpoint_id, "--state", "waiting")
    assert desk.json("webhook", "replay", endpoint_id, delivery["event_id"]) == {"replayed": 1}
    assert desk.json("webhook", "replay", endpoint_id, "--parked") == {"replayed": 0}
    desk("webhook", "replay", endpoint_id, code=2)
    nobodys = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"
    assert "webhook_endpoint_unknown" in desk("webhook", "deliveries", nobodys, code=1)
    assert "webhook_event_unknown" in desk("webhook", "replay", endpoint_id, nobodys, code=1)

    assert desk.json("advice", "list", "--parked", "--biller", "200019") == []
    assert desk.json("advice", "replay", "--biller", "200019") == {"replayed": 0}
    assert "لا يوجد إشعار" in desk("--arabic", "advice", "replay", nobodys, code=1)
    desk("advice", "replay", code=2)


def test_a_biller_is_connected_in_a_protocol_that_is_spoken(desk: Desk) -> None:
    desk("catalogue", "load")
    assert "200019: json-1 at" in desk("participant", "connect", "200019", "--url", "http://127.0.0.1:8081/x", "--protocol", "json-1")
    assert "endpoint_refused" in desk("participant", "connect", "200019", "--url", "http://127.0.0.1/", "--protocol", "telex", code=1)


def test_a_participant_has_limits_of_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("catalogue", "load")
    assert "100010 status: 50 at one moment, 5 a second" in desk("participant", "limits", "set", BANK, "status", "--per-second", "5")
    assert "100010 at_once: 20 at one moment" in desk("participant", "limits", "set", BANK, "at_once", "--burst", "20")
    monkeypatch.setenv("SWITCH_UPLOADS_PER_SECOND", "3")
    shown = {one["what"]: one for one in desk.json("participant", "limits", "show", BANK)}
    assert (shown["status"]["burst"], shown["status"]["per_second"], shown["status"]["own"]) == (50, 5, True)
    assert (shown["at_once"]["burst"], shown["at_once"]["own"]) == (20, True)
    assert (shown["upload"]["burst"], shown["upload"]["per_second"], shown["upload"]["own"]) == (30, 3, False)
    assert "its own" in desk("participant", "limits", "show", BANK)
    assert "general limit" in desk("participant", "limits", "clear", BANK, "status")
    assert not {one["what"]: one for one in desk.json("participant", "limits", "show", BANK)}["status"]["own"]
    assert "limit_refused" in desk("participant", "limits", "set", BANK, "status", "--burst", "5", code=1)
    assert "ليس حداً صالحاً" in desk("--arabic", "participant", "limits", "set", BANK, "status", "--burst", "5", code=1)
    assert "check_digit_wrong" in desk("participant", "limits", "set", "100011", "status", "--per-second", "5", code=1)
