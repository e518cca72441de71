"""A process dies while a payment is being taken back: whoever comes next finishes it, once, and everything is given back once."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from switch.domain.catalogue import ReversalRule
from switch.domain.payments import Payment, PaymentState
from switch.domain.reversals import ReversalState
from tests.faults.crashing_switch import inquire_and_pay
from tests.faults.reverse_and_die import PAID_SECONDS_AGO, asked_back
from tests.faults.test_crash import ELECTRICITY, KEY, World, world
from tests.seeded import BANK, one

__all__ = ["world"]


@pytest.mark.parametrize("dies", ["before_taking_back", "after_taking_back"])
@pytest.mark.parametrize("bank_repeats", [True, False])
async def test_a_reversal_survives_the_process_that_asked_for_it(world: World, tmp_path: Path, dies: str, bank_repeats: bool) -> None:
    async with world.opened() as switch:
        await switch.offer_service(replace(ELECTRICITY, reversal=ReversalRule.ASKED), by="test")
        paid = (await inquire_and_pay(switch, KEY, tmp_path / "inquiry")).payment
    died = await world.run_to_death("reverse_and_die", dies, str(paid.payment_id))
    assert died.returncode == -signal.SIGKILL, died.stderr

    async with world.opened() as switch:
        world.clock.move(PAID_SECONDS_AGO)
        _, (left,) = await switch.payments.reversals(BANK, paid.payment_id)
        assert left.state is ReversalState.ASKED
        if bank_repeats:
            again = await switch.reverse_payment(asked_back(str(paid.payment_id)))
            assert (again.replayed, again.reversal.reversal_id) == (True, left.reversal_id)
        assert await switch.resolve_reversals() == 0, "the dead one's deadline has not come yet"
        world.clock.move(60)
        assert await switch.resolve_reversals() == 1
        assert await switch.resolve_reversals() == 0

        found = await switch.payments.under_key(BANK, KEY)
        assert isinstance(found, Payment)
        assert found.state is PaymentState.REVERSED
        assert world.biller.booked() == [(str(paid.payment_id), 0)]
        assert tuple(await one(world.database, "SELECT held_minor, posted_minor FROM position")) == (0, 0)
        assert (await one(world.database, "SELECT count(*) FROM journal_entry WHERE kind = 'payment_reversed'"))[0] == 1
        assert (await switch.verification()).clean
