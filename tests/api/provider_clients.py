"""Staff and their identity provider in tests: a pretend one on a real socket, linked accounts, and browsers that come back from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from adapters.identity.openid_connect import OpenIdConnect
from adapters.transports.guarded import GuardedHosts
from adapters.transports.plain_calls import PlainCalls
from switch.domain.identity_claims import ProviderIdentity
from switch.domain.networks import THIS_MACHINE
from switch.domain.provider_sign_in import ProviderRule
from switch.domain.staff import Role
from switch.simulators.identity_provider import PretendProvider
from tests.api.line import Line
from tests.api.staff_clients import enrol
from tests.contract.served import served
from tests.seeded import FixedClock

BACK, CLIENT, SECRET = "https://switch.test/back", "switch", "s%cret +1"
BEGIN, FINISH = "/v1/staff/provider-sign-ins", "/v1/staff/provider-sessions"


@contextmanager
def pretended(**more: Any) -> Iterator[PretendProvider]:
    """Served for as long as the block lasts."""
    provider = PretendProvider("", CLIENT, **more)
    with served(provider) as url:
        provider.issuer = url
        yield provider


def asking(provider: PretendProvider, clock: FixedClock, **more: Any) -> OpenIdConnect:
    """The switch's side of it."""
    rule = ProviderRule(provider.issuer, CLIENT, BACK, "http://127.0.0.1/switch", frozenset({"RS256", "ES256"}), **more)
    provider.now = clock.now
    return OpenIdConnect(rule, provider.secret, PlainCalls.over(GuardedHosts(THIS_MACHINE)), clock.monotonic)


@dataclass
class Browser:
    """Somebody before a browser who begins to sign in, proves to the provider who they are, and comes back."""

    line: Line
    provider: PretendProvider
    began: dict[str, Any] = field(default_factory=dict)

    async def begin(self) -> None:
        answer = await self.line.of(None).post(BEGIN)
        assert answer.status_code == 201, answer.text
        self.began = answer.json()

    async def come_back(self, subject: str = "0042") -> dict[str, str]:
        """What stands in the address at which the browser ends."""
        async with httpx2.AsyncClient() as browser:
            back = await browser.get(f"{self.began['address']}&as={subject}")
        assert back.status_code == 302, back.text
        assert back.headers["Location"].startswith(BACK)
        return dict(parse_qsl(urlsplit(back.headers["Location"]).query))

    async def finish(self, **said: str) -> httpx2.Response:
        return await self.line.of(None).post(FINISH, json={"binding": self.began["binding"], **said})

    async def whole(self, subject: str = "0042") -> httpx2.Response:
        await self.begin()
        return await self.finish(**await self.come_back(subject))


async def linked(line: Line, provider: PretendProvider, name: str = "nour", subject: str = "0042", role: Role = Role.OPERATOR) -> None:
    await enrol(line, name, role)
    await line.switch.keep_staff.admit(name, frozenset({role}), ProviderIdentity(provider.issuer, subject), by="test")
