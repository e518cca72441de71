"""Strict JSON of a counterparty: one object, no key twice, no fractions, and fields that are taken out by name and kind."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from switch.domain.calendar import read_day
from switch.domain.errors import Refusal
from switch.domain.money import Money, parse_amount

LONGEST_TEXT_CHARACTERS = 200
LONGEST_NUMBER_DIGITS = 18


class Malformed(Exception):
    """Says which field is wrong, never what is in it: that may be personal data."""


def json_object(body: bytes) -> dict[str, Any]:
    try:
        value = _decoder.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def text(document: Mapping[str, Any], field: str, longest: int = LONGEST_TEXT_CHARACTERS) -> str:
    """Printable, so without control and direction characters; never empty."""
    value = document.get(field)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise Malformed(f"{field} is not a text")
    return value


def optional_text(document: Mapping[str, Any], field: str, longest: int = LONGEST_TEXT_CHARACTERS) -> str | None:
    return None if document.get(field) is None else text(document, field, longest)


def amount(document: Mapping[str, Any], field: str = "amount") -> Money:
    """The field beside `currency`."""
    try:
        return parse_amount(document.get(field), text(document, "currency", 3))
    except Refusal as refusal:
        raise Malformed(f"{field}: {refusal.code}") from refusal


def optional_date(document: Mapping[str, Any], field: str) -> date | None:
    """`2026-11-24` and no other spelling."""
    value = optional_text(document, field, 10)
    if value is None:
        return None
    try:
        return read_day(value)
    except ValueError as error:
        raise Malformed(f"{field} is not a date") from error


def moment(document: Mapping[str, Any], field: str) -> datetime:
    """RFC 3339 with a zone."""
    try:
        at = datetime.fromisoformat(text(document, field, 40))
    except ValueError as error:
        raise Malformed(f"{field} is not a moment") from error
    if at.tzinfo is None:
        raise Malformed(f"{field} has no zone")
    return at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER_DIGITS:
        raise ValueError("too long a number")
    return int(digits)


def _refused(_: str) -> NoReturn:
    raise ValueError("a fraction")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_refused, parse_constant=_refused)
