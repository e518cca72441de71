"""A signed exchange for httpx2: signs each request, and takes no answer that is not signed for exactly it."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime

import httpx2

from switch.signatures.errors import SignatureMalformed
from switch.signatures.sign import SigningParty, new_nonce, sign_request
from switch.signatures.target import Target
from switch.signatures.verify import FindKey, verify_response


def _now() -> datetime:
    return datetime.now(UTC)


class SignedExchange(httpx2.Auth):
    """For `Client` and `AsyncClient` alike. Raises SignatureError for an answer that is unsigned, stale, altered or for another request."""

    requires_request_body = True
    requires_response_body = True

    def __init__(
        self,
        signing_key: SigningParty,
        answer_keys: FindKey,
        *,
        now: Callable[[], datetime] = _now,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        self._signing_key = signing_key
        self._answer_keys = answer_keys
        self._now = now
        self._nonce = nonce

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        target = self.sign(request)
        answer = yield request
        self.verify(target, answer, answer.content)

    def sign(self, request: httpx2.Request) -> Target:
        """Adds the signature to the request, and says what the answer must be for."""
        target = target_of_request(request)
        # The digest is of the content as it travels: compressed, it could not be checked after httpx2 has unpacked it.
        request.headers["Accept-Encoding"] = "identity"
        signed = sign_request(
            self._signing_key,
            target,
            request.content,
            now=self._now(),
            idempotency_key=request.headers.get("Idempotency-Key"),
            nonce=self._nonce(),
        )
        request.headers.update(signed)
        return Target(target.method, target.authority, target.path, target.query, signed["Signature"])

    def verify(self, target: Target, answer: httpx2.Response, body: bytes) -> None:
        if "Content-Encoding" in answer.headers:
            raise SignatureMalformed(why="the content is compressed, which was not asked for")
        verify_response(target, answer.status_code, answer.headers.raw, body, find_key=self._answer_keys, now=self._now())


def target_of_request(request: httpx2.Request) -> Target:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Target(request.method, request.headers["Host"].lower(), path, query)
