"""Pseudonyms: what stands for personal data wherever it is only looked up, joined, compared or made unique.

Keyed BLAKE2b (RFC 7693, 2.9), a purpose each: whoever has the books and not the key cannot even try a guess. A process has one key,
given to it before anything else is done; the key never changes, for rows are found by what was made with it.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from switch.domain.texts import for_matching

PSEUDONYM_BYTES = 16
KEY_BYTES = 32
CUSTOMERS_REMEMBERED = 2_048
"""Each is asked for five times on the way of one payment."""


class _Keyed(Protocol):
    def copy(self) -> "_Keyed": ...
    def update(self, text: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class NoPseudonymKey(RuntimeError):
    """This process was not given the key."""


_purposes: dict[str, _Keyed] = {}


def use_pseudonym_key(key: bytes) -> None:
    """Once in the life of a process, and the same in all of them."""
    if len(key) != KEY_BYTES:
        raise ValueError("a pseudonym key has 32 bytes")
    for purpose in ("customer", "payer", "batch", "bill", "dispute"):
        _purposes[purpose] = hashlib.blake2b(key=key, digest_size=PSEUDONYM_BYTES, person=purpose.encode())
    customer_pseudonym.cache_clear()


@lru_cache(maxsize=CUSTOMERS_REMEMBERED)
def customer_pseudonym(reference: str) -> str:
    """Two ways of writing one customer reference have one pseudonym, whoever wrote them."""
    return _made("customer", reference if reference.isascii() and " " not in reference else for_matching(reference))


def payer_pseudonym(name: str | None, phone: str | None, national_number: str | None) -> str:
    """Of what was said of a payer, as it was said; empty where nothing was."""
    if name is None and phone is None and national_number is None:
        return ""
    return _made("payer", "\x1f".join("\x00" if part is None else part for part in (name, phone, national_number)))


def batch_pseudonym(digest: bytes) -> bytes:
    """Of the digest of a batch, which may have a single line."""
    return bytes.fromhex(_made("batch", digest.hex()))


def bill_seal(content: str) -> bytes:
    """Of what a bill says: whoever has the books and not the key cannot slip one in, or make an edited one fit."""
    return bytes.fromhex(_made("bill", content))


def dispute_pseudonym(text: str, contact: str) -> str:
    """Of what was said in one line of a dispute's history."""
    return _made("dispute", f"{text}\x1f{contact}")


def customer_pseudonyms(references: Sequence[bytes]) -> list[bytes]:
    """Of very many at once, in UTF-8; the same as one by one."""
    together = b"".join(references)
    if not together.isascii() or b" " in together:
        return [customer_pseudonym(reference.decode()).encode() for reference in references]
    begin, made = _prepared("customer").copy, []
    for reference in references:
        keyed = begin()
        keyed.update(reference)
        made.append(keyed.hexdigest().encode())
    return made


def _made(purpose: str, text: str) -> str:
    keyed = _prepared(purpose).copy()
    keyed.update(text.encode())
    return keyed.hexdigest()


def _prepared(purpose: str) -> _Keyed:
    try:
        return _purposes[purpose]
    except KeyError:
        raise NoPseudonymKey("no pseudonym key: make it with `switch keys init`") from None
