"""The header fields that count for a signature, each at most once, bounded and printable."""

import re
from typing import Final

from switch.signatures.errors import SignatureMalformed
from switch.signatures.target import LONGEST_FIELD_BYTES, RawHeaders

_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*")
_OF_A_REQUEST: Final = frozenset({b"signature-input", b"signature", b"content-digest", b"idempotency-key"})
_OF_A_RESPONSE: Final = frozenset({b"signature-input", b"signature", b"content-digest", b"content-type"})

Fields = dict[bytes, str]


def request_fields(headers: RawHeaders) -> Fields:
    return _fields(headers, _OF_A_REQUEST)


def response_fields(headers: RawHeaders) -> Fields:
    return _fields(headers, _OF_A_RESPONSE)


def _fields(headers: RawHeaders, wanted: frozenset[bytes]) -> Fields:
    found: Fields = {}
    for name, value in headers:
        lowered = name.lower()
        if lowered in wanted:
            title = lowered.decode("ascii").title()
            if lowered in found:
                raise SignatureMalformed(why=f"{title} is there twice")
            text = value.decode("latin-1").strip(" \t")
            if len(text) > LONGEST_FIELD_BYTES or not _PRINTABLE.fullmatch(text):
                raise SignatureMalformed(why=f"{title} is too long or not printable ASCII")
            found[lowered] = text
    return found
