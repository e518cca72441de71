"""Identity claims: whom an identity provider says it has before it, and when that is believed (OpenID Connect Core 1.0, 3.1.3.7)."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

CLOCK_APART_SECONDS = 60
"""That the provider's clock may be wrong, either way."""
OLDEST_TOKEN_SECONDS = 10 * 60
SUBJECT_CHARACTERS = 255
ISSUER_CHARACTERS = 255
ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"})
"""Signatures that nobody makes who only knows the public key; never `none`, never HS…."""
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class IdentityRefused(Exception):
    """What the provider, or whoever speaks in its name, has said is not believed; `why` is for the audit, never for who asks.

    `name` is the account that it is about, where there is one.
    """

    def __init__(self, why: str, name: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.name = name


class IdentityUnheard(Exception):
    """The provider has not answered, or nothing that can be understood; who somebody is stays open."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Somebody at a provider: a subject means nothing without its issuer. Neither is ever an e-mail address that is looked for."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one sign-in: what the token has to say."""

    issuer: str
    client_id: str
    nonce: str
    second_factor: frozenset[str]
    """`amr:…` and `acr:…`; one of them must be so. Empty: the provider is trusted to see to it."""
    authenticated_after: datetime
    """Somebody who has proven who they are before that has to do it again."""


def identity_of(claims: Mapping[str, Any], expected: Expected, now: datetime) -> ProviderIdentity:
    """Of a token whose signature holds. Raises IdentityRefused."""
    if claims.get("iss") != expected.issuer:
        raise IdentityRefused("of another issuer")
    if _audience(claims) != [expected.client_id] or claims.get("azp", expected.client_id) != expected.client_id:
        raise IdentityRefused("for another client")
    apart = timedelta(seconds=CLOCK_APART_SECONDS)
    if now >= _moment(claims, "exp") + apart:
        raise IdentityRefused("expired")
    if not now - timedelta(seconds=OLDEST_TOKEN_SECONDS) <= _moment(claims, "iat") <= now + apart:
        raise IdentityRefused("not issued just now")
    if "nbf" in claims and _moment(claims, "nbf") > now + apart:
        raise IdentityRefused("not good yet")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode("utf-8", "replace"), expected.nonce.encode()):
        raise IdentityRefused("of another sign-in")
    if _moment(claims, "auth_time") < expected.authenticated_after - apart:
        raise IdentityRefused("proven too long ago")
    if expected.second_factor and not expected.second_factor & _factors(claims):
        raise IdentityRefused("without the second factor")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_subject(subject):
        raise IdentityRefused("no subject")
    return ProviderIdentity(expected.issuer, subject)


def is_subject(text: str) -> bool:
    """As Core 1.0 has it: no more than 255 characters of ASCII; of ours, none of them blank."""
    return len(text) <= SUBJECT_CHARACTERS and _PRINTABLE.fullmatch(text) is not None


def is_issuer(text: str) -> bool:
    """An address without query and fragment."""
    plain = len(text) <= ISSUER_CHARACTERS and _PRINTABLE.fullmatch(text) is not None
    return plain and text.startswith(("https://", "http://")) and not set("?#@") & set(text)


def _audience(claims: Mapping[str, Any]) -> list[Any]:
    """Others beside us are none that we trust."""
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    seconds = claims.get(name)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds < _LATEST.timestamp():
        raise IdentityRefused(f"no {name}")
    return datetime.fromtimestamp(seconds, UTC)


def _factors(claims: Mapping[str, Any]) -> set[str]:
    methods, context = claims.get("amr"), claims.get("acr")
    found = {f"amr:{one}" for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    return found | ({f"acr:{context}"} if isinstance(context, str) else set())
