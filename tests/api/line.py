"""The line to a switch in this process: signing clients of several participants over the whole application."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from switch.application import Switch
from switch.domain.identifiers import ParticipantCode
from switch.signatures import SignedExchange, SigningKey, VerifyingKey
from tests.scripted_biller import ScriptedBiller
from tests.seeded import FixedClock

BANK = ParticipantCode("100010")
OTHER_BANK = ParticipantCode("100028")
BILLER = ParticipantCode("200019")
UPLOADING_BILLER = ParticipantCode("200043")
OPERATOR = ParticipantCode("900017")
OVERSEER = ParticipantCode("900025")

ONLINE, UPLOADED, PREPAID, FEE = "200019011", "200043011", "200301020", "200328020"
CUSTOMER, MOBILE, NATIONAL_NUMBER = "100452371", "0933123456", "01020304051"
HOST = "http://switch.test"


@dataclass
class Line:
    """A running switch and the keys of who may call it."""

    switch: Switch
    app: Any
    clock: FixedClock
    biller: ScriptedBiller
    keys: Mapping[ParticipantCode, SigningKey]
    switch_key: VerifyingKey
    query: Callable[..., Coroutine[Any, Any, list[Any]]]
    _clients: dict[ParticipantCode | None, httpx2.AsyncClient] = field(default_factory=dict)

    def signed(self, key: SigningKey) -> SignedExchange:
        """Signs by our clock, and believes only answers that the switch has signed for exactly this request."""
        answers = {self.switch_key.keyid: self.switch_key}
        return SignedExchange(key, answers.get, now=self.clock.now)

    def of(self, code: ParticipantCode | None) -> httpx2.AsyncClient:
        """That participant's client; for None one that does not sign."""
        if code not in self._clients:
            auth = None if code is None else self.signed(self.keys[code])
            transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=True)
            self._clients[code] = httpx2.AsyncClient(transport=transport, base_url=HOST, auth=auth)
        return self._clients[code]

    @property
    def bank(self) -> httpx2.AsyncClient:
        return self.of(BANK)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def inquire(self, service: str, reference: str, code: ParticipantCode = BANK) -> dict[str, Any]:
        asked = {"service_code": service, "customer_reference": reference, "channel": "mobile"}
        answer = await self.of(code).post("/v1/inquiries", json=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def pay(self, order: dict[str, Any], key: str, code: ParticipantCode = BANK) -> httpx2.Response:
        return await self.of(code).post("/v1/payments", json=order, headers={"Idempotency-Key": key})

    async def books(self) -> tuple[int, ...]:
        """How much there is of everything that a request can leave behind."""
        tables = ("payment", "idempotency", "journal_entry", "posting", "inquiry", "bill", "outbox", "statement")
        counts = [(await self.query(f"SELECT count(*) FROM {table}"))[0][0] for table in tables]
        held = (await self.query("SELECT coalesce(sum(held_minor + posted_minor), 0)::bigint FROM position"))[0][0]
        return (*counts, held)


def order(service: str, reference: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "service_code": service,
        "customer_reference": reference,
        "amount": {"amount": amount, "currency": "SYP"},
        "bank_reference": "FT-1",
        "channel": "mobile",
        "method": "account",
        **more,
    }
