"""Strict JSON: bytes of a stranger -> plain values, or a refusal that names what is wrong."""

import json
from typing import Any, NoReturn

from switch.api.refusals import JsonDuplicateKey, JsonMalformed, JsonNotUtf8, JsonNumberRefused, JsonTooDeep
from switch.domain import texts

DEEPEST_LEVELS = 8
LONGEST_NUMBER_DIGITS = 18
LONGEST_TEXT_CHARACTERS = 1_000
FIELD_CHARACTERS_SHOWN = 60


def parse(body: bytes) -> Any:
    """Refuses bad UTF-8, duplicate keys, NaN, huge or fractional numbers, depth, and forbidden characters."""
    if body.startswith(b"\xef\xbb\xbf"):
        raise JsonNotUtf8()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonNotUtf8() from None
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JsonMalformed(position=error.pos) from None
    except RecursionError:
        raise JsonTooDeep(most=DEEPEST_LEVELS) from None
    _look_through(value, "", DEEPEST_LEVELS)
    return value


def require_plain(text: str, field: str, longest: int = LONGEST_TEXT_CHARACTERS) -> None:
    """As the domain's own, of a field that a stranger has named."""
    texts.require_plain(text, printable(field), longest)


def printable(text: str) -> str:
    """What a stranger has sent, fit to be shown in an answer."""
    return texts.made_plain(text[:FIELD_CHARACTERS_SHOWN])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonDuplicateKey(key=printable(key))
            seen.add(key)
    return found


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER_DIGITS:
        _number_refused(digits)
    return int(digits)


def _number_refused(_: str) -> NoReturn:
    raise JsonNumberRefused(digits=LONGEST_NUMBER_DIGITS)


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_number_refused, parse_constant=_number_refused)


def _look_through(value: Any, path: str, levels: int) -> None:
    if isinstance(value, str):
        require_plain(value, path or "body")
    elif isinstance(value, dict):
        if not levels:
            raise JsonTooDeep(most=DEEPEST_LEVELS)
        for key, inner in value.items():
            require_plain(key, key)
            _look_through(inner, f"{path}.{key}" if path else key, levels - 1)
    elif isinstance(value, list):
        if not levels:
            raise JsonTooDeep(most=DEEPEST_LEVELS)
        for place, inner in enumerate(value):
            _look_through(inner, f"{path}.{place}", levels - 1)
