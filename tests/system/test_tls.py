"""A sandbox over mutual TLS from nothing: `switch ca`, `switch run`, paid, revoked while it runs."""

import signal
from pathlib import Path

import pytest

from tests.system.running import RunningSwitch, surroundings
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
BILL = ("--service", "200019011", "--reference", "100452371")


def test_a_sandbox_serves_over_mutual_tls_and_revokes_while_it_runs(tmp_path: Path) -> None:
    env = surroundings(tmp_path / "data")
    folder = tmp_path / "data" / "ca"
    files = {"CERTIFICATE": "server.pem", "KEY": "server.key", "CLIENT_CA": "ca.pem", "REVOKED": "revoked.pem"}
    bare = RunningSwitch(env)
    try:
        bare.wait_started()  # makes the keys of everybody
        made = bare.command("ca", "init")
        assert made.returncode == 0, made.stderr
        assert all(f"SWITCH_TLS_{name}={folder / file}" in made.stdout for name, file in files.items())
        assert "SWITCH_NAMES=127.0.0.1,localhost" in made.stdout
        assert bare.command("ca", "client", "--sandbox").returncode == 0
    finally:
        assert bare.end(signal.SIGTERM) == 0

    env |= {f"SWITCH_TLS_{name}": str(folder / file) for name, file in files.items()} | {"SWITCH_NAMES": "127.0.0.1,localhost"}
    switch = RunningSwitch(env)
    try:
        switch.wait_started()
        assert f"https://127.0.0.1:{env['SWITCH_PORT']}" in switch.said
        assert switch.document("bank", "pay", "--as", "100010", *BILL)["state"] == "COMPLETED"
        url = f"https://127.0.0.1:{env['SWITCH_PORT']}/v1/position"
        assert switch.curl("GET", url, "--as", "100028")["bank_code"] == "100028"

        certificate = next(one for one in switch.document("ca", "list") if one["name"] == "100010")
        assert switch.command("ca", "revoke", certificate["serial"]).returncode == 0
        wait_until(lambda: "certificate_revoked" in switch.command("bank", "position", "--as", "100010").stderr, deadline_seconds=20)
        assert switch.command("bank", "position", "--as", "100028").returncode == 0
        assert switch.command("ca", "revoke", "100010").returncode == 1

        assert switch.command("ca", "client", "100010").returncode == 0
        assert switch.command("ca", "server").returncode == 0
        assert switch.command("bank", "position", "--as", "100010").returncode == 0
        assert {one["revoked"] for one in switch.document("ca", "list") if one["name"] == "100010"} == {True, False}
    finally:
        assert switch.end(signal.SIGTERM) == 0
