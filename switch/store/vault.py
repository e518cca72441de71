"""The vault: the one place where personal data and secrets are put under lock for the books, and taken out of it.

AES-256-GCM under a key of the participant that they belong to, made from a master key; which master key, stands at the beginning of
each ciphertext, and what row it is of is bound to it. What is erased keeps only the pseudonym of what was said of the payer.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from switch.domain.pseudonyms import use_pseudonym_key
from switch.ports import MasterKeys

ERASED = 0
"""In the place of the number of a master key."""
_NUMBER_BYTES = 2
_NONCE_BYTES = 12
_BEGIN = _NUMBER_BYTES + _NONCE_BYTES


class VaultBroken(ValueError):
    """A ciphertext that is not of this row, or was altered, or whose master key is gone."""


@dataclass(frozen=True, slots=True)
class Vault:
    masters: MasterKeys
    _keys: dict[tuple[int, str], AESGCM] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The number of the master key under which everything is put from now on."""
        return self.masters.newest

    def refresh(self) -> None:
        """Another process may have made a new master key."""
        self.masters.refresh()

    def put(self, owner: str, row: bytes, content: Sequence[str | None]) -> bytes:
        """`owner` is the participant that it belongs to, `row` names table and row."""
        return self.put_bytes(owner, row, orjson.dumps(content))

    def put_bytes(self, owner: str, row: bytes, content: bytes) -> bytes:
        number, nonce = self.masters.newest, os.urandom(_NONCE_BYTES)
        return number.to_bytes(_NUMBER_BYTES) + nonce + self._key(number, owner).encrypt(nonce, content, row)

    def take(self, owner: str, row: bytes, kept: bytes) -> list[Any] | None:
        """None where it was erased. Raises VaultBroken."""
        content = self.take_bytes(owner, row, kept)
        if content is None:
            return None
        said: list[Any] = orjson.loads(content)
        return said

    def take_bytes(self, owner: str, row: bytes, kept: bytes) -> bytes | None:
        """None where it was erased. Raises VaultBroken."""
        number = number_of(kept)
        if number == ERASED:
            return None
        try:
            return self._key(number, owner).decrypt(kept[_NUMBER_BYTES:_BEGIN], kept[_BEGIN:], row)
        except (InvalidTag, ValueError, KeyError):
            raise VaultBroken("what is kept under lock was not kept for this row") from None

    def again(self, owner: str, row: bytes, kept: bytes) -> bytes:
        """The same under the newest key."""
        content = self.take_bytes(owner, row, kept)
        return kept if content is None else self.put_bytes(owner, row, content)

    def _key(self, number: int, owner: str) -> AESGCM:
        try:
            return self._keys[number, owner]
        except KeyError:
            return self._keys.setdefault((number, owner), AESGCM(self.masters.derive(number, f"personal data of {owner}")))


def number_of(kept: bytes) -> int:
    return int.from_bytes(kept[:_NUMBER_BYTES])


def erased(mark: str) -> bytes:
    """What stays, in hexadecimal: of a payer the pseudonym of what was said, of a message its digest. With it the rest is still checked."""
    return ERASED.to_bytes(_NUMBER_BYTES) + bytes.fromhex(mark)


def erased_mark(kept: bytes) -> str:
    return kept[_NUMBER_BYTES:].hex()


def row_name(table: str, row: UUID, line: int = 0) -> bytes:
    return b"%s/%d/%s" % (table.encode(), line, row.bytes)


_opened: list[Vault] = []


def use_vault(masters: MasterKeys) -> None:
    """Once in the life of a process, before anything is read or written; all its databases have the one vault."""
    use_pseudonym_key(masters.derive(ERASED, "pseudonyms"))
    _opened[:] = [Vault(masters)]


def vault() -> Vault:
    return _opened[0]
