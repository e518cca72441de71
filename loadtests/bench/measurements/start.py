"""How long a start takes on a prepared machine: the API alone on a running database, and `switch run` from nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from loadtests.bench.figures import Figure, judged
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes
from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.cli.run import EXAMPLE_BANK, EXAMPLE_REFERENCE, EXAMPLE_SERVICE
from switch.cli.sandbox.place import free_ports
from switch.client import PaymentOrder, SwitchClient, new_key
from switch.processes import answers
from switch.settings import Settings

SERVING_SECONDS = 3.0
FIRST_PAYMENT_SECONDS = 10.0
GIVE_UP_SECONDS = 120.0
POLL_SECONDS = 0.02


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    serving = [_serve(place) for _ in range(sizes.starts)]
    folder = place.settings.data / "start"
    first, *warm = [_run(folder) for _ in range(sizes.starts + 1)]
    ready, paid = median(seconds for seconds, _ in warm), median(seconds for _, seconds in warm)
    numbers = {"serve": serving, "run": warm, "run_on_an_empty_folder": first}
    reference = f"median of {sizes.starts}; on an empty folder {first[0]:.1f} s to serving, {first[1]:.1f} s to the first payment"
    return [
        Figure(
            "start, warm: `switch serve` to /ready", f"< {SERVING_SECONDS:.0f} s", f"{median(serving):.1f} s", f"median of {len(serving)}",
            judged(median(serving) < SERVING_SECONDS), numbers,
        ),
        Figure(
            "start, warm: `switch run` (PostgreSQL and everything) to /ready", f"< {SERVING_SECONDS:.0f} s", f"{ready:.1f} s", reference,
            judged(ready < SERVING_SECONDS),
        ),
        Figure(
            "start, warm: `switch run` to the first payment", f"< {FIRST_PAYMENT_SECONDS:.0f} s", f"{paid:.1f} s", reference,
            judged(paid < FIRST_PAYMENT_SECONDS),
        ),
    ]  # fmt: skip


def _serve(place: Place) -> float:
    began = time.monotonic()
    with place.ready("api"):
        return time.monotonic() - began


def _run(folder: Path) -> tuple[float, float]:
    """Seconds until it is ready, and until the first payment is acknowledged."""
    port, billers_port, rtgs_port = free_ports(3)
    settings = Settings(data=folder, database_url=None, port=port, billers_port=billers_port, rtgs_port=rtgs_port)
    environment = {"DATA": folder, "PORT": port, "BILLERS_PORT": billers_port, "RTGS_PORT": rtgs_port}
    is_ready = answers(f"{settings.api_url}/ready")
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "switch", "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, **{f"SWITCH_{name}": str(value) for name, value in environment.items()}},
    )  # fmt: skip
    try:
        while not is_ready():
            if child.poll() is not None or time.monotonic() > began + GIVE_UP_SECONDS:
                raise RuntimeError("`switch run` does not start")
            time.sleep(POLL_SECONDS)
        ready = time.monotonic() - began
        _pay(settings)
        return ready, time.monotonic() - began
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(GIVE_UP_SECONDS)


def _pay(settings: Settings) -> None:
    with SwitchClient(settings.api_url, load_sandbox_key(settings, EXAMPLE_BANK), load_switch_public_key(settings)) as client:
        presentment = client.inquire(EXAMPLE_SERVICE, EXAMPLE_REFERENCE)
        offer = presentment["offers"][0]
        client.pay(
            PaymentOrder(
                service_code=EXAMPLE_SERVICE,
                customer_reference=EXAMPLE_REFERENCE,
                amount=offer["amount"]["amount"],
                currency=offer["amount"]["currency"],
                bank_reference="FT-FIRST",
                inquiry_id=presentment["inquiry_id"],
                bill_number=offer["bill"]["bill_number"],
            ),
            new_key(),
        )
