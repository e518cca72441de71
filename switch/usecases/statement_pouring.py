"""A statement poured into its table, in constant memory: as it is where it is plain, else line by line."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Executor
from itertools import islice
from typing import BinaryIO, NamedTuple, TypeVar

from switch.domain.booked_statements import BookedLine, BookedStatement, NotPlain, PlainStatement
from switch.domain.errors import Refusal
from switch.domain.identifiers import participant_code
from switch.fail_points import FailPoint, fail_point
from switch.store import read_lines, statements
from switch.store.database import Connection

LINES_AT_ONCE = 2_000
LONGEST_REFERENCE = 512
T = TypeVar("T")
Tell = Callable[[int, int], None]
"""How many bytes of how many were read."""


class Sums(NamedTuple):
    lines: int
    minor: int
    fee_minor: int


def nobody(_done: int, _total: int) -> None:
    """Where nobody wants to be told."""


async def pour_plain(connection: Connection, key: int, plain: PlainStatement, file: BinaryIO, tell: Tell) -> Sums:
    """Raises NotPlain and DataRefused; then nothing of it may be kept."""
    rows = statements.with_pseudonyms(plain.blocks, LONGEST_REFERENCE)
    await statements.pour_plain(connection, _told(_in_threads(rows), file, tell))
    found = await statements.poured(connection, key, plain.head.currency)
    for group in found:
        try:
            participant_code(group.counterparty)
        except Refusal:
            raise NotPlain from None
    sums = Sums(sum(group.lines for group in found), sum(group.minor for group in found), 0)
    numbered = sum(group.numbers for group in found) == sums.lines * (sums.lines + 1) // 2
    within = min(group.first for group in found) == 1 and max(group.last for group in found) == sums.lines
    well_written = all(group.well_written and group.longest <= LONGEST_REFERENCE for group in found)
    if not (numbered and within and well_written and sums.lines == plain.lines and sums.minor == plain.total.minor):
        raise NotPlain
    return sums


async def pour_booked(
    connection: Connection, key: int, booked: BookedStatement, file: BinaryIO, tell: Tell, *, sums: bool, thread: Executor
) -> Sums:
    """`sums`: each line stands for many payments. `thread` is the one in which its reading began. Raises StatementMalformed."""
    lines = minor = fee_minor = 0

    def counted() -> Iterator[list[BookedLine]]:
        nonlocal lines, minor, fee_minor
        for some in _batches(booked.lines):
            lines += len(some)
            minor += sum(line.minor for line in some)
            fee_minor += sum(line.fee or 0 for line in some)
            yield some

    await read_lines.pour(connection, key, booked.head, _told(_in_threads(counted(), thread), file, tell), sums=sums)
    return Sums(lines, minor, fee_minor)


def _batches(lines: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(lines)
    while some := list(islice(remaining, LINES_AT_ONCE)):
        yield some


async def _in_threads(iterator: Iterator[T], thread: Executor | None = None) -> AsyncIterator[T]:
    """Reading and parsing beside the loop, so that nobody else waits for it."""
    loop = asyncio.get_running_loop()
    while (item := await loop.run_in_executor(thread, next, iterator, None)) is not None:
        yield item


async def _told(items: AsyncIterator[T], file: BinaryIO, tell: Tell) -> AsyncIterator[T]:
    place = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(place)
    async for item in items:
        tell(file.tell(), size)
        yield item
        fail_point(FailPoint.POURING)
