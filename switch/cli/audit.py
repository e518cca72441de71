"""What staff do and look at by commands goes into the audit, too: who, which command, about what, from which machine."""

import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from switch.application import Switch
from switch.cli.commands import given
from switch.cli.staff import by_whom
from switch.domain.errors import Refusal

T = TypeVar("T")

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,79}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{10,}", re.ASCII)
"""Longer than any national code: it may be a telephone's or a person's number."""
_LEFT_OUT = "…"
_REASON = "--reason"


async def audited(switch: Switch, work: Callable[[Switch], Awaitable[T]]) -> T:
    """What `work` answers, once it is kept who has asked; what was refused is kept, too."""
    outcome = "done"
    try:
        return await work(switch)
    except Refusal as refusal:
        outcome = refusal.code
        raise
    finally:
        words = given.get()
        await switch.keep_audit(
            who=by_whom(),
            via="console",
            action=f"switch {_command(words)}".strip(),
            subject=" ".join(_told(words)),
            outcome=outcome,
            origin=console(),
            reason=_reason(words),
        )


def console() -> str:
    """From where, for the audit."""
    return f"console {socket.gethostname()}"


def _command(words: Sequence[str]) -> str:
    """The words before the first that is no command's name."""
    named = []
    for word in words:
        if not (word.isascii() and word.replace("-", "").isalpha() and word == word.lower()):
            break
        named.append(word)
    return " ".join(named[:3])


def _told(words: Sequence[str]) -> Iterator[str]:
    """Codes, ids and the names of options; free text and long numbers, which may be somebody's, are left out."""
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            yield name + (equals and f"={value if _harmless(value) else _LEFT_OUT}")
        else:
            yield word if _harmless(word) else _LEFT_OUT


def _harmless(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and _DIGITS.search(word) is None


def _reason(words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == _REASON:
            return value if equals else next(iter(words[place + 1 : place + 2]), None)
    return None
