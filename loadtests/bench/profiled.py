"""`switch serve` under a sampler: every millisecond of CPU time one stack, told by layer when it stops; for `--profile` of the bench.

A timer on CPU time (ITIMER_PROF) and a signal handler: nothing to install, and idle time is not seen.
"""

import json
import signal
import socket
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from switch.api.accepting import Shares
from switch.cli.api_process import serve_socket
from switch.settings import load_settings

SAMPLED_EVERY_SECONDS = 0.001
Stack = tuple[tuple[str, str], ...]
"""Innermost first: (file, function)."""

LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("verifying the request's signature", ("switch/signatures/verify.py", "switch/api/authentication.py:caller")),
    ("signing the answer", ("switch/api/sealing.py", "switch/signatures/sign.py")),
    ("reading the JSON strictly", ("switch/api/strict_json.py",)),
    ("psycopg", ("/psycopg/", "/psycopg_binary/")),
    ("SQLAlchemy", ("/sqlalchemy/",)),
    ("lane: deciding (domain)", ("switch/domain/admission.py",)),
    ("lane: rows to and from the store", ("switch/store/", "switch/posting/batch.py")),
    ("lane: queue", ("switch/posting/lane.py:_write", "switch/posting/lane.py:_answer")),
    ("use case (route, fees, digest)", ("switch/usecases/",)),
    ("the answer's view", ("switch/api/payment_views.py:view", "switch/api/inquiry_views.py")),
    ("pydantic and JSON of the answer", ("fastapi/routing.py:serialize_response", "fastapi/encoders.py", "starlette/responses.py")),
    ("FastAPI: dependencies and body", ("fastapi/dependencies/", "pydantic/")),
    ("FastAPI and Starlette: routing", ("/fastapi/", "/starlette/")),
    ("exchange (ours, around the routes)", ("switch/api/",)),
    ("uvicorn and HTTP parsing", ("/uvicorn/", "httptools")),
    ("event loop", ("/uvloop/", "/asyncio/")),
)
"""The first that fits a stack is its layer."""


class Sampler:
    def __init__(self) -> None:
        self.stacks: Counter[Stack] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SAMPLED_EVERY_SECONDS, SAMPLED_EVERY_SECONDS)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append((frame.f_code.co_filename, frame.f_code.co_qualname))
            frame = frame.f_back
        self.stacks[tuple(stack)] += 1

    def write(self, path: Path) -> None:
        """By layer, and the functions with the most samples of their own and in all."""
        layers: Counter[str] = Counter()
        own: Counter[str] = Counter()
        within: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            layers[layer_of(stack)] += count
            own[_named(stack[0])] += count
            within.update(dict.fromkeys({_named(place) for place in stack}, count))
        document = {
            "samples": self.stacks.total(),
            "layers": dict(layers.most_common()),
            "own": dict(own.most_common(60)),
            "within": dict(within.most_common(160)),
        }
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def layer_of(stack: Stack) -> str:
    names = [f"{file}:{function}" for file, function in stack]
    for layer, marks in LAYERS:
        if any(mark in name for name in names for mark in marks):
            return layer
    return "other"


def _named(place: tuple[str, str]) -> str:
    file, function = place
    return f"{'/'.join(file.split('/')[-3:])}:{function}"


def main() -> None:
    sampler = Sampler()
    sampler.start()
    try:
        settings = load_settings()
        serve_socket(settings, socket.create_server((settings.host, settings.port), backlog=2048), Shares(Shares.memory(1), 0))
    finally:
        sampler.stop()
        sampler.write(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
