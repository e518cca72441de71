"""Load on the performance-critical path: banks that inquire and pay, signing as they do in production.

    .venv/bin/locust -f loadtests/locustfile.py --headless -u 20 -r 10 -t 30s

against a running `make run` (its data folder in SWITCH_DATA). At the end every acknowledged payment is looked up under its key and
`switch verify` looks at the books; a payment that is missing or changed, or books that do not verify, make the run fail.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from locust import User, between, events, task
from locust.env import Environment

from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.client import NotCertain, Patience, PaymentOrder, Refused, SwitchClient, new_key
from switch.settings import load_settings
from switch.usecases.shipped_catalogue import read_catalogue

T = TypeVar("T")
SEED = 20261124
VERIFY_SECONDS = 600
ONE_TRY = Patience(tries=1)

_settings = load_settings()
_catalogue = read_catalogue()
_banks = [participant.code for participant in _catalogue.participants if participant.pays]
_services = [service for service in _catalogue.services if service.mode.has_bills]
_random = random.Random(SEED)
_acknowledged: list[tuple[str, str, str]] = []
"""Bank, idempotency key and payment id of everything that the switch has said yes to."""


class Bank(User):
    """One bank's channel: three inquiries to a payment."""

    wait_time = between(0.0, 0.05)

    def on_start(self) -> None:
        self.code = _random.choice(_banks)
        self.client = _client(self.code)

    def on_stop(self) -> None:
        self.client.close()

    @task(2)
    def look(self) -> None:
        self._measured("inquiry", lambda: self.client.inquire(*_customer()))

    @task(1)
    def pay(self) -> None:
        service, reference = _customer()
        presentment = self._measured("inquiry", lambda: self.client.inquire(service, reference))
        if presentment is None or not presentment["offers"]:
            return
        offer, key = presentment["offers"][0], new_key()
        order = PaymentOrder(
            service_code=service,
            customer_reference=reference,
            amount=offer["amount"]["amount"],
            currency=offer["amount"]["currency"],
            bank_reference=f"FT-{key[-16:]}",
            inquiry_id=presentment["inquiry_id"],
            bill_number=offer["bill"]["bill_number"] if offer["bill"] else None,
        )
        answer = self._measured("payment", lambda: self.client.pay(order, key))
        if answer is not None:
            _acknowledged.append((self.code, key, answer.payment["payment_id"]))

    def _measured(self, name: str, call: Callable[[], T]) -> T | None:
        """A refusal is a good answer; silence is a failure."""
        began, failure, result = time.perf_counter(), None, None
        try:
            result = call()
        except Refused as refused:
            name = f"{name} ({refused.code})"
        except NotCertain as doubt:
            failure = doubt
        self.environment.events.request.fire(
            request_type="SIGNED",
            name=name,
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=failure,
            context={},
        )
        return result


def _client(code: str) -> SwitchClient:
    return SwitchClient(_settings.api_url, load_sandbox_key(_settings, code), load_switch_public_key(_settings), patience=ONE_TRY)


def _customer() -> tuple[str, str]:
    """Mostly other people's bills; some of them are paid already."""
    service = _random.choice(_services)
    return service.code, service.reference.example if _random.random() < 0.1 else str(_random.randrange(10**8, 10**9))


@events.test_stop.add_listener  # type: ignore[untyped-decorator]  # Locust has no types here
def prove(environment: Environment, **_: Any) -> None:
    missing = 0
    for code in _banks:
        with _client(code) as client:
            for bank, key, payment_id in _acknowledged:
                if bank == code:
                    found = client.payment_under_key(key)
                    missing += found is None or found["payment_id"] != payment_id
    verified = subprocess.run([sys.executable, "-m", "switch", "verify"], check=False, timeout=VERIFY_SECONDS).returncode == 0
    print(f"acknowledged {len(_acknowledged)}, missing or changed {missing}, books {'verify' if verified else 'DO NOT VERIFY'}")
    if missing or not verified:
        environment.process_exit_code = 1
