"""What of a day is taken back: which services allow it in parts, which one is soon too late, and whose payments are left alone."""

from collections.abc import Mapping
from dataclasses import replace

from switch.application import Switch
from switch.cli.sandbox.mischief import LIES
from switch.domain.catalogue import RefundRule
from switch.simulators.orders import TOO_LATE_AT, TakenBack, Wish
from switch.simulators.taking_back import LATE_SECONDS

ONE_BILLER_IN = 2
"""Allows parts: by its number, without the check digit."""


async def agree_on_reversals(switch: Switch, by: str) -> None:
    """A process of the API that hears of it a second later says no until then, and that is an answer, too."""
    for service in list(switch.directory.current().services.values()):
        if service.code == TOO_LATE_AT:
            await switch.offer_service(replace(service, reversal_seconds=LATE_SECONDS), by=by)
        elif int(service.biller[:-1]) % ONE_BILLER_IN == 0:
            await switch.offer_service(replace(service, refunds=RefundRule.PARTS), by=by)


def not_of_liars(wish: Wish, misbehaving: Mapping[str, str]) -> Wish:
    """What a liar has booked of a payment that is taken back again is a lie of no consequence."""
    return replace(wish, taken_back=TakenBack.NONE) if misbehaving.get(wish.service.biller) in LIES else wish
