"""How a child has ended, without giving its number back: that is for whoever tidies up after it."""

import os
import signal
from dataclasses import dataclass
from typing import Protocol


class Started(Protocol):
    """A child that was started: a `Popen`, or one that was forked."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    """By itself, with a code; or by a signal, from outside or because it crashed."""

    code: int | None = None
    killed_by: int | None = None

    def __str__(self) -> str:
        if self.killed_by is None:
            return f"exit code {self.code}"
        known = self.killed_by in set(signal.Signals)
        return f"signal {self.killed_by}" + (f" ({signal.Signals(self.killed_by).name})" if known else "")


def ending_of(child: Started) -> Ending | None:
    """None while it lives. A child that has ended stays a zombie until somebody waits for it (waitid(2), WNOWAIT)."""
    if child.returncode is not None:
        return Ending(killed_by=-child.returncode) if child.returncode < 0 else Ending(code=child.returncode)
    try:
        found = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # somebody else has waited for it
        child.poll()
        return ending_of(child)
    if found is None:
        return None
    return Ending(code=found.si_status) if found.si_code == os.CLD_EXITED else Ending(killed_by=found.si_status)
