"""Fail points: named places on the path of a payment at which a test has this process die, stop or wait, by a setting of its own.

Nothing is armed in a real switch, where reaching one costs a look at an empty table.
"""

import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

EXIT_CODE = 86
DELAY_SECONDS = 0.3


class FailPoint(StrEnum):
    """In the order in which a payment comes by, then a window, an archive, a statement with what it leads to, a dispute."""

    ROUTED = "routed"
    """Read and found good; nothing is written yet."""
    CLAIMED = "claimed"
    """A batch has claimed its keys and locked what it touches, in a transaction that is open."""
    WRITTEN = "written"
    """A batch is written, and not committed."""
    COMMITTED = "committed"
    """A batch is committed; nobody was told."""
    RESERVED = "reserved"
    """The payment is held; its biller was not asked."""
    ANSWERED = "answered"
    """The biller has answered; that is written nowhere."""
    CONCLUDED = "concluded"
    """The payment is concluded; the bank was not told."""
    TELLING = "telling"
    """The answer is signed, and not sent."""
    LEASED = "leased"
    """Payments in doubt were given to this worker; it has asked nobody."""
    ENQUIRED = "enquired"
    """A payment in doubt was enquired after; that is written nowhere."""
    CLOSING = "closing"
    """A window is closed and the next one open, in a transaction that is open."""
    CLOSED = "closed"
    """That is committed; its nets are not computed."""
    NETTED = "netted"
    """Its nets are kept; nothing was sent."""
    INSTRUCTING = "instructing"
    """Its instruction is on record; the RTGS may not have heard of it."""
    HEARD = "heard"
    """The RTGS has answered; that is written nowhere."""
    CLEARING = "clearing"
    """Its accounts are cleared, in a transaction that is open."""
    CLEARED = "cleared"
    """That is committed; no file was issued."""
    ISSUING = "issuing"
    """Its files lie in the drop; none is on record."""
    ISSUED = "issued"
    """They are on record, in a transaction that is open."""
    APPROVING = "approving"
    """A debtor has approved, in a transaction that is open."""
    RECOMPUTING = "recomputing"
    """A window is recomputed without somebody, in a transaction that is open."""
    RECOMPUTED = "recomputed"
    """That is committed; the proposal does not know it."""
    MOVING = "moving"
    """What is owed for a window was moved into the open one, in a transaction that is open."""
    MOVED = "moved"
    """That is committed; the proposal does not know it."""
    RERATING = "rerating"
    """Payments of a re-rating are adjusted, in a transaction that is open."""
    RERATED = "rerated"
    """That is committed; the next ones were not begun."""
    PLANNING = "planning"
    """A part of an old date's payments is down for the archive, in a transaction that is open."""
    PLANNED = "planned"
    """All of them are, and its file is not begun."""
    ARCHIVING = "archiving"
    """Its file is half written."""
    ARCHIVED = "archived"
    """Its file lies there, signed, and is not on record."""
    RECORDING = "recording"
    """It is on record, in a transaction that is open."""
    RECORDED = "recorded"
    """That is committed, and nothing was taken out."""
    REMOVING = "removing"
    """A part of its rows is taken out, in a transaction that is open."""
    REMOVED = "removed"
    """That is committed."""
    POURING = "pouring"
    """Some lines of a statement are poured in, in a transaction that is open."""
    POURED = "poured"
    """All of them are; nothing says yet whose they are."""
    ACCEPTING = "accepting"
    """It is on record, in a transaction that is open."""
    ACCEPTED = "accepted"
    """That is committed; its participant was not told."""
    QUARANTINING = "quarantining"
    """A wrong one lies in the drop, and is not on record."""
    MATCHING = "matching"
    """A step of a day's comparison is made, in a transaction that is open."""
    JUDGING = "judging"
    """Some of its breaks are opened or ended, in a transaction that is open."""
    RECONCILED = "reconciled"
    """That is committed; the RTGS's statement was not looked at."""
    OPENING = "opening"
    """Breaks against the RTGS are opened or ended, in a transaction that is open."""
    OPENED = "opened"
    """That is committed."""
    ASKING = "asking"
    """A biller was sent a payment again; its answer is written nowhere."""
    MENDING = "mending"
    """What a repair moves is moved, and its break does not know it, in a transaction that is open."""
    MENDED = "mended"
    """That is committed; the next break was not begun, and the proposal knows nothing."""
    RELEASING = "releasing"
    """What was in suspense is moved on, in a transaction that is open."""
    RELEASED = "released"
    """That is committed; the proposal does not know it."""
    AGREEING = "agreeing"
    """A dispute is accepted; its refund is not proposed."""
    REFUNDING = "refunding"
    """The payment of a dispute is taken back, and the dispute does not know it, in a transaction that is open."""
    REFUNDED = "refunded"
    """That is committed; the proposal does not know it."""
    ENDING = "ending"
    """A dispute has ended, in a transaction that is open."""
    ENDED = "ended"
    """That is committed."""


