"""Patience: how often a call is repeated after silence or a busy switch, and how long it is waited in between."""

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from switch.client.answers import NotCertain
from switch.client.calls import Answer, Call, Pause, Silence

BUSY = frozenset({429, 503})
UNDECIDED = frozenset({401, 403, 408, 413, 415, 429, 503})
"""Statuses that say nothing about what an earlier, unanswered try of the same call has done."""
NOTHING_DONE = frozenset(
    {"overloaded", "biller_unavailable", "no_open_window", "too_many_requests", "too_many_at_once", "too_many_strangers"}
)
"""Codes of refusals by a busy or closed switch that has not taken the payment."""
CHANCE_OF_A_PAUSE = 0.5

Steps = Generator[Call | Pause, Answer | Silence | None, Answer]


@dataclass(frozen=True, slots=True)
class Patience:
    tries: int = 8
    """With these pauses for longer than the switch is away after a crash of its database, or while it is started again."""
    first_pause_seconds: float = 0.2
    longest_pause_seconds: float = 5.0

    def pause_seconds(self, failures: int, asked: float | None) -> float:
        """Growing, with chance in it so that many clients do not come back at once; never shorter than the switch has asked for."""
        grown: float = min(self.first_pause_seconds * 2 ** (failures - 1), self.longest_pause_seconds)
        some = grown * (1 - CHANCE_OF_A_PAUSE * random.random())  # noqa: S311 - spreads load, keeps no secret
        return some if asked is None else max(some, min(asked, self.longest_pause_seconds))


def patiently(call: Call, patience: Patience) -> Steps:
    """The same call until it is answered: everything the API offers may be asked again, a payment because of its key.

    A payment that was once met with silence is refused only by an answer that speaks of its key, otherwise it is NotCertain.
    """
    doubt: str | None = None
    for failures in range(1, patience.tries + 1):
        answer = yield call
        last = failures == patience.tries
        match answer:
            case Silence(why=why, sent=sent):
                doubt = why if sent else doubt
                if last:
                    raise NotCertain(doubt or why, call.key)
                yield Pause(patience.pause_seconds(failures, None))
            case Answer(status=status) if status in BUSY and not last and _again_with_this_key(answer):
                if _perhaps_done(answer):
                    doubt = f"status {status}"
                yield Pause(patience.pause_seconds(failures, _asked_seconds(answer.headers)))
            case Answer(status=status):
                if call.key is not None and status in UNDECIDED and (doubt or _perhaps_done(answer)):
                    raise NotCertain(doubt or f"status {status}", call.key)
                return answer
            case None:
                raise AssertionError("a call was answered as a pause")
    raise AssertionError("a patience of no tries")


def _perhaps_done(answer: Answer) -> bool:
    """A fault of the switch does not say whether the payment stands; these refusals say that it does not."""
    return answer.status in BUSY and _member(answer, "code") not in NOTHING_DONE


def _again_with_this_key(answer: Answer) -> bool:
    return _member(answer, "retry") in ("same_key", "after_seconds", None)


def _member(answer: Answer, name: str) -> Any:
    try:
        document = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return document.get(name) if isinstance(document, dict) else None


def _asked_seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    return float(text) if text.isdigit() else None
