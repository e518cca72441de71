"""One exchange over HTTP, as pure ASGI: read the body within its limits, know the caller, ask the routes, sign the answer."""

import asyncio
import re
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switch.api.audit import audited
from switch.api.authentication import CALLER, HEALTH_PATHS, REQUEST_ID, SIGN_IN_PATHS, Authentication, bearer_of
from switch.api.connections import WHOLE
from switch.api.dependencies import SWITCH
from switch.api.limits import SIGN_IN_COSTS, OverLimit, ParticipantLimits, Sender, kind_of
from switch.api.problems import RETRY_AFTER_SECONDS, problem
from switch.api.quick import quickly
from switch.api.refusals import BodyTooLarge, BodyTooSlow, ContentEncodingRefused, InternalFault
from switch.api.sealing import Answer, Sealing
from switch.application import Switch
from switch.domain.certificate_errors import CertificateUnchecked
from switch.domain.errors import Overloaded, Refusal, SwitchUnavailable
from switch.domain.limit_errors import TooManyRequests
from switch.domain.limits import Limited
from switch.domain.staff import StaffCaller
from switch.fail_points import FailPoint, fail_point
from switch.posting.within import within

READ = "switch.read"
"""In the scope of what was read to its end."""
BODY_BYTES = 64 * 1024
BODY_SECONDS = 15
ANSWER_SECONDS = 70
"""Longer than any statement may take; a statement of 64 MiB and a long report take less."""
FRAMES_LOGGED = 8
MOST_UNDER_WAY = 5_000
"""Requests of one process, so that its memory has an end."""
LARGER_BODIES: Mapping[str, int] = {"/v1/bills": 8 * 1024**2, "/v1/payment-batches": 8 * 1024**2, "/v1/statements": 64 * 1024**2}
"""The few routes that take files, and how many bytes."""
ATTACHMENTS = re.compile(r"/v1/(?:disputes|breaks|staff/breaks)/[0-9A-Fa-f-]{36,64}/attachments", re.ASCII)
ATTACHMENT_BODY_BYTES = 1_000_000
LARGE_BODIES_BYTES = 256 * 1024**2
"""Of all requests under way on these routes together."""

_log = structlog.get_logger("switch.api")


class ClientGone(Exception):
    """The other end hung up before its request was whole: there is nobody to answer."""


