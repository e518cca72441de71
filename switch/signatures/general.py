"""The general reader: any RFC 9421 signature that covers what it must, through the http-message-signatures library.

Another order, more components, another label, a proxy's signature beside it: slower than the strict profile, never different.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import http_sf
from cryptography.exceptions import InvalidSignature
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureComponentResolver,
    MappingKeyResolver,
    algorithms,
)

from switch.signatures.errors import SignatureComponentMissing, SignatureMalformed, SignatureMissing, SignatureWrong
from switch.signatures.keys import Algorithm, VerifyingKey
from switch.signatures.message import Claim, SignedMessage
from switch.signatures.parameters import SignatureParameters
from switch.signatures.strict import LABEL
from switch.signatures.target import RawHeaders, Target

_ALGORITHMS: Final[dict[Algorithm, type[HTTPSignatureAlgorithm]]] = {
    "ecdsa-p256-sha256": algorithms.ECDSA_P256_SHA256,
    "ed25519": algorithms.ED25519,
    "rsa-pss-sha512": algorithms.RSA_PSS_SHA512,
}
_KNOWN: Final = {"created", "expires", "nonce", "keyid", "alg", "tag"}


def read_general(message: SignedMessage) -> Claim:
    inputs, signatures = _dictionary(message.signature_input), _dictionary(message.signature)
    if not inputs or not signatures:
        raise SignatureMissing
    label = LABEL if LABEL in inputs else next(iter(inputs))
    if label != LABEL and len(inputs) > 1:
        raise SignatureMalformed(why=f"of several signatures none is labelled {LABEL}")
    if label not in signatures:
        raise SignatureMissing
    covered, parameters = inputs[label]
    signature, _ = signatures[label]
    if not isinstance(covered, list) or not isinstance(signature, bytes):
        raise SignatureMalformed(why="a list of components and a byte sequence are needed")
    _check_coverage(message, covered)
    chosen = _Chosen(http_sf.ser({label: (covered, parameters)}), http_sf.ser({label: signature}))

    def prove(key: VerifyingKey, _signature: bytes) -> bytes:
        return _prove(message, chosen, key)

    return Claim(_parameters(parameters), signature, prove)


def _dictionary(field: str) -> dict[str, Any]:
    twice: list[str] = []
    try:
        parsed = http_sf.parse(field.encode("ascii"), tltype="dictionary", on_duplicate_key=lambda key, _: twice.append(key))
    except (ValueError, TypeError, OverflowError) as unreadable:
        raise SignatureMalformed(why="not a structured field dictionary") from unreadable
    if twice or not isinstance(parsed, dict):
        raise SignatureMalformed(why="a label or parameter is there twice")
    return parsed


def _parameters(found: dict[str, Any]) -> SignatureParameters:
    match found:
        case {"created": created, "expires": expires, "nonce": str(nonce), "keyid": str(keyid)} if (
            type(created) is int and type(expires) is int and not found.keys() - _KNOWN
        ):
            algorithm = found.get("alg")
            if algorithm is None or isinstance(algorithm, str):
                return SignatureParameters(created, expires, nonce, keyid, algorithm)
    raise SignatureMalformed(why="the parameters are created, expires, nonce, keyid and perhaps alg")


def _check_coverage(message: SignedMessage, covered: list[Any]) -> None:
    identifiers = set()
    for item in covered:
        identifiers.add(http_sf.ser(item))
    for required, _ in message.components:
        if required not in identifiers:
            raise SignatureComponentMissing(component=required)


def _prove(message: SignedMessage, chosen: "_Chosen", key: VerifyingKey) -> bytes:
    verifier = _Verifier(
        signature_algorithm=_ALGORITHMS[key.algorithm],
        key_resolver=MappingKeyResolver(public_keys={key.keyid: key.public}, private_keys={}),
        component_resolver_class=_Resolver,
    )
    try:
        (result,) = verifier.verify(_library_message(message, chosen))
    except HTTPMessageSignaturesException as refused:
        if isinstance(refused.__cause__, InvalidSignature):
            raise SignatureWrong from refused
        raise SignatureMalformed(why="a covered component cannot be resolved") from refused
    return "\n".join(f"{identifier}: {value}" for identifier, value in result.covered_components.items()).encode()


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """Freshness is judged by our own clock, before."""


class _Resolver(HTTPSignatureComponentResolver):
    def get_authority(self) -> str:
        """As in the Host field: behind a proxy nobody here knows which port is the default one."""
        authority: str = self.message.authority
        return authority


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The one signature that counts, without the others beside it."""

    signature_input: str
    signature: str


@dataclass(frozen=True, slots=True)
class _Headers:
    lines: tuple[tuple[str, str], ...]

    def items(self) -> Iterator[tuple[str, str]]:
        return iter(self.lines)


@dataclass(frozen=True, slots=True)
class _LibraryRequest:
    method: str
    authority: str
    url: str
    headers: _Headers


@dataclass(frozen=True, slots=True)
class _LibraryAnswer:
    status_code: int
    headers: _Headers
    request: _LibraryRequest


def _library_message(message: SignedMessage, chosen: _Chosen) -> _LibraryRequest | _LibraryAnswer:
    signed = (("signature-input", chosen.signature_input), ("signature", chosen.signature))
    headers = _Headers((*_others(message.headers), *signed))
    if message.status is None:
        return _library_request(message.target, headers)
    signature = message.target.signature
    asked = _Headers((("signature", signature),) if signature is not None else ())
    return _LibraryAnswer(message.status, headers, _library_request(message.target, asked))


def _library_request(target: Target, headers: _Headers) -> _LibraryRequest:
    query = f"?{target.query}" if target.query else ""
    return _LibraryRequest(target.method, target.authority, f"https://host{target.path}{query}", headers)


def _others(headers: RawHeaders) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        lowered = name.lower()
        if lowered not in {b"signature-input", b"signature"}:
            yield lowered.decode("latin-1"), value.decode("latin-1")
