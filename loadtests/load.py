"""`python -m loadtests.load`: every scenario against a sandbox of its own, one table at the end; fails where a payment or the books do."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loadtests.scenarios import SCENARIOS, SLOW_BILLER, SLOW_MILLISECONDS
from switch.cli.output import print_table, say
from switch.cli.sandbox import Sandbox
from switch.cli.sandbox.place import free_ports
from switch.cli.sandbox.uploads import upload_open_bills
from switch.settings import Settings
from switch.telemetry import configure_logging

CUSTOMERS_OF_A_SERVICE = 300
VERIFY_SECONDS = 600
_LOCUSTFILE = Path(__file__).with_name("locustfile.py")


def main(words: Sequence[str] | None = None) -> int:
    asked = _asked(words)
    configure_logging("critical", "load")
    with tempfile.TemporaryDirectory(prefix="switch-load-") as folder:
        found, verified = _run(Path(folder), asked.scenario or list(SCENARIOS), asked.seconds, asked.shape)
    wrongs = wrong_with(found, verified=verified)
    if asked.json:
        say(json.dumps({"scenarios": found, "verified": verified, "wrongs": wrongs}, indent=1))
    else:
        _show(found)
        say("the books verify" if verified else "THE BOOKS DO NOT VERIFY")
        say("\n".join(f"✗ {wrong}" for wrong in wrongs) or "✓ nothing acknowledged is missing")
    return 1 if wrongs else 0


def wrong_with(found: Sequence[dict[str, Any]], *, verified: bool) -> list[str]:
    """What makes the run a failed run."""
    wrongs = [] if verified else ["the books do not verify"]
    for one in found:
        scenario = SCENARIOS[one["scenario"]]
        if one["missing"]:
            wrongs.append(f"{one['scenario']}: {one['missing']} acknowledged payments are missing or changed")
        if one["failures"]:
            wrongs.append(f"{one['scenario']}: {one['failures']} requests failed, such as {one['errors'][:1]}")
        if scenario.pays and not one["acknowledged"]:
            wrongs.append(f"{one['scenario']}: nothing was paid")
        if not one["requests"]:
            wrongs.append(f"{one['scenario']}: nothing was asked")
    return wrongs


def _run(folder: Path, names: Sequence[str], seconds: int, shape: str) -> tuple[list[dict[str, Any]], bool]:
    ports = free_ports(3)
    data = folder / "data"
    settings = Settings(data=data, database_url=None, host="127.0.0.1", port=ports[0], billers_port=ports[1], rtgs_port=ports[2])
    script = folder / "script.json"
    slow = {"does": "slow", "share": 1.0, "milliseconds": SLOW_MILLISECONDS, "calls": ["inquire", "pay"]}
    script.write_text(json.dumps({"seed": 1, "rules": {SLOW_BILLER: [slow]}}), encoding="utf-8")
    with Sandbox(settings, _tell, script=script) as sandbox:
        upload_open_bills(sandbox, CUSTOMERS_OF_A_SERVICE)
        found = [_one(sandbox, folder / f"{name}.json", name, seconds, shape) for name in names]
        verified = subprocess.run(
            [sys.executable, "-m", "switch", "verify", "--json"],
            env=os.environ | settings.environment(), stdout=subprocess.DEVNULL, check=False, timeout=VERIFY_SECONDS,
        ).returncode == 0  # fmt: skip
    return found, verified


def _one(sandbox: Sandbox, summary: Path, name: str, seconds: int, shape: str) -> dict[str, Any]:
    scenario = SCENARIOS[name]
    _tell(f"{name}: {scenario.what}; {scenario.users} users, {seconds} s")
    env, cut_off = os.environ | sandbox.settings.environment(), time.monotonic() + seconds / 2
    closing: subprocess.Popen[bytes] | None = None
    locust = subprocess.Popen(
        [
            sys.executable, "-m", "locust", "-f", str(_LOCUSTFILE), "--headless", "--only-summary", "--scenario", name, "--shape", shape,
            "-u", str(scenario.users), "-r", str(scenario.users), "-t", f"{seconds}s", "--summary", str(summary), "--loglevel", "ERROR",
        ],
        env=env, stdout=subprocess.DEVNULL,
    )  # fmt: skip

    def ended() -> bool:
        nonlocal closing
        if scenario.closes_window and closing is None and time.monotonic() > cut_off:
            closing = subprocess.Popen([sys.executable, "-m", "switch", "window", "close"], env=env, stdout=subprocess.DEVNULL)
        return locust.poll() is not None

    sandbox.supervise(until=ended)
    if locust.poll() is None:
        locust.terminate()
    if closing is not None and closing.wait() != 0:
        raise RuntimeError("the window was not closed")
    found: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
    return found


def _show(found: Sequence[dict[str, Any]]) -> None:
    rows = []
    for one in found:
        rows.append(
            (one["scenario"], "all", one["requests"], one["per_second"], None, None, one["failures"], one["acknowledged"], one["missing"])
        )
        rows += [
            ("", name, its["count"], None, its["p50_ms"], its["p99_ms"], its["failures"], None, None)
            for name, its in sorted(one["by_name"].items())
        ]
    print_table(
        "Load",
        ("scenario", "request", "count", "a second", "p50 ms", "p99 ms", "failed", "acknowledged", "missing"),
        rows,
        right=("count", "a second", "p50 ms", "p99 ms", "failed", "acknowledged", "missing"),
    )


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests.load", description="Locust scenarios against a sandbox of their own.")
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this one; may be given again")
    parser.add_argument("--seconds", type=int, default=20, help="how long each lasts")
    parser.add_argument("--shape", choices=("steady", "ramp", "spike"), default="steady")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