class Exchange:
    """Around the whole application; nothing reaches a route unread or unauthenticated, nothing leaves unsigned."""

    def __init__(self, app: ASGIApp, switch: Switch, authentication: Authentication, limits: ParticipantLimits, sealing: Sealing) -> None:
        self.app = app
        self.switch = switch
        self.authentication = authentication
        self.limits = limits
        self.sealing = sealing
        self._large_bytes = 0
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[SWITCH], scope[REQUEST_ID] = self.switch, (request_id := str(uuid4()))
        try:
            answer = await self._heard(scope, receive)
        except ClientGone:
            return
        except OverLimit as over:
            answer = _problem(over.refusal, scope)
            answer.headers.extend(over.told)
        except Refusal as refusal:
            answer = _problem(refusal, scope)
        except Exception as fault:  # noqa: BLE001 - the edge: a client never sees a fault of ours but as a problem
            _log.error("request.fault", request_id=request_id, fault=type(fault).__name__, where=_where(fault))
            answer = _problem(InternalFault(), scope)
        sealed = self.sealing.seal(answer, scope)
        if scope["path"] not in HEALTH_PATHS:  # a process that dies of being asked whether it lives never starts
            fail_point(FailPoint.TELLING)
        for message in sealed:
            await send(message)

    async def _heard(self, scope: Scope, receive: Receive) -> Answer:
        """Large bodies are held in memory before their sender is known, so all of them together have a limit, too."""
        if scope["path"] in HEALTH_PATHS:
            return await self._ask(scope, receive, await self._known(scope, receive, BODY_BYTES))
        if self._under_way >= MOST_UNDER_WAY:
            raise Overloaded(retry_after_seconds=RETRY_AFTER_SECONDS)
        sender = self.limits.meet(scope)
        most = _most_bytes(scope["path"])
        room = _announced(scope, most) if most > BODY_BYTES else 0
        if room and self._large_bytes + room > LARGE_BODIES_BYTES:
            raise Overloaded(retry_after_seconds=BODY_SECONDS)
        self._large_bytes += room
        self._under_way += 1
        try:
            return await self._of_somebody(scope, receive, most, sender)
        finally:
            self._large_bytes -= room
            self._under_way -= 1

    async def _of_somebody(self, scope: Scope, receive: Receive, most: int, sender: Sender) -> Answer:
        """Whoever is not known pays for our trouble."""
        try:
            body = await self._known(scope, receive, most, sender)
        except (TooManyRequests, Overloaded, CertificateUnchecked):
            raise
        except (Refusal, ClientGone):
            self.limits.charge(sender)
            raise
        if (caller := scope[CALLER]) is None:
            self.limits.charge(sender, SIGN_IN_COSTS if scope["path"] in SIGN_IN_PATHS else 1)
            return await self._ask(scope, receive, body)
        if isinstance(caller, StaffCaller):
            self.limits.admit_staff(caller.name, sender)
            return await audited(self.switch, caller, scope, self._ask_in_time(scope, receive, body))
        with self.limits.admitted(caller, sender, scope, len(body)) as near:
            answer = await quickly(self.switch, scope, body) or await self._ask_in_time(scope, receive, body)
            self.authentication.require_still_active(scope)
            answer.headers.extend(near)
            return answer

    async def _known(self, scope: Scope, receive: Receive, most: int, sender: Sender | None = None) -> bytes:
        """The whole body; whose it is stands in the scope from now on."""
        self.authentication.meet(scope)
        body = await _read(scope, receive, most)
        scope[READ] = True
        if sender is not None:
            self.limits.require_calm(sender, scope)
            if kind_of(scope["method"], scope["path"]) is Limited.PAYMENT:
                self.switch.lane.require_room()  # before anything is spent on what will be shed
        secret = bearer_of(scope)
        scope[CALLER] = self.authentication.caller(scope, body) if secret is None else await self.authentication.staff(secret)
        return body

    async def _ask_in_time(self, scope: Scope, receive: Receive, body: bytes) -> Answer:
        """The quick way has its own times; of the others nobody is left waiting either, whatever has become of the database."""
        try:
            return await within(ANSWER_SECONDS, self._ask(scope, receive, body))
        except TimeoutError:
            raise SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from None

    async def _ask(self, scope: Scope, receive: Receive, body: bytes) -> Answer:
        """What the routes answer, whole. Our own body stands in for the one that was read from the line."""
        given = False
        answer = Answer(503, [], b"")
        pieces: list[bytes] = []

        async def whole() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                answer = Answer(message["status"], list(message["headers"]), b"")
            elif message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))

        await self.app(scope, whole, keep)
        return Answer(answer.status, answer.headers, b"".join(pieces))


def _most_bytes(path: str) -> int:
    return ATTACHMENT_BODY_BYTES if ATTACHMENTS.fullmatch(path) else LARGER_BODIES.get(path, BODY_BYTES)


def _announced(scope: Scope, most: int) -> int:
    """How many bytes the body takes by its own word; the most where it does not say."""
    lengths = [value.strip(b" \t") for name, value in scope["headers"] if name == b"content-length"]
    lengths = [length for length in lengths if length.isdigit() and len(length) <= 18]
    return min(int(lengths[0]), most) if lengths else most


async def _read(scope: Scope, receive: Receive, most: int) -> bytes:
    for name, value in scope["headers"]:
        if name == b"content-length" and (not (length := value.strip(b" \t")).isdigit() or len(length) > 18 or int(length) > most):
            raise BodyTooLarge(most=most)
        if name == b"content-encoding":
            raise ContentEncodingRefused()
    body = bytearray()
    try:
        async with nullcontext() if WHOLE in scope else asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                if len(body) > most:
                    raise BodyTooLarge(most=most)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise BodyTooSlow(seconds=BODY_SECONDS) from None


def _problem(refusal: Refusal, scope: Scope) -> Answer:
    """What was not read to its end cannot be followed by another request."""
    response = problem(refusal, scope[REQUEST_ID])
    headers = [*response.raw_headers, *(() if READ in scope else ((b"connection", b"close"),))]
    return Answer(response.status_code, headers, bytes(response.body))


def _where(fault: Exception) -> list[str]:
    """The innermost lines, without the message: a database's message may hold the values of a row."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_LOGGED:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
