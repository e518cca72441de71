"""Every command, option and argument says what it is for."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from switch.cli import app


def _leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield " ".join(words), command
        return
    context = command.make_context(words[-1], [], resilient_parsing=True)
    for name in command.list_commands(context):
        yield from _leaves(command.get_command(context, name), (*words, name))


LEAVES = dict(_leaves(get_command(app), ("switch",)))


def test_every_command_says_what_it_does() -> None:
    assert len(LEAVES) > 200
    assert [words for words, command in LEAVES.items() if not command.help] == []


def test_every_option_and_argument_says_what_it_is_for() -> None:
    silent = [f"{words} {parameter.name}" for words, command in LEAVES.items() for parameter in command.params if not parameter.help]

    assert silent == []


def test_what_may_only_be_proposed_is_told_to_programs_too() -> None:
    options = {words: {option for parameter in command.params for option in parameter.opts} for words, command in LEAVES.items()}

    assert [words for words, known in options.items() if {"--reason", "--at"} <= known and "--json" not in known] == []


def test_how_many_is_asked_for_in_one_way() -> None:
    spellings = {option for command in LEAVES.values() for parameter in command.params for option in parameter.opts}

    assert "--limit" in spellings
    assert [words for words, command in LEAVES.items() for one in command.params if "--most" in one.opts] == ["switch archive run"]


@pytest.mark.parametrize(
    ("output", "encoding", "code", "said"),
    [("/dev/null", "ascii", 0, ""), ("/dev/full", "utf-8", 1, "لا يمكن الكتابة · Cannot be written: No space left on device\n")],
)
def test_what_cannot_be_written_is_no_crash(output: str, encoding: str, code: int, said: str) -> None:
    surroundings = os.environ | {"PYTHONIOENCODING": encoding}
    with Path(output).open("w") as there:
        words = [sys.executable, "-m", "switch", "openapi"]
        ended = subprocess.run(words, stdout=there, stderr=subprocess.PIPE, check=False, timeout=60, env=surroundings)

    assert (ended.returncode, ended.stderr.decode()) == (code, said)


def test_an_argument_that_cannot_be_is_refused_in_words() -> None:
    words = [sys.executable, "-m", "switch", "--arabic", "split", "list", "--service", "x"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("(national_code_malformed)\n")
    assert len(ended.stderr.splitlines()) == 1
