"""A process is killed between reserve and conclude: what it left is concluded by the next one, once, and the books are right."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, Service
from switch.domain.directory import Endpoint
from switch.domain.identifiers import IdempotencyKey
from switch.domain.participants import Name
from switch.domain.payments import Payment, PaymentState
from switch.store.database import connect
from tests.faults.booked_biller import DUE_MINOR, PROTOCOL, BookedBiller
from tests.faults.crashing_switch import opened
from tests.seeded import BANK, BILLER, SERVICE, FixedClock, one, seed

KEY = IdempotencyKey("crash-0001")
ELECTRICITY = Service(
    code=SERVICE,
    biller=BILLER,
    name=Name("فاتورة كهرباء", "Electricity bill"),
    mode=Mode.ONLINE,
    reference=ReferenceRule(Name("رقم الاشتراك", "Subscription number"), "[0-9]{8,12}", "100452371"),
    rule=AmountRule(AmountRuleKind.EXACT),
    currency="SYP",
)


@pytest.mark.parametrize("dies", ["before_booking", "after_booking"])
async def test_a_killed_payment_is_concluded_once(database_url: str, tmp_path: Path, project_root: Path, dies: str) -> None:
    database = connect(database_url)
    await seed(database, {BANK: 1_000_000})
    biller, clock = BookedBiller(tmp_path / "books.sqlite"), FixedClock()
    async with opened(database_url, biller, clock, tmp_path) as switch:
        await switch.offer_service(ELECTRICITY, by="test")
        await switch.connect_biller(Endpoint(BILLER, PROTOCOL, "http://127.0.0.1:9/biller"), by="test")

    command = [sys.executable, "-m", "tests.faults.pay_and_die", database_url, str(biller.books), dies, KEY, str(tmp_path)]
    died = await asyncio.to_thread(subprocess.run, command, cwd=project_root, capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    left = await one(database, "SELECT state, attempts FROM payment")
    assert left.state == "RESERVED"
    assert len(biller.booked()) == (1 if dies == "after_booking" else 0)
    assert (await one(database, "SELECT held_minor FROM position"))[0] == DUE_MINOR

    async with opened(database_url, biller, clock, tmp_path) as switch:
        assert await switch.resolve_payments() == 0  # the dead one's deadline has not come yet
        clock.move(60)
        assert await switch.resolve_payments() == 1
        assert await switch.resolve_payments() == 0
        found = await switch.payments.under_key(BANK, KEY)
        assert isinstance(found, Payment)
        assert found.state is PaymentState.COMPLETED
        assert biller.booked() == [(str(found.payment_id), DUE_MINOR)]
        assert (await switch.verification()).clean
    position = await one(database, "SELECT held_minor, posted_minor FROM position")
    assert tuple(position) == (0, DUE_MINOR)
    assert (await one(database, "SELECT count(*) FROM journal_entry"))[0] == 1
    await database.close()
