"""Standard Webhooks (specification 1.0): the three header fields, signed with HMAC-SHA256 under each secret that is valid."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.transports.address import Address, address
from adapters.transports.connection import Answer
from adapters.transports.connections import Connections, HostsOf
from adapters.transports.unheard import Stale, Unheard
from switch.domain.webhooks import SECRET_PREFIX, WebhookAnswer, WebhookMessage

MOST_CONNECTIONS = 8
"""To one end point."""
VERSION = "v1"


@dataclass(frozen=True, slots=True)
class StandardWebhooks:
    connections: Connections

    @classmethod
    def over(cls, hosts: HostsOf) -> "StandardWebhooks":
        return cls(Connections(hosts, MOST_CONNECTIONS))

    def close(self) -> None:
        self.connections.close()

    async def send(self, url: str, message: WebhookMessage, *, answer_seconds: int) -> WebhookAnswer:
        try:
            async with asyncio.timeout(answer_seconds):
                answer = await self._exchanged(url, message)
        except TimeoutError:
            return WebhookAnswer(None, f"no answer within {answer_seconds} s")
        except Unheard as unheard:
            return WebhookAnswer(None, unheard.why)
        except Exception as fault:  # noqa: BLE001 - the edge: whatever is at the other end, it is no error of ours
            return WebhookAnswer(None, type(fault).__name__)
        return WebhookAnswer(answer.status, f"status {answer.status}")

    async def _exchanged(self, url: str, message: WebhookMessage) -> Answer:
        """Sent twice where a kept connection turns out to be closed: the receiver knows the event by its id."""
        to, new = address(url), False
        question = _question(to, message)
        async with self.connections.room(url, to):
            while True:
                connection = await self.connections.obtain(url, to, new=new)
                try:
                    answer = await connection.exchange(question)
                except Stale:
                    new = True
                    continue
                self.connections.keep(url, to, connection)
                return answer


def signatures(message: WebhookMessage) -> str:
    """One for each secret, with blanks between them, so that either of two secrets verifies while one takes over from the other."""
    signed = b"%s.%d.%s" % (str(message.event_id).encode(), _seconds(message), message.body)
    return " ".join(f"{VERSION},{_signature(secret, signed)}" for secret in message.secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _seconds(message: WebhookMessage) -> int:
    return int(message.sent_at.timestamp())


def _question(to: Address, message: WebhookMessage) -> bytes:
    fields: Sequence[tuple[str, str]] = (
        ("Host", to.authority),
        ("User-Agent", "switch-webhooks"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(message.body))),
        ("Accept-Encoding", "identity"),
        ("webhook-id", str(message.event_id)),
        ("webhook-timestamp", str(_seconds(message))),
        ("webhook-signature", signatures(message)),
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"POST {to.path or '/'} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + message.body
