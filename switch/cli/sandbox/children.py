"""The processes of a sandbox: the API, the worker, the pretend billers, the pretend RTGS."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from switch.cli.key_files import SWITCH_PUBLIC
from switch.cli.sandbox.faults import Faults
from switch.processes import Process, answers
from switch.settings import Settings

DATABASE_WITHIN_SECONDS = 120
"""The API may be started first, and imports what it needs while the database is prepared: migrations are the longest of it."""
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def api(settings: Settings, faults: Faults | None = None) -> Process:
    return _child(settings, "api", ["serve", "--wait", DATABASE_WITHIN_SECONDS], f"{settings.api_url}/ready", _failing(faults))


def children(
    settings: Settings, central_bank: str, script: Path | None, api_process: Process, faults: Faults | None = None
) -> list[Process]:
    """In the order in which they are started: the other side first, so that the switch finds it there.

    With faults the switch has two workers, so that one takes over what the other has left.
    """
    billers_port = settings.billers_port if faults is None else faults.billers_port
    pretend = ["--keys", settings.sandbox_keys, "--switch-key", settings.keys / SWITCH_PUBLIC]
    scripted = [] if script is None else ["--script", script]
    exchanged = [] if settings.rtgs_exchange is None else ["--exchange", settings.rtgs_exchange]
    books = settings.data / "sandbox"
    return [
        _child(
            settings,
            "billers",
            ["simulate", "billers", "--port", billers_port, *pretend, "--books", books / "billers.sqlite", *scripted],
            f"http://127.0.0.1:{billers_port}/live",
        ),
        _child(
            settings,
            "rtgs",
            [
                "simulate",
                "rtgs",
                "--port",
                settings.rtgs_port,
                "--code",
                central_bank,
                *pretend,
                "--books",
                books / "rtgs.sqlite",
                *exchanged,
                *scripted,
            ],
            f"{settings.rtgs_url}/live",
        ),
        api_process,
        *(_child(settings, name, ["worker"], None, _failing(faults)) for name in ("worker", "worker-2")[: 1 if faults is None else 2]),
    ]


def _failing(faults: Faults | None) -> Mapping[str, str]:
    return NOTHING_MORE if faults is None else faults.environment()


def _child(
    settings: Settings, name: str, words: Sequence[object], ready_url: str | None, more: Mapping[str, str] = NOTHING_MORE
) -> Process:
    return Process(
        name,
        [sys.executable, "-m", "switch", *map(str, words)],
        log_file=settings.logs / f"{name}.log",
        env=settings.environment() | {"PYTHONUNBUFFERED": "1", **more},
        ready=None if ready_url is None else answers(ready_url),
    )
