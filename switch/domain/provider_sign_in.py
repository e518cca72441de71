"""Sign-in by an identity provider: Authorisation Code flow with PKCE, state and nonce (Core 1.0, 3.1; RFC 7636; RFC 9700)."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from switch.domain.identifiers import bucketed_id
from switch.domain.identity_claims import ASYMMETRIC, Expected, IdentityRefused
from switch.domain.staff import SESSION_IDLE_SECONDS, fresh_secret, hash_of

SIGN_IN_SECONDS = 10 * 60
"""From the address that is opened to the answer that comes back; enough for a second factor on a bad line."""
PROVEN_SECONDS = SESSION_IDLE_SECONDS
"""So long before it began somebody may have proven to the provider who they are: a session there outlives none of ours that was idle."""
UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class ProviderRule:
    """Who the provider is, and what is asked of it."""

    issuer: str
    client_id: str
    redirect_uri: str | None
    """Where browsers come back to; None where there are no pages."""
    console_redirect_uri: str
    algorithms: frozenset[str] = frozenset({"RS256"})
    """Some of `ASYMMETRIC`: as it was registered with the provider."""
    second_factor: frozenset[str] = frozenset({"amr:mfa"})


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """One that has begun, as it is kept; it is taken once. `state` and `binding` are kept as hashes only."""

    sign_in_id: UUID
    issuer: str
    redirect_uri: str
    origin: str
    state_hash: bytes
    binding_hash: bytes
    nonce: str
    verifier: str
    """PKCE: whoever has taken the code on its way cannot use it."""
    began_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.began_at + timedelta(seconds=SIGN_IN_SECONDS)

    def expected(self, rule: ProviderRule) -> Expected:
        since = self.began_at - timedelta(seconds=PROVEN_SECONDS)
        return Expected(rule.issuer, rule.client_id, self.nonce, rule.second_factor, since)


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What came back with the browser, and the binding of whoever began."""

    binding: str
    state: str
    code: str | None = None
    error: str | None = None
    issuer: str | None = None
    """RFC 9207: who has answered, where the provider says so."""

    @property
    def state_hash(self) -> bytes:
        return hash_of(self.state)

    @property
    def binding_hash(self) -> bytes:
        return hash_of(self.binding)


@dataclass(frozen=True, slots=True)
class Began:
    """`binding` and `state` are told once."""

    sign_in: ProviderSignIn
    binding: str
    state: str


def begun(rule: ProviderRule, redirect_uri: str, origin: str, now: datetime) -> Began:
    binding, state = fresh_secret("sgn"), secrets.token_urlsafe(32)
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    kept = ProviderSignIn(
        bucketed_id(0, now), rule.issuer, redirect_uri, origin, hash_of(state), hash_of(binding), nonce, verifier, began_at=now
    )
    return Began(kept, binding, state)


def asked(rule: ProviderRule, began: Began) -> dict[str, str]:
    """The authorisation request; what goes with the browser."""
    wanted = " ".join(sorted(one.removeprefix("acr:") for one in rule.second_factor if one.startswith("acr:")))
    return {
        "response_type": "code",
        "scope": "openid",
        "client_id": rule.client_id,
        "redirect_uri": began.sign_in.redirect_uri,
        "state": began.state,
        "nonce": began.sign_in.nonce,
        "code_challenge": challenge_of(began.sign_in.verifier),
        "code_challenge_method": "S256",
        "max_age": str(PROVEN_SECONDS),
        **({"acr_values": wanted} if wanted else {}),
    }


def code_in(answer: ProviderAnswer, sign_in: ProviderSignIn, rule: ProviderRule, now: datetime) -> str:
    """Raises IdentityRefused, before anything is asked of the provider."""
    if now >= sign_in.ends_at:
        raise IdentityRefused("begun too long ago")
    if sign_in.issuer != rule.issuer or answer.issuer not in (None, rule.issuer):
        raise IdentityRefused("answered by another issuer")
    if answer.error is not None or not answer.code:
        raise IdentityRefused("the provider has said no")
    return answer.code


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def read_algorithms(text: str) -> frozenset[str]:
    """Names with commas between them. Raises ValueError for one that is not asymmetric."""
    found = frozenset(one.strip() for one in text.split(",") if one.strip())
    if not found or not found <= ASYMMETRIC:
        raise ValueError(f"some of {', '.join(sorted(ASYMMETRIC))}")
    return found


def read_second_factor(text: str) -> frozenset[str]:
    """`amr:…` and `acr:…` with commas between them, or `unchecked`. Raises ValueError."""
    found = frozenset(one.strip() for one in text.split(",") if one.strip())
    if found == {UNCHECKED}:
        return frozenset()
    if not found or not all(one.startswith(("amr:", "acr:")) and len(one) > len("amr:") for one in found):
        raise ValueError("such as amr:mfa or acr:urn:example:two-factors, with commas between them; or unchecked")
    return found
