"""pgbench as the reference: the same work in plain SQL, one payment at a time, on the same server and a copy of the same tables."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from loadtests.bench.cpu import CpuClock
from loadtests.bench.place import Place
from switch.postgres_server.binaries import find_binaries

CLIENTS_TRIED = (1, 2, 4, 8, 16)
_TPS = re.compile(r"^tps = ([0-9.]+) \(without", re.MULTILINE)
_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([1-9]\d*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reference:
    """The best of the client counts that were tried."""

    clients: int
    per_second: float
    cpu_milliseconds: float
    """Of the server, each."""

    def told(self, what: str = "pgbench") -> str:
        return f"{what} {self.per_second:,.0f}/s with {self.clients} clients, server {self.cpu_milliseconds:.2f} ms"


def best(
    place: Place, database: str, text: str, seconds: int, variables: Callable[[], Mapping[str, int]], clients: Sequence[int] = CLIENTS_TRIED
) -> Reference:
    """`variables` is asked before each run."""
    found = [run(place, database, text, seconds, count, variables()) for count in clients]
    return max(found, key=lambda reference: reference.per_second)


def run(place: Place, database: str, text: str, seconds: int, clients: int, variables: Mapping[str, int]) -> Reference:
    """One run. The variables `i` (-1, to count with) and `clients` are given to every script."""
    url = make_url(place.server.url_of(database))
    given = {"i": -1, "clients": clients, **variables}
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        cpu = CpuClock(place.postgres)
        ran = subprocess.run(
            [
                find_binaries() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}",
                f"--time={seconds}", f"--file={file.name}", *(f"--define={name}={value}" for name, value in given.items()),
                f"--host={place.server.socket_directory}", f"--username={url.username}", database,
            ],
            env={**os.environ, "PGPASSWORD": str(url.password)}, capture_output=True, text=True, check=False, timeout=seconds + 60,
        )  # fmt: skip
    per_second, done = _TPS.search(ran.stdout), _DONE.search(ran.stdout)
    if ran.returncode != 0 or per_second is None or done is None or _FAILED.search(ran.stdout):
        raise RuntimeError(f"pgbench failed: {ran.stderr[-2_000:]} {ran.stdout[-1_000:]}")
    return Reference(clients, float(per_second[1]), cpu.spent().milliseconds_each(int(done[1])))


def script(name: str) -> str:
    return (Path(__file__).with_name("sql") / f"{name}.sql").read_text(encoding="utf-8")
