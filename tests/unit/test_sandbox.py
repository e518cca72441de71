"""The sandbox's own parts: its keys, its place, its signed curl, its pretend banks, and how it compares everybody's books."""

import re
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from switch.cli import app
from switch.cli.commands import COMMANDS
from switch.cli.key_files import NoKey, ensure_sandbox_key, ensure_switch_key, load_sandbox_key, load_switch_public_key
from switch.cli.sandbox import agreement
from switch.cli.sandbox.mischief import write_script
from switch.cli.sandbox.place import CannotStart, free_ports, own_folder, require_free_ports
from switch.domain.money import Money
from switch.settings import Settings
from switch.simulators.banks import Ordered
from switch.simulators.charging import shipped_billers
from switch.simulators.orders import Twist, prepaid_amount, wishes
from switch.simulators.statements import BookedRow, payments_in, statement
from switch.simulators.taking_back import AskedBack

BANK, BILLER = "100010", "200019"
SERVICES = [service for biller in shipped_billers().values() for service in biller.services.values()]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ports = free_ports(3)
    return Settings(data=tmp_path / "data", port=ports[0], billers_port=ports[1], rtgs_port=ports[2])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_keys_are_made_once_and_readable_by_their_user_only(settings: Settings) -> None:
    first, again = ensure_sandbox_key(settings, BANK), ensure_sandbox_key(settings, BANK)
    assert first.pem() == again.pem() == load_sandbox_key(settings, BANK).pem()
    assert mode(settings.sandbox_keys / f"{BANK}.pem") == 0o600
    assert mode(settings.sandbox_keys) & 0o077 == 0
    assert [file.name for file in settings.sandbox_keys.iterdir()] == [f"{BANK}.pem"]


def test_the_public_key_of_the_switch_follows_its_private_one(settings: Settings) -> None:
    key = ensure_switch_key(settings)
    assert load_switch_public_key(settings).pem() == key.verifying_key().pem()
    (settings.keys / "switch.pub").write_text("cut off", encoding="ascii")
    ensure_switch_key(settings)
    assert load_switch_public_key(settings).pem() == key.verifying_key().pem()


def test_a_missing_key_is_named(settings: Settings) -> None:
    with pytest.raises(NoKey) as missing:
        load_sandbox_key(settings, BANK)
    assert missing.value.path == settings.sandbox_keys / f"{BANK}.pem"


# --- its place -------------------------------------------------------------------------------------------------------


def test_one_folder_has_one_sandbox(settings: Settings) -> None:
    with own_folder(settings.data), pytest.raises(CannotStart, match="SWITCH_DATA"), own_folder(settings.data):
        pass
    with own_folder(settings.data):
        assert settings.data.is_dir()


def test_a_taken_port_is_named_with_the_setting_that_changes_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.cli.sandbox.place.FREED_WITHIN_SECONDS", 0.1)
    require_free_ports(settings)
    with (
        socket.create_server(("127.0.0.1", settings.rtgs_port)),
        pytest.raises(CannotStart, match=f"{settings.rtgs_port}.*SWITCH_RTGS_PORT="),
    ):
        require_free_ports(settings)


def test_one_port_cannot_serve_two(settings: Settings) -> None:
    with pytest.raises(CannotStart, match="three different ports"):
        require_free_ports(settings.model_copy(update={"rtgs_port": settings.port}))


# --- the command line ------------------------------------------------------------------------------------------------


