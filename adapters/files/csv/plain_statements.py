"""A statement in the layout `csv-1` that is written as most are, for the database to take as it is: no cell is looked at here.

Only what is beyond doubt is plain: rows `D` without quotes or guards, one after another, between one header and one trailer. Whatever
is not goes through `statements.py`, which names what is wrong; a test holds both to the same answers.
"""

import csv
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import BinaryIO

from adapters.files.csv.cells import BOM
from adapters.files.csv.statements import head_of
from switch.domain.booked_statements import NotPlain, PlainStatement, StatementHead
from switch.domain.errors import Refusal
from switch.domain.money import SCALES, Money, parse_amount
from switch.domain.reconciliation import MOST_CARRY_FORWARD_DAYS
from switch.domain.statement_faults import Faults
from switch.domain.texts import FORBIDDEN_CHARACTERS

BYTES_AT_ONCE = 1 << 18
HEAD_BYTES = TAIL_BYTES = 1 << 12
_ORDINARY = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"  # pragma: allowlist secret
_SHAPE = b"\n,,,,,,.,,"
"""What is left of an ordinary row when these are taken away: nine cells, and one point, in the amount."""
_CONTROLS = bytes((*range(10), 11, 12, *range(14, 32), 127))
_MARKS = (b'"', b"'", b"\\", b"{")
_AMOUNT = re.compile(rb",(?:0|[1-9][0-9]{0,12})\.[0-9]{2},[0-9]{4}-[0-9]{2}-[0-9]{2},[a-z]+\r?(?=\n|\Z)")
_TRAILER = re.compile(rb"(?:TT,[^\r\n]*\r?\n)?T,([0-9]{1,8}),([0-9.]{1,20})(?:\r?\n)?")
_LINE_ENDS = re.compile("[\r\n]")
_SCALE = 2
"""Amounts of other currencies have another shape."""


def plain_statement(file: BinaryIO) -> PlainStatement | None:
    """None where it is not plain; the file is left anywhere."""
    start = file.read(HEAD_BYTES)
    head, begin = _head(start)
    end = file.seek(0, os.SEEK_END)
    tail_begin = max(begin, end - TAIL_BYTES)
    file.seek(tail_begin)
    tail = file.read()
    place = max(tail.rfind(b"\nTT,"), tail.rfind(b"\nT,") if b"\nTT," not in tail else -1) + 1
    trailer = _TRAILER.fullmatch(tail, place) if head is not None else None
    if head is None or trailer is None or (place == 0 and tail_begin > begin) or SCALES[head.currency] != _SCALE:
        return None
    try:
        lines = int(trailer[1])
        total = Money(0, head.currency) if lines == 0 else parse_amount(trailer[2].decode(), head.currency)
    except Refusal:
        return None
    if lines == 0 or trailer[2].decode() != total.text():
        return None
    return PlainStatement(head, lines, total, _blocks(file, begin, tail_begin + place, lines, _days_around(head.business_date)))


def _head(start: bytes) -> tuple[StatementHead | None, int]:
    """The header, and where the rows begin."""
    place = len(BOM) if start.startswith(BOM) else 0
    head = None
    while (end := start.find(b"\n", place)) >= 0:
        record = start[place : place + 3]
        if record.startswith(b"D,"):
            return head, place
        if record not in (b"HT,", b"DT,"):
            try:
                (cells,) = csv.reader([start[place:end].decode().rstrip("\r")], strict=True)
                head = head_of(1, cells, Faults()) if head is None else None
            except (Refusal, UnicodeDecodeError, csv.Error, ValueError):
                return None, 0
            if head is None:
                return None, 0
        place = end + 1
    return None, 0


def _blocks(file: BinaryIO, begin: int, end: int, expected: int, days: Sequence[bytes]) -> Iterator[bytes]:
    """Whole rows, their `D,` taken off and their state shortened."""
    file.seek(begin)
    rest, lines, left = b"\n", 0, end - begin
    while left > 0:
        read = file.read(min(BYTES_AT_ONCE, left))
        if not read:
            raise NotPlain
        left -= len(read)
        block = rest + read
        cut = block.rfind(b"\n") if left else len(block) - 1
        block, rest = block[:cut], block[cut:]
        if len(rest) > HEAD_BYTES:
            raise NotPlain
        if len(block) > 1:
            rows, count = _plain_rows(block, days)
            lines += count
            yield rows
    if lines != expected or rest != b"\n":
        raise NotPlain


def _plain_rows(block: bytes, days: Sequence[bytes]) -> tuple[bytes, int]:
    """`block` begins with the line feed before its first row, and ends before that of its last."""
    end = b"\r\n" if block.endswith(b"\r") else b"\n"
    count = block.count(b"\n")
    if block.translate(None, _ORDINARY) != (_SHAPE + end[:-1]) * count:
        _require_harmless(block, count)
    if block.count(b"\nD,") != count:
        raise NotPlain
    rows = (block.removesuffix(b"\r") + end).replace(b",booked" + end, b",f\n").replace(b",reversed" + end, b",t\n")
    dated = 0
    for day in days:
        dated += rows.count(b",%s,f\n" % day) + rows.count(b",%s,t\n" % day)
        if dated == count:
            return rows.replace(b"\nD,", b"\n")[1:], count
    raise NotPlain


def _require_harmless(block: bytes, count: int) -> None:
    """For rows with other characters than most: no quotes, nothing forbidden, and each amount written as it must be."""
    if block.translate(None, _CONTROLS) != block or any(mark in block for mark in _MARKS):
        raise NotPlain
    try:
        text = block.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    if (
        FORBIDDEN_CHARACTERS.search(_LINE_ENDS.sub("", text))
        or len(_AMOUNT.findall(block)) != count
        or block.count(b"\r") not in (0, count)
    ):
        raise NotPlain


def _days_around(day: date) -> tuple[bytes, ...]:
    """As they are written, the nearest first."""
    near = sorted(range(-MOST_CARRY_FORWARD_DAYS, MOST_CARRY_FORWARD_DAYS + 1), key=abs)
    return tuple((day + timedelta(days=away)).isoformat().encode() for away in near)
