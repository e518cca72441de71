"""The signature on a receipt: over its one line, in base 32 behind it."""

import base64
import hashlib
from collections.abc import Iterable
from typing import Literal

from switch.domain.receipts import ReadReceipt, Receipt
from switch.signatures.keys import VerifyingKey
from switch.signatures.notes import NoteSigner

Standing = Literal["good", "key_unknown", "forged"]


def sign_receipt(signer: NoteSigner, receipt: Receipt) -> str:
    line = receipt.line(_key_id(signer.public_der()))
    return f"{line}*{base64.b32encode(signer.sign(line.encode())).decode().rstrip('=')}"


def standing_of(read: ReadReceipt, keys: Iterable[VerifyingKey]) -> Standing:
    key = next((key for key in keys if _key_id(key.der()) == read.key_id), None)
    if key is None:
        return "key_unknown"
    try:
        signature = base64.b32decode(read.signature + "=" * (-len(read.signature) % 8))
    except ValueError:
        return "forged"
    return "good" if key.verify(signature, read.receipt.line(read.key_id).encode()) else "forged"


def _key_id(der: bytes) -> str:
    return hashlib.sha256(der).digest()[:4].hex().upper()
