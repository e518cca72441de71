"""ID tokens: a signature of the provider's over claims (JWS, RFC 7515), by keys that it publishes (JWK, RFC 7517) and no others."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from joserfc import jwk, jws

from adapters.codecs.strict_json import Malformed, json_object
from switch.domain.identity_claims import ASYMMETRIC, IdentityRefused

MOST_KEYS = 32
LONGEST_TOKEN_CHARACTERS = 16 * 1024
_RSA_CHARACTERS = range(342, 1367)
"""Of a modulus in base64: 2048 to 8192 bits."""
_LONGEST_EXPONENT_CHARACTERS = 6
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_REGISTRY = jws.JWSRegistry(algorithms=sorted(ASYMMETRIC), strict_check_header=False)  # what is unknown and not critical says nothing


class KeyMissing(Exception):
    """The token is by a key that is not among these; perhaps it is newer."""


def keys_of(document: Mapping[str, Any]) -> list[jwk.Key]:
    """What can be used of a set of keys; others may stand beside it. Raises Malformed."""
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise Malformed("keys are no list of a few")
    found = (_imported(said) for said in listed if isinstance(said, dict) and _usable(said))
    return [key for key in found if key is not None]


def claims_of(token: str, keys: Sequence[jwk.Key], allowed: Collection[str]) -> dict[str, Any]:
    """Raises KeyMissing, IdentityRefused."""
    try:
        said = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        header = said.headers()
        algorithm, keyid = header.get("alg"), header.get("kid")
    except Exception:  # noqa: BLE001 - the edge: whatever a stranger has written, it is no error of ours
        raise IdentityRefused("no token that can be read") from None
    if not isinstance(algorithm, str) or algorithm not in ASYMMETRIC or algorithm not in allowed:
        raise IdentityRefused("signed by an algorithm that is not allowed")
    key = _key(keys, algorithm, keyid)
    try:
        holds = jws.validate_compact(said, key, registry=_REGISTRY)
    except Exception:  # noqa: BLE001 - the same
        holds = False
    if not holds:
        raise IdentityRefused("the signature does not hold")
    try:
        return json_object(said.payload)
    except Malformed:
        raise IdentityRefused("claims that cannot be read") from None


def _key(keys: Sequence[jwk.Key], algorithm: str, keyid: object) -> jwk.Key:
    """That of the name; without a name the only one there is. Never one that the token brings along."""
    fitting = [key for key in keys if key.key_type == _KINDS[algorithm[:2]] and key.get("alg") in (None, algorithm)]
    named = fitting if keyid is None else [key for key in fitting if key.kid == keyid]
    if len(named) != 1:
        raise KeyMissing
    return named[0]


def _imported(said: dict[str, Any]) -> jwk.Key | None:
    try:
        return jwk.import_key(said)
    except Exception:  # noqa: BLE001 - the edge: a key of a kind that is not known is none of ours
        return None


def _usable(said: Mapping[str, Any]) -> bool:
    if said.get("kty") not in _KINDS.values() or said.get("use", "sig") != "sig" or "d" in said:
        return False
    if said["kty"] != "RSA":
        return True
    modulus, exponent = said.get("n"), said.get("e")
    long_enough = isinstance(modulus, str) and len(modulus) in _RSA_CHARACTERS
    return long_enough and isinstance(exponent, str) and len(exponent) <= _LONGEST_EXPONENT_CHARACTERS
