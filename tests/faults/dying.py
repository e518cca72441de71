"""Programs that die, each started by a process that has imported all of the switch already: importing takes ten times as long as dying."""

import contextlib
import multiprocessing
import os
import runpy
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_ALIKE = multiprocessing.get_context("forkserver")
_ALIKE.set_forkserver_preload(["tests.faults.crashing_switch", "tests.settling", "tests.rerated"])


@dataclass(frozen=True, slots=True)
class Died:
    returncode: int | None
    """Negative: by which signal."""
    stderr: str


def run_to_death(module: str, *words: object, seconds: float = 60.0) -> Died:
    """`python -m tests.faults.MODULE WORDS`, as it would be; blocks. Raises TimeoutError."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told")
        process = _ALIKE.Process(target=_run, args=(module, [str(word) for word in words], told))
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"{module} still lives after {seconds} s: {told.read_text()}")
        return Died(process.exitcode, told.read_text())


def _run(module: str, words: list[str], told: Path) -> None:
    with contextlib.suppress(OSError):
        os.setsid()
    with told.open("wb", buffering=0) as out:
        os.dup2(out.fileno(), sys.stderr.fileno() if sys.stderr is not None else 2)
    sys.argv = [module, *words]
    runpy.run_module(f"tests.faults.{module}", run_name="__main__")
