"""OpenID Connect (Core 1.0, Discovery 1.0): what a provider says of itself, its keys, and a code made an ID token."""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog
from joserfc.jwk import Key

from adapters.codecs.strict_json import Malformed, json_object, text
from adapters.identity.id_token import LONGEST_TOKEN_CHARACTERS, KeyMissing, claims_of, keys_of
from adapters.transports.connection import Answer
from adapters.transports.plain_calls import PlainCalls
from adapters.transports.unheard import Unheard
from switch.domain.identity_claims import IdentityRefused, IdentityUnheard
from switch.domain.provider_sign_in import ProviderRule, ProviderSignIn

WELL_KNOWN: Final = "/.well-known/openid-configuration"
ANSWER_SECONDS = 8.0
FRESH_SECONDS: Final = 3600
"""So long what it says of itself, and its keys, are good."""
AGAIN_SECONDS: Final = 30
"""Keys are asked for at most this often, whichever ones tokens name."""
AFTER_SILENCE_SECONDS: Final = 5
"""Whoever knocks: so long after it was asked in vain, it is not asked for the same again."""
_LONGEST_URL: Final = 500
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

_log = structlog.get_logger("switch.identity")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the provider says of itself, as far as it matters here."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: frozenset[str]
    names_itself: bool
    """RFC 9207: its answers say whose they are."""
    secret_in_body: bool


@dataclass(slots=True)
class _Kept:
    """Something of the provider's, asked for again when it is old; by one at a time."""

    value: Any = None
    got_at: float | None = None
    asked_at: float | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenIdConnect:
    """`switch.ports.IdentityProvider`."""

    def __init__(self, rule: ProviderRule, secret: str | None, calls: PlainCalls, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Without a secret it is a public client."""
        self._rule, self._secret, self._calls, self._monotonic = rule, secret, calls, monotonic
        self._said, self._keys = _Kept(), _Kept()

    @property
    def rule(self) -> ProviderRule:
        return self._rule

    async def address(self, asked: Mapping[str, str]) -> str:
        to = (await self._metadata()).authorization_endpoint
        return f"{to}{'&' if '?' in to else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, sign_in: ProviderSignIn, *, issuer_said: bool) -> Mapping[str, Any]:
        said = await self._metadata()
        if said.names_itself and not issuer_said:
            raise IdentityRefused("the answer does not name its issuer")
        token = await self._token(said, code, sign_in)
        allowed = said.algorithms & self._rule.algorithms
        try:
            return claims_of(token, await self._published(said.jwks_uri), allowed)
        except KeyMissing:
            pass
        try:
            return claims_of(token, await self._published(said.jwks_uri, anew=True), allowed)
        except KeyMissing:
            raise IdentityRefused("signed by a key that the provider does not publish") from None

    async def _token(self, said: _Said, code: str, sign_in: ProviderSignIn) -> str:
        """Where the provider says that the code is not good, it is refused; whatever else it says, it is unheard."""
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": sign_in.redirect_uri, "code_verifier": sign_in.verifier}
        fields = dict(_FORM)
        if self._secret is None:
            asked["client_id"] = self._rule.client_id
        elif said.secret_in_body:
            asked |= {"client_id": self._rule.client_id, "client_secret": self._secret}
        else:
            pair = f"{quote_plus(self._rule.client_id)}:{quote_plus(self._secret)}"
            fields["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        try:
            answer = await self._calls.call(said.token_endpoint, urlencode(asked).encode("ascii"), fields, seconds=ANSWER_SECONDS)
            return _token_in(answer)
        except (Unheard, Malformed) as fault:
            raise _unheard(fault) from fault

    async def _metadata(self) -> _Said:
        """Raises IdentityUnheard."""

        async def ask() -> _Said:
            return _read(await self._document(self._rule.issuer.rstrip("/") + WELL_KNOWN), self._rule.issuer)

        said: _Said = await self._fresh(self._said, ask)
        return said

    async def _published(self, jwks_uri: str, *, anew: bool = False) -> Sequence[Key]:
        async def ask() -> Sequence[Key]:
            return keys_of(await self._document(jwks_uri))

        keys: Sequence[Key] = await self._fresh(self._keys, ask, anew=anew)
        return keys

    async def _fresh(self, kept: _Kept, ask: Callable[[], Any], *, anew: bool = False) -> Any:
        """What was got lately, or what is there now; `anew` where that is allowed already. Raises IdentityUnheard."""
        async with kept.lock:
            now = self._monotonic()
            good = kept.got_at is not None and now - kept.got_at < FRESH_SECONDS
            since = FRESH_SECONDS if kept.asked_at is None else now - kept.asked_at
            if good and (not anew or since < AGAIN_SECONDS):
                return kept.value
            if since < AFTER_SILENCE_SECONDS:
                raise IdentityUnheard("it was asked in vain a moment ago")
            kept.asked_at = now
            try:
                kept.value = await ask()
            except (Unheard, Malformed) as fault:
                raise _unheard(fault) from fault
            kept.got_at = now
            return kept.value

    async def _document(self, url: str) -> dict[str, Any]:
        answer = await self._calls.call(url, seconds=ANSWER_SECONDS)
        if answer.status != 200:
            raise Unheard(f"status {answer.status} for {urlsplit(url).path}")
        return json_object(answer.body)


def _read(document: Mapping[str, Any], issuer: str) -> _Said:
    """Raises Malformed: also where it speaks for another issuer (Discovery 1.0, 4.3), or knows no PKCE with S256."""
    if text(document, "issuer", _LONGEST_URL) != issuer:
        raise Malformed("issuer is another")
    if "S256" not in _listed(document, "code_challenge_methods_supported", ("S256",)):
        raise Malformed("code_challenge_methods_supported has no S256")
    endpoint = text(document, "authorization_endpoint", _LONGEST_URL)
    parts, own = urlsplit(endpoint), urlsplit(issuer)
    if parts.fragment or not parts.hostname or (parts.scheme != "https" and (parts.scheme, parts.hostname) != (own.scheme, own.hostname)):
        raise Malformed("authorization_endpoint is no https address")
    methods = _listed(document, "token_endpoint_auth_methods_supported", ("client_secret_basic",))
    return _Said(
        endpoint,
        text(document, "token_endpoint", _LONGEST_URL),
        text(document, "jwks_uri", _LONGEST_URL),
        frozenset(_listed(document, "id_token_signing_alg_values_supported", ())),
        document.get("authorization_response_iss_parameter_supported") is True,
        "client_secret_post" in methods and "client_secret_basic" not in methods,
    )


def _token_in(answer: Answer) -> str:
    """Raises IdentityRefused, Unheard, Malformed."""
    document = json_object(answer.body)
    if answer.status == 400 and document.get("error") == "invalid_grant":
        raise IdentityRefused("the provider does not know the code")
    if answer.status != 200:
        raise Unheard(f"status {answer.status} for a code")
    return text(document, "id_token", LONGEST_TOKEN_CHARACTERS)


def _listed(document: Mapping[str, Any], name: str, otherwise: Sequence[str]) -> list[str]:
    said = document.get(name, list(otherwise))
    if not isinstance(said, list):
        raise Malformed(f"{name} is no list")
    return [one for one in said if isinstance(one, str)]


def _unheard(fault: Unheard | Malformed) -> IdentityUnheard:
    why = fault.why if isinstance(fault, Unheard) else str(fault)
    _log.warning("identity_provider.unheard", why=why)
    return IdentityUnheard(why)
