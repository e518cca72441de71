"""Gathering: questions go together, each caller gets its own answer, and one that is poisoned spoils no other."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from switch.domain.errors import Overloaded, SwitchUnavailable
from switch.posting.gathering import MOST_WAITING, Gathering


class Asked:
    def __init__(self) -> None:
        self.together: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, wanted: Sequence[int]) -> list[int]:
        self.together.append(list(wanted))
        await self.gate.wait()
        if 13 in wanted:
            raise ValueError("13")
        if -1 in wanted:
            raise OperationalError("", None, Exception("gone"))
        return [2 * one for one in wanted]


async def test_a_lone_question_is_asked_at_once_and_the_next_ones_go_together() -> None:
    asked = Asked()
    asked.gate.clear()
    gathering = Gathering(asked)
    callers = [asyncio.create_task(gathering(0))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    callers += [asyncio.create_task(gathering(number)) for number in range(1, 5)]
    await asyncio.sleep(0)
    asked.gate.set()
    assert await asyncio.gather(*callers) == [0, 2, 4, 6, 8]
    assert asked.together == [[0], [1, 2, 3, 4]]


async def test_a_poisoned_question_is_answered_alone() -> None:
    gathering = Gathering(Asked())
    answers = await asyncio.gather(*(gathering(number) for number in range(10, 16)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, ValueError)] == [20, 22, 24, 28, 30]


async def test_a_broken_line_is_told_to_all_and_asked_once() -> None:
    asked = Asked()
    gathering = Gathering(asked)
    answers = await asyncio.gather(*(gathering(number) for number in (1, -1, 2)), return_exceptions=True)
    assert all(isinstance(answer, SwitchUnavailable) for answer in answers)
    assert len(asked.together) == 1
    assert await gathering(4) == 8


async def test_a_caller_that_hangs_up_takes_nothing_from_the_others() -> None:
    asked = Asked()
    asked.gate.clear()
    gathering = Gathering(asked)
    one, other = asyncio.create_task(gathering(1)), asyncio.create_task(gathering(2))
    await asyncio.sleep(0)
    one.cancel()
    asked.gate.set()
    assert await other == 4


async def test_more_than_can_wait_are_sent_away() -> None:
    asked = Asked()
    asked.gate.clear()
    gathering = Gathering(asked)
    waiting = [asyncio.create_task(gathering(number)) for number in range(100, 100 + MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await gathering(1)
    asked.gate.set()
    await asyncio.gather(*waiting)
