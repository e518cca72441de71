"""Children that are forked: they begin with what their parent has imported, and are otherwise children like any other."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switch.processes.fork import fork
from tests.supervised import is_running, pid_in
from tests.waiting import wait_until

OWNER = """
import signal, sys, time
from functools import partial
from pathlib import Path
import structlog
from switch.processes import ChildFailed, Process, Supervisor
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
folder = Path(sys.argv[1])
brought_along = ["told by the parent"]

def live(name):
    (folder / name).write_text(f"{brought_along[0]}, {signal.getsignal(signal.SIGTERM)!r}")
    time.sleep(600)

def fail():
    raise {"code": SystemExit(3), "fault": RuntimeError("no disk")}[sys.argv[2]]

children = [Process(name, partial(live, name), ready=(folder / name).exists) for name in ("one", "two")]
if len(sys.argv) > 2:
    children.append(Process("bad", fail, ready=lambda: False))
try:
    with Supervisor(folder, children) as supervisor:
        print("up", flush=True)
        supervisor.supervise()
        print(supervisor.restarts, flush=True)
except ChildFailed as failed:
    print(failed, flush=True)
"""


@contextmanager
def owner(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", OWNER, str(folder), *words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_begins_with_what_its_parent_has_and_with_no_handlers_of_its_signals(tmp_path: Path) -> None:
    with owner(tmp_path) as parent:
        assert line_of(parent) == "up\n"
        assert (tmp_path / "two").read_text() == "told by the parent, <Handlers.SIG_DFL: 0>"
        children = [pid_in(tmp_path, "one"), pid_in(tmp_path, "two")]
        assert all(os.getsid(child) == child for child in children)
        parent.send_signal(signal.SIGTERM)
        assert parent.communicate()[0] == "{'one': 0, 'two': 0}\n"
    assert parent.returncode == 0
    assert not any(map(is_running, children))


def test_a_killed_one_is_forked_anew(tmp_path: Path) -> None:
    with owner(tmp_path) as parent:
        assert line_of(parent) == "up\n"
        killed, other = pid_in(tmp_path, "one"), pid_in(tmp_path, "two")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: pid_in(tmp_path, "one") != killed)
        assert is_running(pid_in(tmp_path, "one"))
        assert pid_in(tmp_path, "two") == other
        parent.send_signal(signal.SIGTERM)
        assert parent.communicate()[0] == "{'one': 1, 'two': 0}\n"


def test_kill_9_of_the_parent_leaves_nothing_behind(tmp_path: Path) -> None:
    with owner(tmp_path) as parent:
        assert line_of(parent) == "up\n"
        children = [pid_in(tmp_path, "one"), pid_in(tmp_path, "two")]
        parent.kill()
    wait_until(lambda: not any(map(is_running, children)))


@pytest.mark.parametrize(("how", "code", "said"), [("code", 3, ""), ("fault", 1, "RuntimeError: no disk")])
def test_how_it_ended_is_told_and_what_was_wrong(tmp_path: Path, how: str, code: int, said: str) -> None:
    with owner(tmp_path, how) as parent:
        out, errors = parent.communicate()
    assert f"bad ended by exit code {code}" in out
    assert said in errors
    assert "up" not in out


def test_a_process_with_threads_may_not_fork() -> None:
    going = threading.Event()
    thread = threading.Thread(target=going.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="without threads"):
            fork(lambda: None)
    finally:
        going.set()
        thread.join()
