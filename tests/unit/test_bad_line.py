"""The bad line: what each fault does to a question and its answer, and that a healed line carries everything."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from switch.simulators import bad_line
from switch.simulators.bad_line import BadLine, LineFault, to_port

QUESTION = b"q" * 2_000
ANSWER = b"a" * 4_000


@dataclass
class Answering:
    """Answers each whole question; keeps what it has heard."""

    heard: list[bytes] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(b"")
        self.writers.append(writer)
        mine = len(self.heard) - 1
        with suppress(OSError):
            while piece := await reader.read(65_536):
                self.heard[mine] += piece
                if len(self.heard[mine]) % len(QUESTION) == 0:
                    writer.write(ANSWER)


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    found = Answering()
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    for writer in found.writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _ask(line: BadLine) -> bytes | None:
    """What was heard of one answer until it was whole or the line ended; None for a reset."""
    async with line.listening() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heard = b""
        try:
            writer.write(QUESTION)
            while len(heard) < len(ANSWER) and (piece := await reader.read(65_536)):
                heard += piece
        except ConnectionResetError:
            return None
        finally:
            writer.close()
        return heard


def _line(answering: Answering, fault: LineFault, seed: int = 1) -> BadLine:
    return BadLine(to_port(answering.port), 1.0, random.Random(seed), (fault,))


@pytest.mark.parametrize("fault", [LineFault.DELAY, LineFault.FLOOD])
async def test_what_is_only_late_or_beside_noise_comes_whole(
    answering: Answering, fault: LineFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad_line, "LONGEST_DELAY_SECONDS", 0.2)
    line = _line(answering, fault)
    assert await _ask(line) == ANSWER
    assert line.injected == {fault: 1}
    assert QUESTION in answering.heard


async def test_a_cut_request_arrives_in_part_and_is_not_answered(answering: Answering) -> None:
    assert not await _ask(_line(answering, LineFault.CUT_REQUEST))
    assert len(answering.heard[0]) < len(QUESTION)


@pytest.mark.parametrize("fault", [LineFault.CUT_ANSWER, LineFault.TRUNCATE, LineFault.SILENCE])
async def test_what_is_cut_behind_the_question_has_arrived_and_is_not_answered_whole(
    answering: Answering, fault: LineFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad_line, "SILENT_SECONDS", 0.2)
    heard = await _ask(_line(answering, fault))
    assert len(heard or b"") < len(ANSWER)
    assert answering.heard == [QUESTION]
    if fault is LineFault.TRUNCATE:
        assert heard


async def test_a_healed_line_and_the_share_of_a_bad_one(answering: Answering) -> None:
    line = _line(answering, LineFault.CUT_REQUEST)
    line.healed = True
    assert await _ask(line) == ANSWER
    line.healed, line.share, line.faults = False, 0.3, (LineFault.DELAY, LineFault.TRUNCATE)
    for _ in range(1_000):
        line.draw()
    assert 240 < sum(line.injected.values()) < 360
    assert abs(line.injected["delay"] - line.injected["truncate"]) <= 1, "each has its turn"
