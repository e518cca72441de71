"""Pretend banks take some payments back: wholly, by two at once, in parts, too late; and book what they were told, and nothing else."""

import asyncio
from dataclasses import dataclass

from switch.client import AsyncSwitchClient, Document, NotCertain, Refused
from switch.domain.money import Money
from switch.simulators.orders import TakenBack

LATE_SECONDS = 1
"""How long a payment of the service that is asked for too late can be taken back."""
PARTS_OF = 4
REASON = "customer_request"


@dataclass(slots=True)
class AskedBack:
    """One reversal in a bank's books: under which key, of how much (None: of all that is left), and what we were told."""

    key: str
    part: Money | None = None
    told: Document | None = None
    refused: str | None = None

    @property
    def certain(self) -> bool:
        return self.refused is not None or (self.told is not None and bool(self.told["final"]))

    @property
    def outcome(self) -> str:
        return self.refused or ("unknown" if self.told is None else str(self.told["state"]))


def asked_back(how: TakenBack, key: str, amount: Money) -> list[AskedBack]:
    """What is written down before any of it is sent."""
    match how:
        case TakenBack.NONE:
            return []
        case TakenBack.WHOLE | TakenBack.TOO_LATE:
            return [AskedBack(f"{key}-back")]
        case TakenBack.BY_TWO:
            return [AskedBack(f"{key}-back"), AskedBack(f"{key}-back-too")]
        case TakenBack.PARTS:
            part = Money(max(amount.minor // PARTS_OF, 1), amount.currency)
            return [AskedBack(f"{key}-part-1", part), AskedBack(f"{key}-part-2", part)]


async def take_back(client: AsyncSwitchClient, payment_id: str, how: TakenBack, asked: list[AskedBack]) -> None:
    """All of them at once."""
    if how is TakenBack.TOO_LATE:
        await asyncio.sleep(LATE_SECONDS)
    await asyncio.gather(*(ask_back(client, payment_id, one) for one in asked))


async def ask_back(client: AsyncSwitchClient, payment_id: str, asked: AskedBack) -> None:
    """Also again, under the same key, until it is certain."""
    part = None if asked.part is None else {"amount": asked.part.text(), "currency": asked.part.currency}
    try:
        asked.told = await client.reverse(payment_id, REASON, asked.key, amount=part)
    except Refused as refused:
        asked.refused = refused.code
    except NotCertain:
        return
