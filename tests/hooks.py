"""A webhook end point in tests: registered by a bank, with a server of the bank's behind it on a real socket."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.api.line import CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, Line, order
from tests.contract.played import Counterparty, Question, played, raw

ADDRESS = "/v1/webhook-endpoints"


@dataclass
class Hook:
    """A registered end point and the bank's server behind it."""

    line: Line
    server: Counterparty
    endpoint_id: str
    secret: str

    @property
    def heard(self) -> list[dict[str, Any]]:
        return [question.document for question in self.server.questions]

    async def tell(self) -> int:
        return await self.line.switch.deliver_webhooks()

    async def deliveries(self, **wanted: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.line.bank.get(f"{ADDRESS}/{self.endpoint_id}/deliveries", params=wanted)).json()["items"]
        return items

    def verify(self, question: Question, secret: str | None = None) -> Any:
        return Webhook(secret or self.secret).verify(question.body, question.headers)


@asynccontextmanager
async def hooked(line: Line, answer: Callable[[int], int] = lambda _: 200) -> AsyncIterator[Hook]:
    """`answer` gives the status for the n-th question."""
    line.clock.at = datetime.now(UTC)  # the reference reader has a clock of its own
    async with played(lambda _: raw(answer(len(server.questions)), b"")) as server:
        registered = await line.bank.post(ADDRESS, json={"url": f"{server.url}/events"})
        assert registered.status_code == 201, registered.text
        made = registered.json()
        yield Hook(line, server, made["endpoint"]["endpoint_id"], made["secret"])


async def pay_fee(line: Line, key: str) -> dict[str, Any]:
    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), key)
    assert paid.status_code == 201
    found: dict[str, Any] = paid.json()
    return found


async def order_on_line(line: Line, key: str, *outcomes: Any) -> dict[str, Any]:
    inquiry_id = (await line.inquire(ONLINE, CUSTOMER))["inquiry_id"]
    line.biller.script(CUSTOMER, *outcomes)
    answer: dict[str, Any] = (await line.pay(order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=inquiry_id), key)).json()
    return answer
