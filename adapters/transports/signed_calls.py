"""Signed calls: JSON over HTTP, signed by us, and no answer believed that its counterparty has not signed for exactly this question."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from adapters.codecs.strict_json import Malformed, json_object
from adapters.transports.address import Address, address
from adapters.transports.connection import Answer
from adapters.transports.connections import Connections
from adapters.transports.told import Told
from adapters.transports.unheard import Stale, Unheard
from switch.ports import Signer
from switch.signatures import SignatureError, Target, VerifyingKey, sign_request, verify_response

FindKey = Callable[[str], VerifyingKey | None]


def _now() -> datetime:
    return datetime.now(UTC)


class Heard(NamedTuple):
    status: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignedCalls:
    signer: Signer
    find_key: FindKey
    connections: Connections
    now: Callable[[], datetime] = _now

    async def call(
        self,
        counterparty: str,
        url: str,
        method: str,
        path: str,
        document: dict[str, Any] | None = None,
        *,
        deadline_seconds: float,
        told: Told | None = None,
    ) -> Heard:
        """The answer of `counterparty`, or Unheard. The deadline is for everything: room, connection, answer.

        What is said is written down in `told`.
        """
        sent, new = False, False
        try:
            to = address(url)
            body = b"" if document is None else orjson.dumps(document)
            async with asyncio.timeout(deadline_seconds), self.connections.room(counterparty, to):
                while True:
                    target, question = self._question(to, method, path, body)
                    connection = await self.connections.obtain(counterparty, to, new=new)
                    sent = True
                    if told is not None:
                        told.asks(question, self.now())
                    try:
                        answer = await connection.exchange(question)
                    except Stale:
                        new = True  # which cannot be stale; and any question of ours may be asked twice, because it has an id
                        continue
                    if told is not None:
                        told.hears(answer, self.now())
                    self.connections.keep(counterparty, to, connection)
                    return self._heard(counterparty, target, answer)
        except TimeoutError:
            raise Unheard(f"no answer within {deadline_seconds:g} s", asked=sent) from None
        except Unheard as unheard:
            if sent and not unheard.asked:
                raise Unheard(unheard.why) from unheard
            raise

    def _question(self, to: Address, method: str, path: str, body: bytes) -> tuple[Target, bytes]:
        target = Target(method, to.authority, to.path + path)
        fields = {"Host": to.authority, "Accept": "application/json", "Accept-Encoding": "identity"}
        if body:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        signed = sign_request(self.signer, target, body, now=self.now())
        lines = "".join([f"{name}: {value}\r\n" for name, value in (fields | signed).items()])
        head = f"{method} {target.path} HTTP/1.1\r\n{lines}\r\n".encode("ascii")
        return Target(method, target.authority, target.path, "", signed["Signature"]), head + body

    def _heard(self, counterparty: str, target: Target, answer: Answer) -> Heard:
        self._verify(counterparty, target, answer)
        try:
            return Heard(answer.status, json_object(answer.body))
        except Malformed as malformed:
            raise Unheard(f"status {answer.status}, {malformed}") from malformed

    def _verify(self, counterparty: str, target: Target, answer: Answer) -> None:
        def key_of_counterparty(keyid: str) -> VerifyingKey | None:
            return self.find_key(keyid) if keyid.partition(":")[0] == counterparty else None

        if any(name.lower() == b"content-encoding" for name, _ in answer.headers):
            raise Unheard("the answer is compressed, which was not asked for")
        try:
            verify_response(target, answer.status, answer.headers, answer.body, find_key=key_of_counterparty, now=self.now())
        except SignatureError as refused:
            raise Unheard(f"status {answer.status}, {refused.code}") from refused