OF_A_PAYMENT = tuple(FailPoint)[: tuple(FailPoint).index(FailPoint.CLOSING)]
"""Those on the path of a payment; the others are on that of a window, or of an archive."""
OF_AN_ARCHIVE = tuple(FailPoint)[tuple(FailPoint).index(FailPoint.PLANNING) : tuple(FailPoint).index(FailPoint.POURING)]
OF_RECONCILIATION = tuple(FailPoint)[tuple(FailPoint).index(FailPoint.POURING) :]
OF_A_RERATING = (FailPoint.RERATING, FailPoint.RERATED)
OF_A_MOVE = (FailPoint.MOVING, FailPoint.MOVED)


class Does(StrEnum):
    EXIT = "exit"
    """Dies at once, as by kill -9: nothing is tidied up."""
    STOP = "stop"
    """Is stopped where it stands (SIGSTOP), with all that it holds, until somebody lets it go on."""
    DELAY = "delay"
    """The whole process waits for a moment."""


@dataclass(frozen=True, slots=True)
class Failure:
    """At the `at`-th time that the point is reached and at no other; without it at a `share` of the times, 0 to 1. At `most` so often,
    by all processes that tell of it in the same file."""

    point: FailPoint
    does: Does
    share: float = 1.0
    at: int | None = None
    most: int | None = None

    @property
    def line(self) -> str:
        return f"{self.point} {self.does}"


class FailPointsWrong(ValueError):
    """Not of the form `point=does:share,…`; in words for people."""


def read_failures(text: str) -> list[Failure]:
    """Such as `reserved=exit:0.01*3,written=exit@2,leased=stop`."""
    failures = []
    for written in filter(None, text.split(",")):
        if (form := _FORM.fullmatch(written)) is None or form["point"] not in set(FailPoint):
            raise FailPointsWrong(f"“{written}” is none: a name of {', '.join(FailPoint)}, then = and one of {', '.join(Does)}")
        at, most = (None if form[name] is None else int(form[name]) for name in ("at", "most"))
        failures.append(Failure(FailPoint(form["point"]), Does(form["does"]), float(form["share"] or 1), at, most))
    return failures


_FORM = re.compile(
    rf"(?P<point>[a-z]+)=(?P<does>{'|'.join(Does)})(?::(?P<share>0?\.[0-9]+|1))?(?:@(?P<at>[0-9]{{1,6}}))?(?:\*(?P<most>[0-9]{{1,6}}))?",
    re.ASCII,
)
_armed: dict[FailPoint, list[Failure]] = {}
reached: Counter[FailPoint] = Counter()
"""How often each was, of those that are armed."""
_told: list[Path] = []
_chance = random.Random()  # noqa: S311 - when a test's process dies is no secret


def arm(failures: Sequence[Failure], tell: Path | None = None) -> None:
    """From now on in this process. What has failed is told in the file, a line each, before it does."""
    _armed.clear()
    reached.clear()
    _told[:] = [] if tell is None else [tell]
    for failure in failures:
        _armed.setdefault(failure.point, []).append(failure)


def fail_point(point: FailPoint) -> None:
    if point in _armed:
        _reach(point)


def _reach(point: FailPoint) -> None:
    reached[point] += 1
    for failure in _armed[point]:
        due = failure.at == reached[point] if failure.at is not None else _chance.random() < failure.share
        if due and (failure.most is None or sum(told(path)[failure.line] for path in _told) < failure.most):
            _fail(failure)


def _fail(failure: Failure) -> None:
    for path in _told:
        with path.open("ab", buffering=0) as file:
            file.write(f"{failure.line}\n".encode())
    match failure.does:
        case Does.EXIT:
            os._exit(EXIT_CODE)
        case Does.STOP:
            os.kill(os.getpid(), signal.SIGSTOP)
        case Does.DELAY:
            time.sleep(DELAY_SECONDS)


def told(path: Path) -> Counter[str]:
    """How often each has failed, such as `reserved exit`."""
    return Counter(path.read_text(encoding="ascii").splitlines()) if path.exists() else Counter()
