"""Supervised children: started in order, restarted when they die, stopped in reverse order, never left behind."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from switch.postgres_server import PostgresServer
from switch.processes import ChildFailed, Process, Supervisor, answers
from tests.supervised import is_running, pid_in
from tests.waiting import wait_until

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('stubborn', flush=True); time.sleep(600)"
STORYTELLER = """
import signal, sys, time
from pathlib import Path
story = Path(sys.argv[1]).open("a", buffering=1)
story.write(f"{sys.argv[2]} began\\n")
def end(*_):
    story.write(f"{sys.argv[2]} ended\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
time.sleep(600)
"""
OWNER = f"""
import sys
from pathlib import Path
import structlog
from switch.processes import Process, Supervisor
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
folder = Path(sys.argv[1])
children = [Process(name, [sys.executable, "-c", {SLEEPER!r}], log_file=folder / "log") for name in ("one", "two")]
with Supervisor(folder, children) as supervisor:
    print("up", flush=True)
    supervisor.supervise()
print("down", flush=True)
"""


def python(name: str, code: str, folder: Path, *arguments: str) -> Process:
    return Process(name, [sys.executable, "-c", code, *arguments], log_file=folder / f"{name}.log", stop_within_seconds=2)


def test_children_start_in_order_and_stop_in_reverse_order(tmp_path: Path) -> None:
    story = tmp_path / "story"

    def storyteller(name: str) -> Process:
        return Process(
            name,
            [sys.executable, "-c", STORYTELLER, str(story), name],
            log_file=tmp_path / "log",
            ready=lambda: story.exists() and f"{name} began" in story.read_text(),
        )

    with Supervisor(tmp_path / "run", [storyteller("first"), storyteller("second")]):
        pass
    assert story.read_text().splitlines() == ["first began", "second began", "second ended", "first ended"]
    assert list((tmp_path / "run").iterdir()) == []


def test_a_killed_child_is_restarted_and_counted(tmp_path: Path) -> None:
    with Supervisor(tmp_path, [python("worker", SLEEPER, tmp_path), python("other", SLEEPER, tmp_path)]) as supervisor:
        killed, other = pid_in(tmp_path, "worker"), pid_in(tmp_path, "other")
        os.kill(killed, signal.SIGKILL)
        supervisor.supervise(until=lambda: pid_in(tmp_path, "worker") != killed)
        assert is_running(pid_in(tmp_path, "worker"))
        assert pid_in(tmp_path, "other") == other
        assert supervisor.restarts == {"worker": 1, "other": 0}


def test_the_database_is_a_child_like_any_other(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data", durable=False)
    with Supervisor(tmp_path, [server, python("worker", SLEEPER, tmp_path)]) as supervisor:
        killed = pid_in(tmp_path, "postgres")
        os.kill(killed, signal.SIGKILL)
        supervisor.supervise(until=lambda: pid_in(tmp_path, "postgres") != killed)
        assert server.wait_ready()
        server.create_database("after")
    assert not server.is_alive()


def test_a_server_is_ready_when_it_answers_200(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    assert not answers(url)()
    web = Process(
        "web",
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path), str(port)],
        log_file=tmp_path / "web.log",
        ready=answers(url),
    )
    with Supervisor(tmp_path / "run", [web]):
        assert answers(url)()
        assert not answers(f"{url}/nothing-here")()


def test_a_child_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    times = tmp_path / "times"
    code = f"import time; open({str(times)!r}, 'a').write(f'{{time.monotonic()}}\\n')"
    with Supervisor(tmp_path, [python("flaky", code, tmp_path)]) as supervisor:
        supervisor.supervise(until=lambda: supervisor.restarts["flaky"] >= 4)
    starts = [float(line) for line in times.read_text().split()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps[0] >= 0.1
    assert gaps[1] >= 0.2
    assert gaps[2] >= 0.4


def test_a_child_that_never_gets_ready_stops_everything_and_shows_its_log(tmp_path: Path) -> None:
    good = python("good", SLEEPER, tmp_path)
    bad = Process("bad", [sys.executable, "-c", "import sys; sys.exit('no disk')"], log_file=tmp_path / "bad.log", ready=lambda: False)
    with pytest.raises(ChildFailed, match="no disk"), Supervisor(tmp_path, [good, bad]):
        pass
    assert not good.is_alive()


def dying(times: int, folder: Path) -> Process:
    """Killed by a signal as often as that, before it is ready; then it lives."""
    lives = folder / "lives"
    code = (
        f"import os, signal, time; lives = open({str(lives)!r}, 'a+'); lives.write('x'); lives.flush()\n"
        f"if os.path.getsize({str(lives)!r}) <= {times}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "print('here', flush=True); time.sleep(600)"
    )
    log = folder / "dying.log"
    return Process("dying", [sys.executable, "-c", code], log_file=log, ready=lambda: "here" in log.read_text(), stop_within_seconds=2)


def test_a_child_that_a_signal_ends_while_all_is_started_is_started_again(tmp_path: Path) -> None:
    with Supervisor(tmp_path, [dying(2, tmp_path)]) as supervisor:
        assert supervisor.restarts == {"dying": 2}


def test_a_child_that_signals_end_again_and_again_stops_everything_and_it_is_said_by_which(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match=r"dying ended by signal 9 \(SIGKILL\)"), Supervisor(tmp_path, [dying(99, tmp_path)]):
        pass


def test_the_number_of_a_dead_child_is_kept_until_it_is_stopped(tmp_path: Path) -> None:
    child = python("short", "raise SystemExit(7)", tmp_path)
    child.start()
    wait_until(lambda: not child.is_alive())
    assert Path(f"/proc/{child.pid}").exists()
    assert str(child.ending) == "exit code 7"
    child.stop()
    assert not Path(f"/proc/{child.pid}").exists()
    assert str(child.ending) == "exit code 7"
    child.stop()


def test_a_child_that_does_not_listen_is_killed_with_what_it_started(tmp_path: Path) -> None:
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); print(p.pid, flush=True); {STUBBORN}"
    log = tmp_path / "stubborn.log"
    child = Process(
        "stubborn",
        [sys.executable, "-c", code],
        log_file=log,
        ready=lambda: "stubborn" in log.read_text(),
        stop_within_seconds=0.2,
    )
    child.start()
    assert child.wait_ready()
    grandchild = int(log.read_text().split()[0])
    child.stop()
    assert not child.is_alive()
    wait_until(lambda: not is_running(grandchild))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_stops_all(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        children = [pid_in(tmp_path, "one"), pid_in(tmp_path, "two")]
        owner.send_signal(number)
        assert owner.stdout.read().endswith("down\n")
    assert owner.returncode == 0
    assert not any(map(is_running, children))


def test_kill_9_of_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        children = [pid_in(tmp_path, "one"), pid_in(tmp_path, "two")]
        owner.kill()
    wait_until(lambda: not any(map(is_running, children)))


def test_a_tied_child_is_started_from_the_main_thread_only(tmp_path: Path) -> None:
    refusals: list[str] = []

    def start() -> None:
        try:
            python("threaded", SLEEPER, tmp_path).start()
        except RuntimeError as error:
            refusals.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert refusals == ["a tied child must be started from the main thread"]
