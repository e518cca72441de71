"""A switch started from the command line, as a person would, in a data folder and on ports of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from switch.cli.sandbox.place import free_ports
from tests.waiting import wait_until

SWITCH = [sys.executable, "-m", "switch"]
STARTED = "Ctrl-C stops everything"
SECONDS = 90.0


def surroundings(data: Path) -> dict[str, str]:
    """The environment of a sandbox of its own: kept as it is, the same one is met again."""
    names = ("SWITCH_PORT", "SWITCH_BILLERS_PORT", "SWITCH_RTGS_PORT")
    ports = {name: str(port) for name, port in zip(names, free_ports(len(names)), strict=True)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SWITCH_DATABASE")}
    return inherited | {"SWITCH_DATA": str(data), "SWITCH_WORKERS": "2"} | ports


class RunningSwitch:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.data = Path(env["SWITCH_DATA"])
        self.lines: list[str] = []
        self.process = subprocess.Popen([*SWITCH, "run"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_started(self) -> None:
        wait_until(lambda: STARTED in self.said or self.process.poll() is not None, deadline_seconds=SECONDS)
        assert STARTED in self.said, self.said

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def pids(self) -> dict[str, int]:
        """Of the running children, by name."""
        return {file.stem: int(file.read_text()) for file in (self.data / "run").glob("*.pid") if file.read_text().strip()}

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        return code

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*SWITCH, *words], env=self.env, capture_output=True, text=True, timeout=SECONDS, check=False)

    def document(self, *words: str) -> Any:
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def curl(self, *words: str) -> Any:
        """What `curl -K <(switch sign ...)` gets."""
        signed = self.command("sign", *words)
        assert signed.returncode == 0, signed.stderr
        done = subprocess.run(["curl", "-sS", "-K", "-"], input=signed.stdout, capture_output=True, text=True, timeout=SECONDS, check=True)
        return json.loads(done.stdout)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['SWITCH_PORT']}"

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            self.lines.extend(said)


def is_gone(pid: int) -> bool:
    """Dead, or dead and not yet fetched by its parent."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return re.search(r"^State:\s+[ZX]", status, re.MULTILINE) is not None
