"""Texts: which characters people's words may hold."""

import re

from switch.domain.errors import TextForbidden

FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides and isolates
    "\u2028\u2029\ufeff\ud800-\udfff\ufff9-\uffff]"  # separators, byte order mark, lone surrogates, non-characters
)


def require_plain(text: str, field: str, longest: int) -> None:
    """Refuses control and direction characters and too long a text, by the name of its field."""
    if len(text) > longest or FORBIDDEN_CHARACTERS.search(text) is not None:
        raise TextForbidden(field=field)
