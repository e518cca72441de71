"""Re-rating on a real database: what a wrong tariff has charged is put right by entries, to the last unit, once."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from switch.domain.errors import Refusal
from switch.domain.fees import NO_FEES
from switch.domain.identifiers import PaymentId
from switch.domain.ledger import EntryKind
from switch.domain.reratings import ReratingTaken, ReratingTooEarly, ReratingWrong
from switch.reports.journal import BEGINNING, Journal
from switch.reports.payment_stories import PaymentStories
from switch.reports.verification import Verification
from switch.signatures.notes import LogIdentity
from tests.rerated import DAY, DOCUMENT, RIGHT, WRONG, Rerating, rerating_of
from tests.seeded import BANK, OTHER_BANK, one, rows
from tests.settling import settling_world


@pytest.fixture
async def rerating(database_url: str, tmp_path: Path) -> AsyncIterator[Rerating]:
    async with settling_world(database_url, tmp_path) as world:
        yield await rerating_of(world)


async def wrong(rerating: Rerating) -> list[str]:
    """Of what verify looks at, all that has to do with fees."""
    result = await Verification(rerating.world.database, rerating.world.drop, LogIdentity("switch.test/journal", ()))()
    kinds = ("re-rating", "adjustment", "payment ", "window", "position", "file", "journal", "split")
    told = [f"{finding.where}: {finding.what}" for finding in result.findings if finding.where.startswith(kinds)]
    return [finding for finding in told if "tariff" not in finding and "fees are" not in finding]


async def test_afterwards_each_payment_has_paid_what_the_right_tariff_charges(rerating: Rerating) -> None:
    chance = random.Random(5)
    for number in range(40):
        await rerating.pay(chance.choice((chance.randint(1, 400), chance.randint(400, 90_000))), OTHER_BANK if number % 3 == 0 else BANK)
    paid = await rerating.payments()
    own = [payment for payment, _ in (await rows_of(rerating, BANK))]
    await rerating.give_back(own[0])
    await rerating.give_back(own[1], 1)
    await rerating.next_day()
    past = "SELECT count(*), sum(minor * minor)::text FROM posting WHERE window_id = 'SYP-20261124-01'"
    before = await one(rerating.world.database, past)

    await rerating.rerate()

    fees = await rerating.paid_fees()
    for payment, amount in paid:
        if payment not in own[:2]:
            assert fees[payment] == RIGHT.charge(amount)
    assert fees[own[0]] == NO_FEES
    await rerating.next_day()
    assert await one(rerating.world.database, past) == before
    assert await rerating.world.ledger() == {}
    assert await wrong(rerating) == []


async def rows_of(rerating: Rerating, bank: str) -> list[tuple[PaymentId, int]]:
    """The largest first."""
    wanted = "SELECT payment_id, amount_minor FROM payment WHERE bank_code = :bank ORDER BY amount_minor DESC"
    return [(row.payment_id, row.amount_minor) for row in await rows(rerating.world.database, wanted, bank=bank)]


async def test_what_was_shown_is_what_is_posted(rerating: Rerating) -> None:
    for minor in (10_000, 20_001, 333):
        await rerating.pay(minor)
    await rerating.next_day()
    proposal = await rerating.propose_it()
    await rerating.decide.approve(proposal.proposal_id, by="staff:sami")
    posted = await rows(
        rerating.world.database,
        "SELECT account_code, sum(minor)::bigint AS minor FROM posting JOIN journal_entry USING (bucket, entry_id)"
        " WHERE kind = 'fee_rerated' GROUP BY 1 ORDER BY 1",
    )
    assert [(effect.account, effect.minor) for effect in proposal.foreseen.effects] == [(row.account_code, row.minor) for row in posted]
    assert sum(effect.minor for effect in proposal.foreseen.effects) == 0
    assert proposal.foreseen.changes[0].after == "3 are adjusted"


async def test_many_hands_at_once_adjust_each_payment_once_and_the_next_one_nothing(rerating: Rerating) -> None:
    for minor in range(1_000, 1_020):
        await rerating.pay(minor)
    await rerating.next_day()
    proposal = await rerating.propose_it()
    await rerating.decide.approve(proposal.proposal_id, by="staff:sami")
    await asyncio.gather(*(rerating.run.run("R-1") for _ in range(3)))
    await rerating.finish()
    assert (await one(rerating.world.database, "SELECT count(*) FROM adjustment"))[0] == 20
    await rerating.rerate("R-2")
    row = await one(rerating.world.database, "SELECT payments, adjusted, finished_at IS NOT NULL FROM rerating WHERE rerating_id = 'R-2'")
    assert tuple(row) == (20, 0, True)
    assert await wrong(rerating) == []


async def test_a_re_rated_payment_that_is_taken_back_leaves_no_fee(rerating: Rerating) -> None:
    await rerating.pay(50_000)
    ((payment, amount),) = await rerating.payments()
    await rerating.next_day()
    await rerating.rerate()
    right = RIGHT.charge(amount)
    story = await PaymentStories(rerating.world.database).named(str(payment))
    assert [(made.rerating, made.payer_fee) for made in story.adjustments] == [("R-1", right.payer - WRONG.charge(amount).payer)]
    await rerating.give_back(payment, 20_000)
    assert (await rerating.paid_fees())[payment] == right.less(right.part(right.total * 20_000 // 50_000))
    await rerating.give_back(payment)
    assert (await rerating.paid_fees())[payment] == NO_FEES
    assert await rerating.world.posted() == -amount.minor
    await rerating.next_day()
    assert await rerating.world.ledger() == {}
    assert await wrong(rerating) == []


async def test_a_cap_without_room_makes_it_wait_and_it_goes_on_when_there_is_room(rerating: Rerating) -> None:
    for minor in (10_000, 10_001, 10_002):
        await rerating.pay(minor)
    await rerating.next_day()
    await rerating.world.write("UPDATE position SET cap_minor = 200 WHERE bank_code = :bank", bank=BANK)
    await rerating.rerate()
    row = await one(rerating.world.database, "SELECT payments, waits, finished_at FROM rerating")
    assert (row.payments, row.finished_at) == (1, None)
    assert BANK in row.waits
    await rerating.next_day()
    await rerating.finish()
    await rerating.next_day()
    await rerating.finish()
    row = await one(rerating.world.database, "SELECT payments, adjusted, waits, finished_at IS NOT NULL AS finished FROM rerating")
    assert tuple(row) == (3, 3, None, True)


async def test_files_show_adjustments_under_their_payment_and_the_verifier_takes_them(rerating: Rerating) -> None:
    await rerating.pay(10_000)
    await rerating.next_day()
    await rerating.rerate()
    await rerating.next_day()
    second = (await rows(rerating.world.database, "SELECT window_id FROM settlement_window ORDER BY window_id"))[1].window_id
    key = rerating.world.folder / "switch.pem"
    key.write_text(rerating.world.signer.verifying_key().pem())
    ((payment, amount),) = await rerating.payments()
    right, charged = RIGHT.charge(amount), WRONG.charge(amount)
    for file in await rerating.world.issue(second):
        path = rerating.world.folder / file.header.participant / file.name
        ran = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "deploy/verify_file.py", str(path), "--key", str(key)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout
        if file.header.participant == BANK:
            assert str(payment) in path.read_text(encoding="utf-8")
            assert (file.totals.lines, file.totals.amount, file.totals.fee) == (1, 0, right.payer - charged.payer)
            assert file.totals.net == right.payer - (right.bank - charged.bank)
    assert await wrong(rerating) == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"until": DAY + timedelta(days=1)}, ReratingTooEarly),
        ({"since": DAY + timedelta(days=1)}, ReratingWrong),
        ({"name": "س"}, ReratingWrong),
        ({"since": f"{DAY:%Y%m%d}"}, ReratingWrong),
        ({"until": f"{DAY:%G-W%V-%u}"}, ReratingWrong),
        ({"document": {"tariffs": []}}, ReratingWrong),
        ({"document": []}, Refusal),
        ({"since": DAY - timedelta(days=500)}, ReratingWrong),
    ],
)
async def test_what_is_no_re_rating_is_refused(rerating: Rerating, changes: dict[str, object], refusal: type[Refusal]) -> None:
    await rerating.next_day()
    with pytest.raises(refusal):
        await rerating.propose_it(**changes)  # type: ignore[arg-type]
    assert await rows(rerating.world.database, "SELECT FROM proposal") == []


async def test_a_payment_that_is_taken_back_meanwhile_is_no_reason_to_propose_a_re_rating_anew(rerating: Rerating) -> None:
    """Of a day whose payments are still taken back no re-rating could be agreed on otherwise."""
    await rerating.pay(10_000)
    await rerating.pay(20_000)
    await rerating.next_day()
    proposed = await rerating.propose_it()
    (payment, _), (other, _) = await rerating.payments()
    await rerating.give_back(payment)
    approved = await rerating.decide.approve(proposed.proposal_id, by="staff:sami")
    await rerating.finish()
    assert approved.foreseen_again is not None
    assert approved.foreseen_again.effects != proposed.foreseen.effects
    assert [row.payment_id for row in await rows(rerating.world.database, "SELECT payment_id FROM adjustment")] != [payment]
    assert len(await rows(rerating.world.database, "SELECT FROM adjustment")) == 1
    followed = await Journal(rerating.world.database).follow(BEGINNING, 100)
    assert {entry.payment_id for entry in followed if entry.kind is EntryKind.FEE_RERATED} == {other}
    assert await wrong(rerating) == []


async def test_one_name_is_one_re_rating_and_a_changed_one_is_found(rerating: Rerating) -> None:
    await rerating.pay(10_000)
    await rerating.next_day()
    await rerating.rerate()
    with pytest.raises(ReratingTaken):
        await rerating.propose_it()
    for change in (
        "UPDATE rerating SET until = until - 1",
        "UPDATE adjustment SET tax = tax + 1, switch_fee = switch_fee - 1",
        "UPDATE rerating SET adjusted = 2",
    ):
        await rerating.world.write(change, guarded=False)
        assert [finding for finding in await wrong(rerating) if finding.startswith(("re-rating", "adjustment", "payment"))]
    assert DOCUMENT["tariffs"]
