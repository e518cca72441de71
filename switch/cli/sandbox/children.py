"""The processes of a sandbox: the API, the worker, the pretend billers, the pretend RTGS."""

import sys
from collections.abc import Sequence
from pathlib import Path

from switch.cli.key_files import SWITCH_PUBLIC
from switch.processes import Process, answers
from switch.settings import Settings


def children(settings: Settings, central_bank: str, script: Path | None) -> list[Process]:
    """In the order in which they are started: the other side first, so that the switch finds it there."""
    pretend = ["--keys", settings.sandbox_keys, "--switch-key", settings.keys / SWITCH_PUBLIC]
    scripted = [] if script is None else ["--script", script]
    exchanged = [] if settings.rtgs_exchange is None else ["--exchange", settings.rtgs_exchange]
    books = settings.data / "sandbox"
    return [
        _child(
            settings,
            "billers",
            ["simulate", "billers", "--port", settings.billers_port, *pretend, "--books", books / "billers.sqlite", *scripted],
            f"{settings.billers_url}/live",
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
        _child(settings, "api", ["serve"], f"{settings.api_url}/ready"),
        _child(settings, "worker", ["worker"], None),
    ]


def _child(settings: Settings, name: str, words: Sequence[object], ready_url: str | None) -> Process:
    return Process(
        name,
        [sys.executable, "-m", "switch", *map(str, words)],
        log_file=settings.data / "logs" / f"{name}.log",
        env=settings.environment() | {"PYTHONUNBUFFERED": "1"},
        ready=None if ready_url is None else answers(ready_url),
    )
