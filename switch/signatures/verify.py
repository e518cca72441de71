"""Verifying a request or an answer: from whom it is, or a SignatureError and nothing else."""

from collections.abc import Callable
from datetime import datetime

from switch.domain.values import value
from switch.signatures.components import request_components, response_components
from switch.signatures.digest import check_digest
from switch.signatures.errors import SignatureAlgorithmMismatch, SignatureKeyUnknown, SignatureMissing
from switch.signatures.fields import Fields, request_fields, response_fields
from switch.signatures.general import read_general
from switch.signatures.keys import VerifyingKey
from switch.signatures.message import Claim, SignedMessage
from switch.signatures.strict import read_strict
from switch.signatures.target import RawHeaders, Target

FindKey = Callable[[str], VerifyingKey | None]
"""The active key with that keyid; `dict.get` will do."""

Reader = Callable[[SignedMessage], Claim]


@value(frozen=True, slots=True)
class Verified:
    """Who signed, and the evidence: anybody with the public key can verify `signature` over `base` again, years later."""

    keyid: str
    created: int
    expires: int
    nonce: str
    base: bytes
    signature: bytes

    @property
    def participant(self) -> str:
        return self.keyid.partition(":")[0]


def read(message: SignedMessage) -> Claim:
    return read_strict(message) or read_general(message)


def verify_request(
    target: Target, headers: RawHeaders, body: bytes, *, find_key: FindKey, now: datetime, reader: Reader = read
) -> Verified:
    """Does not remember nonces: the caller refuses one that it has seen from the same key before it expired."""
    headers = tuple(headers)
    fields = request_fields(headers)
    signature_input, signature = _signature_fields(fields)
    target.check()
    components = request_components(target, fields, body)
    message = SignedMessage(target, None, headers, signature_input, signature, components)
    return _verified(reader(message), fields, body, find_key, now)


def verify_response(
    target: Target, status: int, headers: RawHeaders, body: bytes, *, find_key: FindKey, now: datetime, reader: Reader = read
) -> Verified:
    """`target` is that of our own request, with its signature."""
    headers = tuple(headers)
    fields = response_fields(headers)
    signature_input, signature = _signature_fields(fields)
    target.check()
    components = response_components(target, status, fields)
    message = SignedMessage(target, status, headers, signature_input, signature, components)
    return _verified(reader(message), fields, body, find_key, now)


def _signature_fields(fields: Fields) -> tuple[str, str]:
    signature_input, signature = fields.get(b"signature-input"), fields.get(b"signature")
    if not signature_input or not signature:
        raise SignatureMissing
    return signature_input, signature


def _verified(claim: Claim, fields: Fields, body: bytes, find_key: FindKey, now: datetime) -> Verified:
    """The cheap checks come first; nothing is trusted before the last one."""
    parameters = claim.parameters
    parameters.check_form()
    if (key := find_key(parameters.keyid)) is None:
        raise SignatureKeyUnknown
    if parameters.algorithm is not None and parameters.algorithm != key.algorithm:
        raise SignatureAlgorithmMismatch
    parameters.check_freshness(now)
    if (digest := fields.get(b"content-digest")) is not None:
        check_digest(digest, body)
    base = claim.prove(key, claim.signature)
    return Verified(parameters.keyid, parameters.created, parameters.expires, parameters.nonce, base, claim.signature)
