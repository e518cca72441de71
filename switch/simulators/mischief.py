"""Mischief: how a simulator misbehaves, by a script in a JSON file that is read again when it changes; seeded."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog

EVERY_BILLER = "*"
RTGS = "rtgs"
"""Its name in a script, beside the billers' codes."""
_log = structlog.get_logger("switch.simulators")


class Mischief(StrEnum):
    SLOW = "slow"
    """Waits `milliseconds`, then does as it is told."""
    LATE = "late"
    """Does as it is told, and answers after `milliseconds`."""
    SILENT = "silent"
    """Does nothing and never answers."""
    CUT_BEFORE_BOOKING = "cut-before-booking"
    CUT_AFTER_BOOKING = "cut-after-booking"
    GARBAGE = "garbage"
    """Books, and answers what is not JSON."""
    HUGE = "huge"
    """Books, and answers with a megabyte."""
    ERROR_500 = "error500"
    """Does nothing, and answers 500."""
    UNSIGNED = "unsigned"
    """Books, and does not sign its answer."""
    OTHER_AMOUNT = "other-amount"
    """Books another amount, and says so."""
    OTHER_PAYMENT = "other-payment"
    """Books, and answers for another payment."""
    MISWRITTEN = "miswritten"
    """Books another amount, and answers as if it were right: only reconciliation finds it."""
    REFUSE = "refuse"
    REFUSE_THOUGH_BOOKED = "refuse-though-booked"
    """Books, and says no: a lie that only reconciliation finds."""
    TWICE_ANSWERED = "twice-answered"
    """The RTGS over files only: answers, and answers the same again in another file."""
    TWICE_BOOKED = "twice-booked"
    UNBOOKED = "unbooked"
    """Says yes to an advice and books nothing."""
    PENDING = "pending"
    """The RTGS only: decides after `milliseconds`."""


@dataclass(frozen=True, slots=True)
class Rule:
    does: Mischief
    share: float
    """Of the calls, 0 to 1."""
    calls: frozenset[str]
    milliseconds: int = 0


@dataclass
class Script:
    """Without a file everybody behaves."""

    path: Path | None = None
    funds: Mapping[str, str] = field(default_factory=dict)
    """The RTGS only: the most that a participant's account may lose; without a line it is without limit."""
    _rules: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    _seed: int = 0
    _chances: dict[str, random.Random] = field(default_factory=dict)
    _read_version: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a script that cannot be understood; a later change to such a one is not followed."""
        if self.path is not None:
            self._read(self.path)

    def draw(self, whom: str, call: str) -> Rule | None:
        """The first rule whose lot falls on this call."""
        self._follow()
        general = () if whom == RTGS else self._rules.get(EVERY_BILLER, ())
        for rule in (*self._rules.get(whom, ()), *general):
            if call in rule.calls and self._chance(whom).random() < rule.share:
                return rule
        return None

    def _chance(self, whom: str) -> random.Random:
        if (known := self._chances.get(whom)) is None:
            known = self._chances[whom] = random.Random(f"{self._seed}/{whom}")  # noqa: S311 - to be repeated, not to be secret
        return known

    def _follow(self) -> None:
        if self.path is None:
            return
        try:
            if _version(self.path) != self._read_version:
                self._read(self.path)
        except (OSError, ValueError) as fault:
            if isinstance(fault, ValueError):
                self._read_version = _version(self.path)
            _log.warning("script.not_followed", why=str(fault))

    def _read(self, path: Path) -> None:
        version = _version(path)
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or not isinstance(document.get("rules", {}), dict):
            raise ValueError(  # noqa: TRY004 - one error for all that is wrong with a script
                'a script is an object such as {"seed": 1, "rules": {"200019": [{"does": "silent", "share": 0.1}]}}'
            )
        rules = {whom: tuple(_rule(rule) for rule in listed) for whom, listed in document.get("rules", {}).items()}
        self._rules, self._seed, self.funds = rules, int(document.get("seed", 0)), dict(document.get("funds", {}))
        self._chances = {}
        self._read_version = version
        _log.info("script.read", rules=sum(map(len, rules.values())))


def _rule(document: Any) -> Rule:
    try:
        does, share = Mischief(document["does"]), float(document.get("share", 1))
        calls, milliseconds = frozenset(document.get("calls", ("pay", "advise", "instruct"))), int(document.get("milliseconds", 0))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"a rule is wrong: {document}") from fault
    if not 0 <= share <= 1 or milliseconds < 0 or not calls <= {"inquire", "pay", "enquire", "reverse", "advise", "instruct"}:
        raise ValueError(f"a rule is out of range: {document}")
    return Rule(does, share, calls, milliseconds)


def _version(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
