"""The API stops and starts while banks pay: a client that repeats notices nothing, and every payment is there once."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest

from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.cli.serve import BEGIN_ANEW
from switch.client import AsyncSwitchClient, Patience, PaymentAnswer, PaymentOrder
from switch.settings import Settings
from tests.system.running import SECONDS, RunningSwitch, surroundings
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
BANKS = ("100010", "100028", "100036")
FEE = PaymentOrder("200328020", "01020304051", "750.00", "SYP", "FT-1")
STOPS = (
    ("api-1", signal.SIGTERM),
    ("api", signal.SIGKILL),
    ("api", signal.SIGTERM),
    ("worker", signal.SIGTERM),
)
"""One process of the API, what watches over them all, all of it."""
PAYERS = 6
PATIENT = Patience(tries=40)
"""For longer than a start takes on a machine that does much else."""
BRISK = Patience(tries=3)
"""For who was connected to a process that has just ended, and no more: while the API begins anew somebody always answers."""
AT_LEAST_BETWEEN_STOPS = 30


async def test_a_client_that_repeats_notices_no_stop(tmp_path: Path) -> None:
    switch = RunningSwitch(surroundings(tmp_path / "data"))
    try:
        await asyncio.to_thread(switch.wait_started)
        settings = Settings(data=switch.data)
        answer_key = load_switch_public_key(settings)
        async with AsyncExitStack() as opened:

            async def clients(patience: Patience) -> list[AsyncSwitchClient]:
                keys = [load_sandbox_key(settings, bank) for bank in BANKS]
                return [await opened.enter_async_context(AsyncSwitchClient(switch.url, key, answer_key, patience=patience)) for key in keys]

            patient = await clients(PATIENT)
            answers = await _pay_through(switch, await clients(BRISK), (("api", BEGIN_ANEW),))
            answers += await _pay_through(switch, patient, STOPS)
            stands = [payment["payment_id"] for client in patient for payment in await client.payments()]
        assert {answer.state for answer in answers} == {"COMPLETED"}
        assert sorted(stands) == sorted(str(answer.payment["payment_id"]) for answer in answers)
        assert len(set(stands)) == len(stands) >= (len(STOPS) + 1) * AT_LEAST_BETWEEN_STOPS
        assert switch.command("verify").returncode == 0
    finally:
        assert switch.end() == 0


async def _pay_through(
    switch: RunningSwitch, clients: Sequence[AsyncSwitchClient], stops: Sequence[tuple[str, signal.Signals]]
) -> list[PaymentAnswer]:
    """Raises NotCertain or Refused where a single payment was not answered with a yes."""
    answers: list[PaymentAnswer] = []
    over = asyncio.Event()

    async def payer(number: int) -> None:
        for paid in count():
            if over.is_set():
                return
            answers.append(await clients[number % len(clients)].pay(FEE, f"restart-{len(stops)}-{number}-{paid:05d}"))

    async def some_are_paid() -> None:
        before = len(answers)
        while len(answers) < before + AT_LEAST_BETWEEN_STOPS:  # noqa: ASYNC110 - nobody tells us of it
            await asyncio.sleep(0.01)

    async with asyncio.timeout(200), asyncio.TaskGroup() as group:
        for number in range(PAYERS):
            group.create_task(payer(number))
        for name, number in stops:
            await some_are_paid()
            await _ended(switch, name, number)
        await some_are_paid()
        over.set()
    return answers


async def _ended(switch: RunningSwitch, name: str, number: signal.Signals) -> None:
    """And another in its place: one that is told to stop a second time, while it finishes what is under way, would drop it.

    What begins anew keeps its number; its processes do not, and the former ones are gone in the end.
    """
    before = switch.pids()
    os.kill(before[name], number)
    changing = "api-1" if number is BEGIN_ANEW else name
    while switch.pids().get(changing, before[changing]) == before[changing]:  # noqa: ASYNC110 - nobody tells us of it
        await asyncio.sleep(0.01)
    if number is BEGIN_ANEW:
        await asyncio.to_thread(wait_until, lambda: not Path(f"/proc/{before[changing]}").exists(), deadline_seconds=SECONDS)
