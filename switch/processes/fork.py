"""Forks a child that begins with all that we have imported, which would else be a second or two of processor once more."""

import ctypes
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_INHERITED_HANDLERS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Forked:
    """The same of it as of a `Popen`: what is asked of a child until somebody has waited for it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._waited(os.WNOHANG)

    def wait(self) -> int | None:
        return self._waited(0)

    def _waited(self, how: int) -> int | None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, how)
            except ChildProcessError:  # somebody else has waited for it; how it ended nobody can tell
                self.returncode = 0
            else:
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


def fork(run: Callable[[], None], death_signal: signal.Signals = signal.SIGTERM) -> Forked:
    """`run` in a child, in a session of its own and told so when we die, even by kill -9; its exit code is that of SystemExit."""
    if threading.active_count() > 1:
        # A lock that another thread holds at this moment would never be given back in the child.
        raise RuntimeError("only a process without threads may fork")
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _INHERITED_HANDLERS)  # else the child would take a signal for itself as its parent does
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INHERITED_HANDLERS)
        return Forked(pid)
    code = 1
    try:
        _become_a_child_of(parent, death_signal)
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - nothing may go back up into what was our parent's
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become_a_child_of(parent: int, death_signal: signal.Signals) -> None:
    os.setsid()
    for number in _INHERITED_HANDLERS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INHERITED_HANDLERS)
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit("the parent died first")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
