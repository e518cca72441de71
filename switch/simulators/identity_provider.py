"""The pretend identity provider of the staff: OpenID Connect with PKCE, for one client; it asks for no password, and lies as it is told."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qsl, unquote_plus, urlencode

import orjson
from joserfc import jwk
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from switch.simulators.identity_lies import Lie, said, signed

HUGE_BYTES = 1 << 20
LATE_SECONDS = 60
_PAGE = """<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>مزوّد هوية تجريبي · Pretend identity provider</title>
<h1>من أنت؟ · Who are you?</h1><p>مزوّد هوية تجريبي: لا يسأل عن كلمة سر. · A pretend identity provider: it asks for no password.</p>
<ul>{people}</ul></html>"""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Grant:
    """What a code is good for, once."""

    subject: str
    asked: Mapping[str, str]


@dataclass
class PretendProvider:
    """`does` is its present lie; it may be changed at any time. Plain ASGI, on loopback."""

    issuer: str
    client_id: str
    secret: str | None = None
    people: Sequence[str] = ()
    does: Lie | None = None
    now: Callable[[], datetime] = _now
    key: jwk.RSAKey = field(default_factory=lambda: jwk.generate_key("RSA", 2048, {"kid": "first", "use": "sig"}))
    heard: list[str] = field(default_factory=list)
    """Which paths were asked for."""
    _grants: dict[str, _Grant] = field(default_factory=dict)
    _earlier: str | None = None
    _shown: jwk.Key | None = None

    def rotate(self) -> None:
        """From now on another key, of another kind, signs; the former is not published any more."""
        self._shown = jwk.generate_key("EC", "P-256", {"kid": "second", "use": "sig"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            answer = self._spoilt(request.url.path) or self._answers.get(request.url.path)
            self.heard.append(request.url.path)
            response = Response(status_code=404) if answer is None else await answer(request)
            await response(scope, receive, send)

    @property
    def _answers(self) -> Mapping[str, Callable[[Request], Awaitable[Response]]]:
        return {
            "/.well-known/openid-configuration": self._configuration,
            "/keys": self._keys,
            "/authorize": self._authorize,
            "/token": self._token,
        }

    def _spoilt(self, path: str) -> Callable[[Request], Awaitable[Response]] | None:
        """Of a lie that is about the line: to the switch itself, not to browsers."""
        spoilt = {Lie.SLOW: _late, Lie.HUGE: _huge, Lie.GARBAGE: _garbage, Lie.REDIRECT: _redirect, Lie.ERROR_500: _broken}
        return spoilt.get(self.does) if path == "/token" and self.does is not None else None

    async def _configuration(self, _: Request) -> Response:
        issuer = "https://another.example" if self.does is Lie.SPEAKS_FOR_ANOTHER else self.issuer
        return _json(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                "code_challenge_methods_supported": ["plain"] if self.does is Lie.NO_S256 else ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _keys(self, _: Request) -> Response:
        return _json({"keys": [(self._shown or self.key).as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        """A browser's: who is it? then back with a code."""
        asked = dict(request.query_params)
        if asked.get("client_id") != self.client_id or asked.get("code_challenge_method") != "S256" or "redirect_uri" not in asked:
            return _json({"error": "invalid_request"}, 400)
        if (subject := asked.pop("as", None)) is None:
            people = (f'<li><a href="?{escape(urlencode(asked | {"as": one}))}">{escape(one)}</a></li>' for one in self.people)
            return HTMLResponse(_PAGE.format(people="".join(people)))
        back = {"state": asked.get("state", ""), "iss": self.issuer}
        if self.does is Lie.DENIES:
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back | {'error': 'access_denied'})}", 302)
        code = secrets.token_urlsafe(24)
        self._grants[code] = _Grant("mallory" if self.does is Lie.OTHER_SUBJECT else subject, asked)
        if self.does is Lie.ANSWERS_FOR_ANOTHER:
            back["iss"] = "https://another.example"
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back | {'code': code})}", 302)

    async def _token(self, request: Request) -> Response:
        told = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if not self._is_client(request, told):
            return _json({"error": "invalid_client"}, 401)
        grant = self._grants.pop(told.get("code", ""), None)
        if grant is None or not _is_of(grant, told):
            return _json({"error": "invalid_grant"}, 400)
        claims = said(self.does, self.issuer, self.client_id, grant.subject, grant.asked.get("nonce"), self.now())
        token = signed(self.does, claims, self._shown or self.key)
        if self.does is Lie.EARLIER_TOKEN and self._earlier is not None:
            token = self._earlier
        self._earlier = token
        return _json({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": token})

    def _is_client(self, request: Request, told: Mapping[str, str]) -> bool:
        if self.secret is None:
            return told.get("client_id") == self.client_id
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        name, _, secret = base64.b64decode(given).decode("utf-8", "replace").partition(":")
        right = hmac.compare_digest(unquote_plus(secret).encode(), self.secret.encode())
        return scheme == "Basic" and unquote_plus(name) == self.client_id and right


def _is_of(grant: _Grant, told: Mapping[str, str]) -> bool:
    """PKCE (RFC 7636, 4.6), and the same address to come back to."""
    digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return challenge == grant.asked.get("code_challenge") and told.get("redirect_uri") == grant.asked["redirect_uri"]


def _json(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


async def _late(_: Request) -> Response:
    await asyncio.sleep(LATE_SECONDS)
    return _json({})


async def _huge(_: Request) -> Response:
    return _json("x" * HUGE_BYTES)


async def _garbage(_: Request) -> Response:
    return Response(b"\xff\x00{", media_type="application/json")


async def _redirect(request: Request) -> Response:
    return RedirectResponse(str(request.url.replace(path="/keys")), 307)


async def _broken(_: Request) -> Response:
    return _json({"error": "server_error"}, 500)
