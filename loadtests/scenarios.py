"""Scenarios of load: what the banks do in each, and how many they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from switch.domain.catalogue import Mode
from switch.simulators.charging import ChargedService, shipped_billers

SLOW_BILLER = "200027"
"""In the sandbox of `make load` it takes its time for everything."""
SLOW_MILLISECONDS = 3_000
HOT_BANK = "100010"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`inquiries` for each payment, `pays` or only asks; users wait up to `wait_seconds` between two customers."""

    what: str
    services: Callable[[ChargedService], bool]
    inquiries: int = 0
    pays: bool = True
    bank: str | None = None
    users: int = 20
    wait_seconds: float = 0.05
    closes_window: bool = False
    sheds: bool = False
    """503 with Retry-After is a good answer."""


def _fee(service: ChargedService) -> bool:
    return service.mode is Mode.FEE


def _uploaded(service: ChargedService) -> bool:
    return service.mode is Mode.UPLOADED


def _with_bills(service: ChargedService) -> bool:
    return service.mode.has_bills and service.biller != SLOW_BILLER


def _with_the_slow_one(service: ChargedService) -> bool:
    return service.mode is Mode.ONLINE


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "pay": Scenario("fees are paid: one signed request each", _fee),
        "inquire": Scenario("uploaded bills are asked for", _uploaded, inquiries=1, pays=False),
        "mixed": Scenario("three inquiries to a payment, billers of all kinds", _with_bills, inquiries=3),
        "hot-bank": Scenario("all payments are of one bank", _fee, bank=HOT_BANK),
        "slow-biller": Scenario("one biller of many takes seconds", _with_the_slow_one, inquiries=1),
        "cut-off": Scenario("the window is closed in the middle", _with_bills, inquiries=1, closes_window=True),
        "overload": Scenario("more than can be taken, without a pause", _fee, users=100, wait_seconds=0.0, sheds=True),
    }
)


def services_of(scenario: Scenario) -> list[ChargedService]:
    return [service for biller in shipped_billers().values() for service in biller.services.values() if scenario.services(service)]
