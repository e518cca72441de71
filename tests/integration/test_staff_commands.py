"""The commands of staff where it is no sandbox: accounts, sign-in, two people for what takes two, and the audit of all of it."""

import json
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncssh
import httpx2
import pytest

from switch.domain.totp import STEP_SECONDS, code_of
from switch.settings import load_settings
from switch.signatures import generate_key
from tests.api.provider_clients import pretended
from tests.integration.test_directory_commands import BANK, Desk, database_url, desk_at, durable_server

__all__ = ["database_url", "durable_server"]
PASSWORD = "a sentence that only I know"


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = desk_at(database_url, tmp_path, monkeypatch, sandbox=False)
    desk("catalogue", "load")
    return desk


SIGNED_IN_WITHIN_SECONDS = 2


class Person:
    """With a phone that shows the code of a step never used before."""

    def __init__(self, desk: Desk, name: str, *roles: str) -> None:
        self.name = name
        asked = [word for role in roles for word in ("--role", role)]
        shown = desk("staff", "add", name, *asked, typed=f"{PASSWORD}\n{PASSWORD}\n")
        (address,) = [line for line in shown.splitlines() if line.startswith("otpauth://")]
        self._secret = parse_qs(urlsplit(address).query)["secret"][0]
        self._step = 0

    def typed(self) -> str:
        soon = int(time.time() + SIGNED_IN_WITHIN_SECONDS)  # the step before is good no longer when this one ends meanwhile
        self._step = max(self._step + 1, soon // STEP_SECONDS - 1)
        return f"{PASSWORD}\n{code_of(self._secret, self._step)}\n"

    def signs_in(self, desk: Desk) -> None:
        """For the commands that follow."""
        desk("staff", "sign-in", self.name, typed=self.typed())


def test_a_cap_takes_two_people_who_prove_who_they_are(desk: Desk) -> None:
    nour, sami = Person(desk, "nour", "settlement_officer"), Person(desk, "sami", "auditor")
    omar = Person(desk, "omar", "settlement_officer")

    assert "reason_missing" in desk("cap", "set", BANK, "5000.00", code=1)
    omar.signs_in(desk)
    proposal = desk.json("cap", "set", BANK, "5000.00", "--reason", "deposit of today, letter 17")
    assert [tuple(one.values()) for one in proposal["foreseen"]["changes"]] == [
        ("net debit cap SYP", "–", "5000.00"),
        ("headroom SYP", "0.00", "5000.00"),
        ("used", "–", "0 %"),
    ]
    assert desk.json("cap", "show") == []
    approve = ("proposal", "approve", proposal["proposal_id"])
    assert "staff_account_needed" in desk(*approve, "--by", "nour", code=1)
    assert "sign_in_refused" in desk(*approve, "--as", "nour", typed=f"{PASSWORD}\n000000\n", code=1)
    assert "not_allowed" in desk(*approve, "--as", "sami", typed=sami.typed(), code=1)
    assert "own_proposal" in desk(*approve, code=1)
    assert "own_proposal" in desk(*approve, "--as", "omar", typed=omar.typed(), code=1)

    assert "staff:nour" in desk(*approve, "--as", "nour", typed=nour.typed())

    assert desk.json("cap", "show")[0]["cap"] == "5000.00"


def test_nobody_proposes_in_anothers_name_what_they_then_approve(desk: Desk, tmp_path: Path) -> None:
    """Nor unnamed, as the user of the machine, nor by a token that they give themselves in another's name."""
    nour, sami = Person(desk, "nour", "settlement_officer"), Person(desk, "sami", "participant_admin")
    host_key = tmp_path / "host.pub"
    host_key.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh"))
    cap = ("cap", "set", BANK, "5000.00", "--reason", "by phone")
    for asked in (
        cap,
        ("push", "to", BANK, "--host", "127.0.0.1", "--user", "switch", "--host-key", str(host_key), "--reason", "by phone"),
        ("participant", "resume", BANK, "--reason", "by phone"),
        ("settle", "rule", "--reason", "by phone", "--approval-seconds", "60"),
        ("window", "close", "--reason", "by phone"),
    ):
        assert "staff_account_needed" in desk(*asked, code=1), asked
        assert "staff_account_needed" in desk(*asked, "--by", "omar", code=1), asked
    token = ("staff", "token", "issue", "sami", "--label", "export", "--role", "participant_admin", "--may-propose")
    assert "staff_account_needed" in desk(*token, code=1)

    nour.signs_in(desk)
    assert "staff_account_needed" in desk(*cap, "--by", "omar", code=1)
    assert "not_allowed" in desk(*token, code=1)
    assert desk.json("proposal", "list") == []
    assert desk.json(*cap)["proposed_by"] == "staff:nour"

    sami.signs_in(desk)
    assert "not_allowed" in desk(*cap, code=1)
    assert desk("staff", *token[1:])


def test_a_kept_session_is_only_its_users_and_ends(desk: Desk, tmp_path: Path) -> None:
    nour, sami = Person(desk, "nour", "participant_admin"), Person(desk, "sami", "participant_admin")
    sami.signs_in(desk)
    pem = tmp_path / "bank.pub"
    pem.write_text(generate_key(f"{BANK}:main", "ed25519").verifying_key().pem())
    shown = desk("participant", "key", "add", BANK, str(pem), "--reason", "first key, read out by telephone")
    (proposal_id,) = [word for word in shown.split() if word.count("-") == 4 and len(word) == 36]

    desk("staff", "sign-in", "nour", typed=nour.typed())
    (kept,) = load_settings().run.glob("staff-session-*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert desk.json("participant", "key", "list") == []
    desk("proposal", "approve", proposal_id)
    assert [key["keyid"] for key in desk.json("participant", "key", "list")] == [f"{BANK}:main"]

    desk("staff", "sign-out")
    assert not kept.exists()
    assert "staff_account_needed" in desk("proposal", "refuse", proposal_id, "--reason", "late", code=1)
    assert "revoked" in desk("participant", "key", "revoke", f"{BANK}:main")


def test_a_program_decides_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Person(desk, "nour", "settlement_officer").signs_in(desk)
    proposal = desk.json("cap", "set", BANK, "5000.00", "--reason", "deposit")
    words = ("--label", "export", "--role", "settlement_officer", "--may-propose")
    secret = desk("staff", "token", "issue", "nour", *words).split()[-1]
    monkeypatch.setenv("SWITCH_STAFF_TOKEN", secret)

    assert "person_needed" in desk("proposal", "approve", proposal["proposal_id"], code=1)

    (token,) = desk.json("staff", "token", "list", "nour")
    desk("staff", "token", "revoke", token["token_id"])
    assert "session_over" in desk("proposal", "approve", proposal["proposal_id"], code=1)


def test_accounts_are_listed_changed_and_disabled(desk: Desk) -> None:
    Person(desk, "nour", "operator", "auditor")
    assert "password_weak" in desk("staff", "add", "eve", "--role", "operator", typed="short\nshort\n", code=1)
    assert "staff_name_taken" in desk("staff", "add", "nour", "--role", "operator", typed=f"{PASSWORD}\n{PASSWORD}\n", code=1)
    desk("staff", "role", "nour", "--role", "overseer")
    assert desk.json("staff", "list") == [{"name": "nour", "roles": ["overseer"], "status": "active", "of": None, "subject": None}]
    assert "otpauth://totp/Switch:nour" in desk("staff", "totp", "nour")
    desk("staff", "password", "nour", typed=f"{PASSWORD} too\n{PASSWORD} too\n")
    desk("staff", "disable", "nour")
    assert desk.json("staff", "list")[0]["status"] == "disabled"
    assert "staff_unknown" in desk("staff", "disable", "nobody", code=1)
    assert desk.json("verify")["findings"] == []


def by_browser(address: str) -> str:
    """Where a browser ends after somebody has said there who they are."""
    return httpx2.get(f"{address}&as=0042").headers["Location"]


def test_who_comes_in_by_the_identity_provider_is_agreed_on_by_two(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "provider_not_offered" in desk("staff", "link", "nour", "0042", "--reason", "r", code=1)
    Person(desk, "nour", "settlement_officer")
    sami, omar = Person(desk, "sami", "participant_admin"), Person(desk, "omar", "participant_admin", "settlement_officer")
    omar.signs_in(desk)
    with pretended(people=("0042",)) as provider:
        for name, value in {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": "switch", "OUTBOUND_NETWORKS": "127.0.0.0/8"}.items():
            monkeypatch.setenv(f"SWITCH_{name}", value)
        assert "reason_missing" in desk("staff", "link", "nour", "0042", code=1)
        assert "proposal_content_wrong" in desk("staff", "link", "nour", "نور", "--reason", "r", code=1)
        assert f"0042 · {provider.issuer}" in desk("staff", "link", "nour", "0042", "--reason", "letter 12")
        (linking,) = [one for one in desk.json("proposal", "list") if one["subject"] == "nour"]
        assert "provider_sign_in_refused" in signed_in(1)

        desk("proposal", "approve", linking["proposal_id"], "--as", "sami", typed=sami.typed())
        assert "identity_taken" in desk("staff", "link", "sami", "0042", "--reason", "r", code=1)
        proposal = desk.json("cap", "set", BANK, "5000.00", "--reason", "deposit of today, letter 17")
        assert "nour until" in signed_in(0)

    assert "staff:nour" in desk("proposal", "approve", proposal["proposal_id"])
    desk("staff", "unlink", "nour")
    assert "session_over" in desk("proposal", "refuse", proposal["proposal_id"], "--reason", "late", code=1)
    assert {one["name"]: one["subject"] for one in desk.json("staff", "list")} == {"nour": None, "omar": None, "sami": None}
    assert desk.json("verify")["findings"] == []


def signed_in(code: int) -> str:
    """What `switch staff sign-in --oidc` says in the end: with nonsense pasted first, and then the address, broken as terminals do."""
    command = [sys.executable, "-m", "switch", "staff", "sign-in", "--oidc"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        address = next(line.strip() for line in child.stdout if line.startswith("http"))
        told, _ = child.communicate(f"https://elsewhere.example/\n{by_browser(address).replace('&', ' &')}\n")
    assert child.returncode == code, told
    assert "no state and code" in told
    return told


def test_commands_are_in_the_audit_without_what_may_be_somebodys(desk: Desk) -> None:
    Person(desk, "nour", "settlement_officer").signs_in(desk)
    desk("cap", "set", BANK, "5000.00", "--reason", "deposit of today")
    desk("payment", "story", "01020304051", code=1)
    desk("participant", "suspend", "100028")

    found = [(one["action"], one["subject"], one["outcome"], one["reason"]) for one in desk.json("staff", "audit")]

    assert found[:3] == [
        ("switch participant suspend", "participant suspend 100028", "done", None),
        ("switch payment story", "payment story …", "payment_unknown", None),
        ("switch cap set", "cap set 100010 5000.00 --reason …", "done", "deposit of today"),
    ]
    assert PASSWORD not in json.dumps(desk.json("staff", "audit"))


def test_the_first_catalogue_is_one_persons_and_the_next_takes_two(desk: Desk, tmp_path: Path) -> None:
    nour, sami = Person(desk, "nour", "participant_admin"), Person(desk, "sami", "participant_admin")
    sami.signs_in(desk)
    folder = Path(__file__).parents[2] / "switch" / "catalogue"
    for document in folder.glob("*.json"):
        (tmp_path / document.name).write_bytes(document.read_bytes())
    tariffs = json.loads((tmp_path / "tariffs.json").read_text())
    tariffs["tariffs"] = [line | {"id": f"{line['id']}-x", "effective_from": "2099-01-01"} for line in tariffs["tariffs"]]
    (tmp_path / "tariffs.json").write_text(json.dumps(tariffs))
    before = len(desk.json("tariff", "list"))

    assert "reason_missing" in desk("catalogue", "load", "--from", str(tmp_path), code=1)
    proposal = desk.json("catalogue", "load", "--from", str(tmp_path), "--reason", "tariff of the new year")
    participants, services, lines = (change["after"] for change in proposal["foreseen"]["changes"])
    assert participants.endswith("none new")
    assert services.endswith("none new")
    assert lines.startswith(f"{2 * before}; new: ")
    assert len(desk.json("tariff", "list")) == before
    desk("proposal", "approve", proposal["proposal_id"], "--as", "nour", typed=nour.typed())

    assert len(desk.json("tariff", "list")) == 2 * before


def test_once_two_decide_about_accounts_nobody_makes_or_takes_over_one_alone(desk: Desk) -> None:
    nour = Person(desk, "nour", "operator")
    sami = Person(desk, "sami", "participant_admin")
    typed = f"{PASSWORD}\n{PASSWORD}\n"

    def status() -> dict[str, str]:
        return {one["name"]: one["status"] for one in desk.json("staff", "list")}

    assert "reason_missing" in desk("staff", "add", "eve", "--role", "operator", typed=typed, code=1)
    assert "eve" not in status()
    added = ("staff", "add", "eve", "--role", "operator", "--reason", "new colleague")
    assert "staff_account_needed" in desk(*added, typed=typed, code=1)
    assert "eve" not in status()
    nour.signs_in(desk)
    desk(*added, typed=typed)
    desk("staff", "password", "nour", "--reason", "forgotten", typed=f"{PASSWORD} too\n{PASSWORD} too\n")
    assert "session_over" in desk("staff", "role", "sami", "--role", "settlement_officer", "--reason", "moves", code=1)
    sami.signs_in(desk)
    desk("staff", "role", "sami", "--role", "settlement_officer", "--reason", "moves")
    assert status() == {"eve": "disabled", "nour": "disabled", "sami": "active"}

    (admitted,) = [one for one in desk.json("proposal", "list") if one["subject"] == "eve"]
    desk("proposal", "approve", admitted["proposal_id"], "--as", "sami", typed=sami.typed())
    assert status() == {"eve": "active", "nour": "disabled", "sami": "active"}