def test_every_command_of_the_table_is_there_and_says_what_it_does() -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(app, [name, "--help"])
        assert shown.exit_code == 0, name
        assert f"switch {name}" in shown.output.replace("root", "switch")


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize("day", ["20261124", "2026-1-4", "24-11-2026", "today"])
@pytest.mark.parametrize(
    "words",
    [
        ["reconcile"], ["rtgs", "compare"], ["archive", "verify"], ["breaks", "list", "--business-date"],
        ["statement", "list", "--business-date"],
        ["tariff", "try", __file__, "--from"], ["split", "propose", "200019011", "--name", "S", "--part", "P", "--reason", "why", "--from"],
        ["tariff", "rerate", __file__, "--name", "R", "--reason", "why", "--to", "2026-11-24", "--from"],
        ["report", "settlement", "--from"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_reads_a_day_in_one_spelling(words: list[str], day: str) -> None:
    refused = CliRunner().invoke(app, [*words, day])
    assert (refused.exit_code, f"“{day}” is no day" in " ".join(refused.output.split())) == (2, True), refused.output


def test_a_signed_request_is_written_for_curl(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_DATA", str(settings.data))
    ensure_sandbox_key(settings, BANK)
    body = '{"a": "مرجع \\"١\\""}\n'
    words = ["sign", "post", "http://127.0.0.1:8080/v1/payments?x=1", "--as", BANK, "--data", body, "--idempotency-key", "key-00001"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    options = dict(re.findall(r'^(url|request|data-binary) = "(.*)"$', done.output, re.MULTILINE))
    headers = dict(line.split(": ", 1) for line in re.findall(r'^header = "(.*)"$', done.output, re.MULTILINE))
    assert options == {
        "url": "http://127.0.0.1:8080/v1/payments?x=1",
        "request": "POST",
        "data-binary": '{\\"a\\": \\"مرجع \\\\\\"١\\\\\\"\\"}\\n',
    }
    assert set(headers) == {"Content-Type", "Idempotency-Key", "Content-Digest", "Signature-Input", "Signature"}


@pytest.mark.parametrize("url", ["127.0.0.1:8080/v1", "ftp://x/y", "http:///v1", "http://x/#here"])
def test_what_is_no_url_is_not_signed(url: str) -> None:
    assert CliRunner().invoke(app, ["sign", "GET", url, "--as", BANK]).exit_code == 2


# --- pretend banks ---------------------------------------------------------------------------------------------------


def test_a_seed_is_a_day_in_which_every_bank_and_every_service_has_its_turn() -> None:
    banks = [f"bank{number}" for number in range(10)]
    day = wishes(SERVICES, banks, 2_000, seed=3)
    assert day == wishes(SERVICES, banks, 2_000, seed=3)
    assert day != wishes(SERVICES, banks, 2_000, seed=4)
    assert {wish.bank for wish in day} == set(banks)
    assert {wish.service.code for wish in day} == {service.code for service in SERVICES}
    assert {wish.twist for wish in day} == set(Twist)


def test_prepaid_amounts_are_allowed_ones() -> None:
    prepaid = [service for service in SERVICES if service.mode == "prepaid"]
    for wish in wishes(prepaid, [BANK], 200, seed=1):
        wish.service.rule.require(prepaid_amount(wish.service, wish), None)


def test_the_script_tells_liars_from_the_merely_broken(tmp_path: Path) -> None:
    does = write_script(tmp_path / "script.json", seed=1)
    assert {"miswritten", "twice-booked", "refuse-though-booked", "unbooked", "silent", "garbage"} <= set(does.values())
    assert set(does) <= set(shipped_billers())


# --- agreement: each way to be wrong is seen -------------------------------------------------------------------------


def payment(payment_id: str = "p1", amount: str = "10.00", state: str = "COMPLETED", refunded: str = "0.00") -> dict[str, Any]:
    return {
        "payment_id": payment_id,
        "state": state,
        "final": True,
        "amount": {"amount": amount, "currency": "SYP"},
        "refunded": {"amount": refunded, "currency": "SYP"},
        "customer_reference": "12345678",
        "bank_code": BANK,
        "biller_code": BILLER,
        "business_date": "2026-11-24",
    }


def back(amount: str) -> AskedBack:
    agreed = {"reversal_id": f"r{amount}", "state": "AGREED", "final": True, "business_date": "2026-11-25"}
    return AskedBack("key-1-back", told=agreed | {"amount": {"amount": amount, "currency": "SYP"}})


def paid_once(payment_id: str = "p1", *taken_back: AskedBack) -> dict[str, Ordered]:
    return {payment_id: told(payment=payment(payment_id), asked_back=list(taken_back))}


def told(**changes: Any) -> Ordered:
    ordered = Ordered(BANK, "key-1", "FT1", Money(1000, "SYP"), "12345678", payment=payment(), acknowledged="COMPLETED")
    for name, value in changes.items():
        setattr(ordered, name, value)
    return ordered


@pytest.mark.parametrize(
    ("ordered", "stands", "wrong"),
    [
        (told(), {}, "is gone"),
        (told(), {"p1": payment(state="REJECTED")}, "was acknowledged"),
        (told(), {"p1": payment(amount="10.01")}, "another content"),
        (told(), {"p1": payment(state="REVERSED", refunded="10.00")}, "was acknowledged"),
        (told(asked_back=[back("10.00")]), {"p1": payment()}, "was acknowledged"),
        (told(asked_back=[back("2.00")]), {"p1": payment(refunded="4.00")}, "agreed to be taken back"),
        (told(asked_back=[AskedBack("key-1-back")]), {"p1": payment()}, "still not certain"),
        (told(payment=None, acknowledged=None), {"p1": payment()}, "ordered by nobody"),
        (told(payment=None, acknowledged=None), {}, "still not certain"),
    ],
)
def test_a_broken_promise_is_seen(ordered: Ordered, stands: dict[str, Any], wrong: str) -> None:
    assert list(agreement.wrongly_told([told()], {"p1": payment()})) == []
    assert any(wrong in said for said in agreement.wrongly_told([ordered], stands))


@pytest.mark.parametrize(
    ("filed", "wrong"),
    [
        ([], "lack"),
        ([("p1", Money(1000, "SYP")), ("p1", Money(1000, "SYP"))], "2 times"),
        ([("p1", Money(1001, "SYP"))], "another amount"),
        ([("p1", Money(1000, "SYP")), ("p2", Money(5, "SYP"))], "was not completed"),
    ],
)
def test_a_wrong_file_is_seen(filed: list[tuple[str, Money]], wrong: str) -> None:
    assert list(agreement.wrongly_filed(BILLER, paid_once(), [("p1", Money(1000, "SYP"))])) == []
    assert any(wrong in said for said in agreement.wrongly_filed(BILLER, paid_once(), filed))


def test_what_was_taken_back_stands_in_the_files_as_less() -> None:
    paid, lines = paid_once("p1", back("2.00"), back("3.00")), [("p1", Money(minor, "SYP")) for minor in (1000, -200, -300)]
    assert list(agreement.wrongly_filed(BILLER, paid, lines)) == []
    for wrong in (lines[:2], [*lines, lines[1]], [*lines[:2], ("p1", Money(-301, "SYP"))]):
        assert list(agreement.wrongly_filed(BILLER, paid, wrong))
    rows = agreement.bank_rows(paid.values())
    assert [(row.amount.minor, row.state, row.business_date.day) for row in rows] == [
        (1000, "booked", 24),
        (200, "reversed", 25),
        (300, "reversed", 25),
    ]
    assert [(row.amount.minor, row.state) for row in agreement.bank_rows(paid_once("p1", back("10.00")).values())] == [(1000, "reversed")]


def test_each_lie_is_expected_under_its_kind() -> None:
    paid = (
        paid_once()
        | paid_once("p2")
        | paid_once("p3")
        | paid_once("p4")
        | paid_once("back", back("10.00"))
        | paid_once("kept", back("10.00"))
    )
    paid |= paid_once("part", back("2.00")) | paid_once("more", back("2.00"))
    line = {"biller_reference": "B", "bank_code": BANK, "customer_reference": "12345678", "currency": "SYP", "business_date": "2026-11-24"}
    booked: list[dict[str, Any]] = [line | {"payment_id": name, "amount": amount} for name, amount in
              [("p1", "10.00"), ("p2", "11.00"), ("p3", "10.00"), ("p3", "10.00"), ("lie", "10.00"),
               ("kept", "10.00"), ("part", "10.00"), ("more", "10.00")]]  # fmt: skip
    for name, amount in (("part", "2.00"), ("more", "2.50")):
        next(one for one in booked if one["payment_id"] == name)["refunds"] = [{"reversal_id": f"r-{name}", "amount": amount}]
    rows = agreement.biller_rows(booked, {}, {})
    assert agreement.expected_breaks(BILLER, rows, paid) == {
        (BILLER, "p2", "amount_differs"),
        (BILLER, "p3", "duplicate_at_biller"),
        (BILLER, "p4", "missing_at_biller"),
        (BILLER, "lie", "status_differs"),
        (BILLER, "kept", "status_differs"),
        (BILLER, "more", "status_differs"),
    }


def test_a_statement_is_taken_as_it_was_meant() -> None:
    rows: list[BookedRow] = agreement.bank_rows([told(bank_reference="=FT,1")])
    content = statement(BANK, "bank", rows[0].business_date, "SYP", rows).decode("utf-8-sig")
    assert content.splitlines() == [
        "H,csv-1,booked,100010,bank,2026-11-24,SYP",
        'D,1,p1,"\'=FT,1",200019,12345678,10.00,2026-11-24,booked',
        "T,1,10.00",
    ]


def test_the_payments_of_a_file_are_read() -> None:
    head = "H,csv-1,settlement,200019,SYP-20261124-01,2026-11-24,SYP,1,0,,R1,2026-11-24T10:00:00.000+03:00\r\n"
    line = "D,1,p1,REF,100010,200019011,12345678,B1,FT1,BR1,10.00,0.05,9.95,2026-11-24T09:00:00.000+03:00\r\n"
    assert payments_in(("\ufeff" + head + line).encode()) == [("p1", Money(1000, "SYP"))]
