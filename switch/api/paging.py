"""Paging: lists have a limit and a cursor that only the list itself can make sense of."""

import base64
import binascii
import re
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from switch.domain.errors import CursorMalformed

LARGEST_PAGE = 500
PAGE = 100
CURSOR_CHARACTERS = 200
LONGEST_NUMBER_DIGITS = 9


def _digits(value: object) -> object:
    """Python reads more than digits as a number, such as `5_0`, `+5` and `1.0`."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticCustomError("int_parsing", "not in digits")
    return value


Limit = Annotated[
    int,
    Query(ge=1, le=LARGEST_PAGE, description="How many at most; fewer does not mean that there are no more."),
    BeforeValidator(_digits),  # the last: before the bounds, it would make them words of no meaning in the contract
]
Cursor = Annotated[str | None, Query(max_length=CURSOR_CHARACTERS, description="`next_cursor` of the page before.")]


def write_cursor(*parts: str | int | UUID) -> str:
    return base64.urlsafe_b64encode("|".join(map(str, parts)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[str]:
    """The parts that `write_cursor` was given, as text. Refuses what it did not make."""
    try:
        found = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode().split("|")
    except (binascii.Error, ValueError):
        raise CursorMalformed() from None
    if len(found) != parts:
        raise CursorMalformed()
    return found


def id_cursor(cursor: str | None) -> UUID | None:
    """A cursor that is one id."""
    if cursor is None:
        return None
    try:
        return UUID(read_cursor(cursor, 1)[0])
    except ValueError:
        raise CursorMalformed() from None


def number_cursor(cursor: str | None) -> int:
    """A cursor that is one whole number; 0 where there is none."""
    if cursor is None:
        return 0
    number = read_cursor(cursor, 1)[0]
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER_DIGITS):
        raise CursorMalformed()
    return int(number)


def text_cursor(cursor: str | None, form: re.Pattern[str]) -> str | None:
    """A cursor that is one text of this form."""
    if cursor is None:
        return None
    text = read_cursor(cursor, 1)[0]
    if form.fullmatch(text) is None:
        raise CursorMalformed()
    return text
