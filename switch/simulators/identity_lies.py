"""Lies of the pretend identity provider: what it says of somebody, and how it signs that, as it should be or as it is told."""

import base64
import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from joserfc import jwk, jws

TOKEN_SECONDS = 300


class Lie(StrEnum):
    WRONG_NONCE = "wrong-nonce"
    NO_NONCE = "no-nonce"
    WRONG_AUDIENCE = "wrong-audience"
    SHARED_AUDIENCE = "shared-audience"
    OTHER_PARTY = "other-party"
    """`azp` is another client."""
    OTHER_ISSUER = "other-issuer"
    EXPIRED = "expired"
    FROM_FUTURE = "from-future"
    ISSUED_LONG_AGO = "issued-long-ago"
    PROVEN_LONG_AGO = "proven-long-ago"
    ONE_FACTOR = "one-factor"
    NO_SUBJECT = "no-subject"
    OTHER_SUBJECT = "other-subject"
    """Somebody who has no account."""
    EARLIER_TOKEN = "earlier-token"  # noqa: S105 - the name of a lie
    """That of the sign-in before."""
    UNSIGNED = "unsigned"
    """`alg` is `none`."""
    PUBLIC_KEY_AS_SECRET = "public-key-as-secret"  # noqa: S105 - a name  # pragma: allowlist secret
    """HS256, for whoever verifies with whatever key it has."""
    OWN_KEY_IN_HEADER = "own-key-in-header"
    UNKNOWN_KEY = "unknown-key"
    BROKEN_SIGNATURE = "broken-signature"
    ALTERED = "altered"
    """Another's claims under a true signature."""
    SPEAKS_FOR_ANOTHER = "speaks-for-another"
    """Its configuration is another issuer's."""
    NO_S256 = "no-s256"
    ANSWERS_FOR_ANOTHER = "answers-for-another"
    """`iss` beside the code is another's (RFC 9207)."""
    DENIES = "denies"
    SLOW = "slow"
    HUGE = "huge"
    GARBAGE = "garbage"
    REDIRECT = "redirect"
    ERROR_500 = "error500"


def said(does: Lie | None, issuer: str, client_id: str, subject: str, nonce: str | None, now: datetime) -> dict[str, Any]:
    """The claims."""
    at = int(now.timestamp())
    claims = {
        "iss": issuer, "sub": subject, "aud": client_id, "nonce": nonce, "iat": at, "auth_time": at, "exp": at + TOKEN_SECONDS,
        "amr": ["pwd", "otp", "mfa"], "acr": "two-factors", "email": f"{subject}@bank.example",
    }  # fmt: skip
    lies: dict[Lie, dict[str, Any]] = {
        Lie.WRONG_NONCE: {"nonce": "of another sign-in"},
        Lie.NO_NONCE: {"nonce": None},
        Lie.WRONG_AUDIENCE: {"aud": "another-client"},
        Lie.SHARED_AUDIENCE: {"aud": [client_id, "another-client"], "azp": client_id},
        Lie.OTHER_PARTY: {"aud": [client_id], "azp": "another-client"},
        Lie.OTHER_ISSUER: {"iss": "https://another.example"},
        Lie.EXPIRED: {"exp": at - 61, "iat": at - 300},
        Lie.FROM_FUTURE: {"iat": at + 120},
        Lie.ISSUED_LONG_AGO: {"iat": at - 3600},
        Lie.PROVEN_LONG_AGO: {"auth_time": at - 4 * 3600},
        Lie.ONE_FACTOR: {"amr": ["pwd"], "acr": "one-factor"},
        Lie.NO_SUBJECT: {"sub": ""},
    }
    return claims | (lies.get(does, {}) if does is not None else {})


def signed(does: Lie | None, claims: dict[str, Any], key: jwk.Key) -> str:
    """The ID token."""
    header = {"alg": "RS256" if key.key_type == "RSA" else "ES256", "kid": str(key.kid)}
    payload = orjson.dumps(claims)
    match does:
        case Lie.UNSIGNED:
            return f"{_encoded(orjson.dumps({'alg': 'none'}))}.{_encoded(payload)}."
        case Lie.PUBLIC_KEY_AS_SECRET:
            head = f"{_encoded(orjson.dumps({'alg': 'HS256', 'kid': key.kid}))}.{_encoded(payload)}"
            return f"{head}.{_encoded(hmac.digest(_public_pem(key), head.encode(), hashlib.sha256))}"
        case Lie.OWN_KEY_IN_HEADER:
            own = jwk.generate_key("EC", "P-256", {"kid": "own"})
            return jws.serialize_compact({"alg": "ES256", "kid": "own", "jwk": own.as_dict(private=False)}, payload, own)
        case Lie.UNKNOWN_KEY:
            return jws.serialize_compact({"alg": "ES256", "kid": "unknown"}, payload, jwk.generate_key("EC", "P-256"))
        case _:
            token = jws.serialize_compact(header, payload, key)
    head, middle, signature = token.split(".")
    if does is Lie.BROKEN_SIGNATURE:
        return f"{head}.{middle}.{signature[:9]}{'A' if signature[9] != 'A' else 'B'}{signature[10:]}"
    if does is Lie.ALTERED:
        return f"{head}.{_encoded(orjson.dumps(claims | {'sub': 'altered'}))}.{signature}"
    return token


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode("ascii")


def _public_pem(key: jwk.Key) -> bytes:
    assert isinstance(key, jwk.RSAKey | jwk.ECKey)
    return key.as_pem(private=False)
