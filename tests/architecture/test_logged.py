"""The search of all logs is seen to find: what a test logs, what a process of a test says, and with it the whole run fails."""

import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = """
import subprocess, sys
import structlog

def test_that_logs_a_phone():
    structlog.get_logger("x").info("payment.completed", what="0933" + "123456")

def test_whose_child_dies_with_a_name():
    subprocess.run([sys.executable, "-c", "raise SystemExit('زياد ' + 'المزروع')"])

def test_that_is_good():
    structlog.get_logger("x").info("payment.completed", payment_id="019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", milliseconds=0.0933123456)
"""


@pytest.mark.timeout(60)
def test_a_run_that_logs_what_is_personal_fails_with_file_and_line(tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "test_planted.py").write_text(PLANTED, encoding="utf-8")
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "--basetemp",
        str(tmp_path / "its"),
    ]
    done = subprocess.run(
        [sys.executable, *words, str(tmp_path / "test_planted.py")], cwd=project_root, capture_output=True, text=True, check=False
    )
    log = tmp_path / "its" / "logged.txt"
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{log}:2: a phone or national number (test_planted.py::test_that_logs_a_phone)" in done.stdout
    assert f"{log}:4: what a test has given out (test_planted.py::test_whose_child_dies_with_a_name)" in done.stdout
    assert "(test_planted.py::test_that_is_good)" not in done.stdout
    assert "3 passed, 1 error" in done.stdout
