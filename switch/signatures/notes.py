"""Signed notes: a text and signatures over it, as transparency logs and their witnesses use them (c2sp.org/signed-note)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol, cast

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from switch.signatures.keys import PublicKey, VerifyingKey
from switch.signatures.sign import SigningParty

_ED25519, _OTHER = b"\x01", b"\xff"
_KEY_ID_BYTES: Final = 4
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\n")
LONGEST_NOTE: Final = 4096
MOST_SIGNATURES: Final = 16


class NoteSigner(SigningParty, Protocol):
    """Whoever signs a note tells the public half, too (SubjectPublicKeyInfo)."""

    @property
    def algorithm(self) -> str: ...

    def public_der(self) -> bytes: ...


class Note(NamedTuple):
    text: str
    signatures: tuple[tuple[str, bytes], ...]
    """Each with the name of its key: the key's id, and the signature proper."""


class LogIdentity(NamedTuple):
    """Whose log it is: its name, and every key that has ever signed heads of it."""

    origin: str
    keys: tuple[VerifyingKey, ...]

    def signed(self, note: Note) -> bool:
        return is_signed(note, self.origin, self.keys)


def sign_note(signer: NoteSigner, name: str, text: str) -> str:
    """The text with a signature under the name of the log; several keys of one log have the same name, and are told apart by their ids."""
    signature = signer.sign(text.encode())
    if signer.algorithm == "ecdsa-p256-sha256":
        signature = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    key_id = _key_id(name, signer.algorithm, signer.public_der())
    return f"{text}\n— {name} {base64.b64encode(key_id + signature).decode()}\n"


def key_id_of(name: str, key: VerifyingKey) -> bytes:
    return _key_id(name, key.algorithm, key.der())


def read_note(note: str) -> Note | None:
    """None for what is not a signed note."""
    text, apart, lines = note.rpartition("\n\n")
    if not apart or len(note) > LONGEST_NOTE:
        return None
    signatures = []
    for line in lines.splitlines(keepends=True):
        found = _SIGNATURE.fullmatch(line)
        if found is None:
            return None
        try:
            signatures.append((found[1], base64.b64decode(found[2], validate=True)))
        except binascii.Error:
            return None
    return Note(text + "\n", tuple(signatures)) if 0 < len(signatures) <= MOST_SIGNATURES else None


def is_signed(note: Note, name: str, keys: Iterable[VerifyingKey]) -> bool:
    """Whether a known key of that name has signed it, and no known key wrongly. Signatures of others are passed over."""
    known = {key_id_of(name, key): key for key in keys}
    good = False
    for signer, joined in note.signatures:
        key = known.get(joined[:_KEY_ID_BYTES]) if signer == name else None
        if key is None:
            continue
        if not _verifies(key, joined[_KEY_ID_BYTES:], note.text.encode()):
            return False
        good = True
    return good


def _verifies(key: VerifyingKey, signature: bytes, message: bytes) -> bool:
    if key.algorithm == "ecdsa-p256-sha256":
        try:
            r, s = decode_dss_signature(signature)
            signature = r.to_bytes(32) + s.to_bytes(32)
        except (ValueError, OverflowError):
            return False
    return key.verify(signature, message)


def _key_id(name: str, algorithm: str, der: bytes) -> bytes:
    """For ECDSA the hash of the key alone, as witnesses have it; else of the name, the type and the key."""
    match algorithm:
        case "ecdsa-p256-sha256":
            hashed = der
        case "ed25519":
            hashed = name.encode() + b"\n" + _ED25519 + der[-32:]
        case _:
            hashed = name.encode() + b"\n" + _OTHER + algorithm.encode() + b"\n" + der
    return hashlib.sha256(hashed).digest()[:_KEY_ID_BYTES]


def verifying_key_of(signer: NoteSigner) -> VerifyingKey:
    """The public half of the switch's own key."""
    return VerifyingKey.of(signer.keyid, cast("PublicKey", load_der_public_key(signer.public_der())))
