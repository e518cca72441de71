"""Load on the performance-critical path: banks that inquire and pay, signing as they do in production.

    .venv/bin/locust -f loadtests/locustfile.py --scenario mixed                    # web page, against a running `make run`
    .venv/bin/locust -f loadtests/locustfile.py --scenario pay --shape spike --headless -u 20 -r 10 -t 60s

`make load` runs every scenario against a sandbox of its own. At the end every acknowledged payment is looked up under its key: one that is
missing or changed makes the run fail, as do silence, a fault of the switch and an answer of 500 or above other than 503.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from locust import LoadTestShape, User, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from loadtests.scenarios import SCENARIOS, SLOW_BILLER, Scenario, services_of
from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.client import Document, NotCertain, Patience, PaymentOrder, Refused, SwitchClient, new_key
from switch.settings import load_settings
from switch.simulators.charging import ChargedService
from switch.simulators.customers import customers
from switch.usecases.shipped_catalogue import read_catalogue

T = TypeVar("T")
SEED = 20261124
ONE_TRY = Patience(tries=1)
LOOKING_UP = Patience(tries=20)
SHAPES = ("steady", "ramp", "spike")
SHED = "status 503"
"""How a client without patience says that a payment was answered by 503."""
FAULT = "internal_fault"
KEPT = ("payment_id", "service_code", "customer_reference", "bill_number", "amount", "payer_fee", "bank_reference", "idempotency_key")
KEPT_WHEN_FINAL = ("state", "window_id", "business_date")

_settings = load_settings()
_banks = [str(participant.code) for participant in read_catalogue().participants if participant.pays]
_random = random.Random(SEED)
_acknowledged: list[tuple[str, str, Document]] = []
"""Bank, idempotency key and payment of everything that the switch has said yes to."""
_refused: Counter[str] = Counter()
_customers: dict[str, Iterator[str]] = {}


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]  # Locust has no types here
def options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--scenario", choices=list(SCENARIOS), default="mixed", env_var="LOCUST_SCENARIO", help="what the banks do")
    parser.add_argument("--shape", choices=list(SHAPES), default="steady", env_var="LOCUST_SHAPE", help="how their number goes")
    parser.add_argument("--summary", default="", env_var="LOCUST_SUMMARY", help="file for the figures as JSON", include_in_web_ui=False)


class Shape(LoadTestShape):
    """Of --users for --run-time: all the time, rising to it, or a quarter of it with all for the fifth in the middle."""

    use_common_options: ClassVar[bool] = True

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        asked = _options(self.runner.environment)
        users, rate = int(asked.num_users or 1), float(asked.spawn_rate or 1)
        total, now = float(asked.run_time or 0), float(self.get_run_time())  # type: ignore[no-untyped-call]  # Locust
        if total and now > total:
            return None
        match asked.shape if total else "steady":
            case "ramp":
                return max(1, round(users * now / total)), rate
            case "spike":
                return (users if 0.4 <= now / total < 0.6 else max(1, users // 4)), float(users)
            case _:
                return users, rate


class Bank(User):
    """One channel of one bank."""

    def on_start(self) -> None:
        self.scenario: Scenario = SCENARIOS[_options(self.environment).scenario]
        self.services = services_of(self.scenario)
        self.code = self.scenario.bank or _random.choice(_banks)
        self.client = _client(self.code, ONE_TRY)

    def on_stop(self) -> None:
        self.client.close()

    def wait_time(self) -> float:
        return _random.random() * self.scenario.wait_seconds

    @task
    def serve_a_customer(self) -> None:
        service = _random.choice(self.services)
        presentment = None
        for _ in range(self.scenario.inquiries):
            reference = _next_customer(service)
            presentment = self._measured("inquiry", service, partial(self.client.inquire, service.code, reference))
        if not self.scenario.pays:
            return
        order = _fee_order(service) if not self.scenario.inquiries else _bill_order(service, presentment)
        if order is not None:
            key = new_key()
            answer = self._measured("payment", service, partial(self.client.pay, order, key))
            if answer is not None:
                _acknowledged.append((self.code, key, answer.payment))

    def _measured(self, name: str, service: ChargedService, call: Callable[[], T]) -> T | None:
        """A refusal is a good answer, and so is 503 where load is shed; silence and faults are failures."""
        name += " of the slow biller" if service.biller == SLOW_BILLER else ""
        began, result = time.perf_counter(), None
        failure: Refused | NotCertain | None = None
        try:
            result = call()
        except Refused as refused:
            if is_fault(refused):
                failure = refused
            else:
                _refused[refused.code] += 1
                name = f"{name} ({refused.code})"
        except NotCertain as doubt:
            if self.scenario.sheds and doubt.why == SHED:
                _refused["503"] += 1
                name = f"{name} (503)"
            else:
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


def is_fault(refused: Refused) -> bool:
    return refused.code == FAULT or (refused.status >= 500 and refused.status != 503)


def is_changed(acknowledged: Document, found: Document | None) -> bool:
    """Missing, too. What was in doubt may have been decided since."""
    same = KEPT + KEPT_WHEN_FINAL if acknowledged["final"] else KEPT
    return found is None or any(acknowledged[member] != found[member] for member in same)


def _options(environment: Environment) -> argparse.Namespace:
    found = environment.parsed_options
    assert isinstance(found, argparse.Namespace)
    return found


def _client(code: str, patience: Patience) -> SwitchClient:
    return SwitchClient(_settings.api_url, load_sandbox_key(_settings, code), load_switch_public_key(_settings), patience=patience)


def _next_customer(service: ChargedService) -> str:
    """Each once, as long as there are any."""
    try:
        return next(_customers.setdefault(service.code, customers(service)))
    except (StopIteration, ValueError):
        _customers[service.code] = customers(service)
        return next(_customers[service.code])


def _fee_order(service: ChargedService) -> PaymentOrder:
    amount = service.typical
    return PaymentOrder(
        service_code=service.code,
        customer_reference=_next_customer(service),
        amount=amount.text(),
        currency=amount.currency,
        bank_reference=f"FT-{new_key()[-16:]}",
    )


def _bill_order(service: ChargedService, presentment: Document | None) -> PaymentOrder | None:
    """None where nothing is due."""
    if presentment is None or not presentment["offers"]:
        return None
    offer = presentment["offers"][0]
    return PaymentOrder(
        service_code=service.code,
        customer_reference=presentment["customer_reference"],
        amount=offer["amount"]["amount"],
        currency=offer["amount"]["currency"],
        bank_reference=f"FT-{new_key()[-16:]}",
        inquiry_id=presentment["inquiry_id"],
        bill_number=offer["bill"]["bill_number"] if offer["bill"] else None,
    )


@events.quitting.add_listener  # type: ignore[untyped-decorator]  # Locust has no types here
def prove(environment: Environment, **_: Any) -> None:
    missing = 0
    for code in {bank for bank, _, _ in _acknowledged}:
        with _client(code, LOOKING_UP) as client:
            for bank, key, payment in _acknowledged:
                if bank == code:
                    missing += is_changed(payment, _found(client, key))
    total = environment.stats.total
    if missing or total.num_failures:
        environment.process_exit_code = 1
    print(f"acknowledged {len(_acknowledged)}, missing or changed {missing}, failures {total.num_failures}")
    if path := _options(environment).summary:
        Path(path).write_text(json.dumps(_summary(environment, missing)), encoding="utf-8")


def _found(client: SwitchClient, key: str) -> Document | None:
    """A refusal under an acknowledged key, and no answer after many tries, are as bad as nothing."""
    try:
        return client.payment_under_key(key)
    except (Refused, NotCertain):
        return None


def _summary(environment: Environment, missing: int) -> dict[str, Any]:
    rows = {
        entry.name: {
            "count": entry.num_requests,
            "failures": entry.num_failures,
            "p50_ms": entry.get_response_time_percentile(0.5),
            "p99_ms": entry.get_response_time_percentile(0.99),
        }
        for entry in environment.stats.entries.values()
    }
    total = environment.stats.total
    return {
        "scenario": _options(environment).scenario,
        "requests": total.num_requests,
        "per_second": round(total.total_rps, 1),
        "failures": total.num_failures,
        "errors": sorted({str(error.error) for error in environment.stats.errors.values()}),
        "refused": dict(_refused),
        "acknowledged": len(_acknowledged),
        "missing": missing,
        "by_name": rows,
    }
