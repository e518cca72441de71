"""Splits on a real database: two people set them, nets, instructions and files follow them to the last unit, refunds come back likewise."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, RefundRule, ReversalRule, Service
from switch.domain.errors import ParticipantUnknown, Refusal
from switch.domain.identifiers import IdempotencyKey, PaymentId, ReversalId, bucket_of, bucketed_id
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.proposals import ProposalKind
from switch.domain.reversals import ReversalReason, ReversalRequest
from switch.domain.splits import SplitTaken, SplitTooEarly, SplitWrong
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.store.directory_rows import locked
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Propose
from switch.usecases.split_service import SplitService
from tests.seeded import BANK, BILLER, OTHER_BANK, SERVICE, WINDOW, rows
from tests.settling import BORNE, SettlingWorld, settling_world

PARTS = f"{OTHER_BANK} SYFUND01 1.50 3333\n{BANK} SYMAIN02 0 6667"
SINCE = "2026-11-25"


@dataclass
class Splitting:
    world: SettlingWorld
    propose: Propose
    decide: DecideProposal
    reversals: ReversalPosting

    async def set_split(self, name: str = "S-1", since: str = SINCE, parts: str = PARTS, service: str = SERVICE) -> None:
        content = {"name": name, "effective_from": since, "parts": parts}
        proposed = await self.propose(ProposalKind.SPLIT_SERVICE, service, content, reason="the fund", by="staff:nour")
        await self.decide.approve(proposed.proposal_id, by="staff:sami")

    async def give_back(self, payment: PaymentId, minor: int | None) -> None:
        now = self.world.clock.now()
        amount = None if minor is None else Money(minor, "SYP")
        reversal = ReversalId(bucketed_id(bucket_of(payment), now))
        key = IdempotencyKey(f"back-{reversal}")
        await self.reversals.ask(ReversalRequest(BANK, key, payment, ReversalReason.DUPLICATE, amount=amount), reversal, now)

    async def settled_legs(self) -> dict[tuple[str, str], int]:
        window = await self.world.settle((await self.world.closed()).window_id)
        told = self.world.rtgs.booked[f"{window.window_id}-1"].legs
        return {(leg.participant, "" if leg.account is None else leg.account.number): leg.minor for leg in told}


@pytest.fixture
async def splitting(database_url: str, tmp_path: Path) -> AsyncIterator[Splitting]:
    async with settling_world(database_url, tmp_path) as world:
        directory = CurrentDirectory(world.database)
        async with world.database.transaction() as connection:
            await (await locked(connection, world.clock, "test")).put_service(
                Service(
                    SERVICE, BILLER, Name("كهرباء", "Electricity"), Mode.UPLOADED, ReferenceRule(Name("ع", "M"), "[0-9]{10}", "1000000001"),
                    AmountRule(AmountRuleKind.EXACT), "SYP", reversal=ReversalRule.TOLD, reversal_seconds=10**6, refunds=RefundRule.PARTS,
                )
            )  # fmt: skip
        await directory.refresh()
        undertakings = {ProposalKind.SPLIT_SERVICE: SplitService(world.clock, directory.current, world.database)}
        parts = (world.clock, world.database, undertakings)
        reversals = ReversalPosting(world.database, directory.current)
        yield Splitting(world, Propose(*parts), DecideProposal(*parts, KeepAudit(world.clock, world.database)), reversals)


def share(minor: int) -> tuple[int, int]:
    """By hand: what the fund and the main account get of so much."""
    fixed = min(150, minor)
    rest = minor - fixed
    fund, left = divmod(rest * 3333, 10_000)
    return fixed + fund + (1 if left > 5_000 else 0), rest - fund - (1 if left > 5_000 else 0)


async def payments(world: SettlingWorld) -> list[PaymentId]:
    return [row.payment_id for row in await rows(world.database, "SELECT payment_id FROM payment ORDER BY reserved_at, payment_id")]


async def test_payments_of_the_split_go_to_its_accounts_and_earlier_ones_do_not(splitting: Splitting) -> None:
    world = splitting.world
    await splitting.set_split()
    await world.pay(10_000)  # accepted the day before: not split
    world.clock.move(24 * 3600)
    for minor in (100, 149, 151, 9_999, 33_333):
        await world.pay(minor)
    await world.pay(20_001, fees=BORNE)
    await world.pay(5_000, OTHER_BANK)
    owed = (100, 149, 151, 9_999, 33_333, 20_001 - 210, 5_000)
    legs = await splitting.settled_legs()
    fund, main = (sum(share(minor)[place] for minor in owed) for place in (0, 1))
    assert (legs[BILLER, "SYFUND01"], legs[BILLER, "SYMAIN02"], legs[BILLER, ""]) == (-fund, -main, -10_000)
    assert sum(legs.values()) == 0
    detail = await world.windows.one(WINDOW)
    assert {leg.participant: leg.minor for leg in detail.legs}[BILLER] == -(fund + main + 10_000)
    by_bank: defaultdict[str, int] = defaultdict(int)
    for net in detail.accounts:
        by_bank[net.bank] += net.minor
    assert by_bank == {BANK: sum(owed) - 5_000 + 10_000, OTHER_BANK: 5_000}
    assert await world.findings() == []
    assert set(await world.ledger()) == set()


async def test_what_is_taken_back_comes_out_of_what_each_account_has_of_the_payment(splitting: Splitting) -> None:
    world = splitting.world
    await splitting.set_split()
    world.clock.move(24 * 3600)
    await world.pay(10_001)
    (payment,) = await payments(world)
    assert (await splitting.settled_legs())[BILLER, "SYFUND01"] == -share(10_001)[0]
    world.clock.move(60)
    await splitting.set_split("S-2", "2026-11-26", f"{BANK} SYNEW 0 10000")
    world.clock.move(24 * 3600)  # another split holds by now, for other payments
    for minor in (3_333, 3_333, None):
        world.clock.move(1)
        await splitting.give_back(payment, minor)
    legs = await splitting.settled_legs()
    assert (legs[BILLER, "SYFUND01"], legs[BILLER, "SYMAIN02"]) == share(10_001)
    assert (BILLER, "SYNEW") not in legs
    assert await world.findings() == []


async def test_accounts_move_where_their_biller_s_net_is_nothing(splitting: Splitting) -> None:
    world = splitting.world
    await splitting.set_split()
    world.clock.move(24 * 3600)
    await world.pay(10_000)
    (payment,) = await payments(world)
    await splitting.settled_legs()
    world.clock.move(24 * 3600)
    await splitting.set_split("S-2", (world.clock.now() + timedelta(days=1)).date().isoformat(), f"{BANK} SYNEW 0 10000")
    world.clock.move(24 * 3600)
    await splitting.give_back(payment, None)
    await world.pay(10_000)
    legs = await splitting.settled_legs()
    assert {number: minor for (code, number), minor in legs.items() if code == BILLER} == {
        "SYFUND01": share(10_000)[0],
        "SYMAIN02": share(10_000)[1],
        "SYNEW": -10_000,
    }
    assert await world.findings() == []


async def test_the_biller_s_file_names_the_accounts_and_the_verifier_adds_them_up(splitting: Splitting) -> None:
    world = splitting.world
    await splitting.set_split()
    world.clock.move(24 * 3600)
    for layout in ("csv-1", "fixed-1", "xlsx-1", "camt-1"):
        await world.choose_layout(BILLER, layout, by="test")
        await world.pay(10_000)
        await splitting.settled_legs()
    await world.pay(10_000)
    await splitting.give_back((await payments(world))[-1], 1_000)
    await splitting.settled_legs()
    issued = [file for row in await rows(world.database, "SELECT window_id FROM settlement_window WHERE state = 'settled'")
              for file in await world.issue(row.window_id) if file.header.participant == BILLER]  # fmt: skip
    key = world.folder / "switch.pem"
    key.write_text(world.signer.verifying_key().pem())
    fund, main = (Money(minor, "SYP").text() for minor in share(10_000))
    notes = (f"account SYFUND01 at {OTHER_BANK}: {fund}", f"account SYMAIN02 at {BANK}: {main}")
    assert len(issued) == 5
    for file in issued:
        assert file.totals.lines == 2 or file.header.changes == notes
        path = world.folder / BILLER / file.name
        ran = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "deploy/verify_file.py", str(path), "--key", str(key)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout
    assert await world.findings() == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"since": "2026-11-24"}, SplitTooEarly),
        ({"since": "tomorrow"}, SplitWrong),
        ({"since": "20261225"}, SplitWrong),
        ({"parts": f"{BANK} SYMAIN02 0 9999"}, SplitWrong),
        ({"parts": f"{BANK} SYMAIN02 0 5000\n{BANK} SYMAIN02 0 5000"}, SplitWrong),
        ({"parts": f"{BANK} sy 0 10000"}, SplitWrong),
        ({"parts": f"{BANK} SYMAIN02 0 ١٠٠٠٠"}, SplitWrong),
        ({"parts": f"{BANK} SYMAIN02 1,5 10000"}, Refusal),
        ({"parts": "100036 SYMAIN02 0 10000"}, ParticipantUnknown),
        ({"name": "س"}, SplitWrong),
    ],
)
async def test_a_split_that_is_none_is_refused_and_leaves_nothing(
    splitting: Splitting, changes: dict[str, str], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await splitting.set_split(**changes)
    assert await rows(splitting.world.database, "SELECT FROM settlement_split") == []


async def test_a_published_split_stays_and_the_same_again_is_the_same(splitting: Splitting) -> None:
    await splitting.set_split()
    await splitting.set_split()
    with pytest.raises(SplitTaken):
        await splitting.set_split(parts=f"{BANK} SYMAIN02 0 10000")
    assert len(await rows(splitting.world.database, "SELECT FROM settlement_split")) == 1


async def test_a_changed_split_or_account_is_found(splitting: Splitting) -> None:
    world = splitting.world
    await splitting.set_split()
    world.clock.move(24 * 3600)
    await world.pay(10_000)
    await splitting.settled_legs()
    for change in (
        "UPDATE settlement_split SET parts = jsonb_set(parts, '{0,basis_points}', '3334')",
        "UPDATE window_account SET minor = minor + 1 WHERE account_number = 'SYMAIN02'",
        "UPDATE settlement_instruction SET legs = jsonb_set(legs, '{2,account,number}', '\"SYMINE\"')",
    ):
        await world.write(change, guarded=False)
        assert [finding for finding in await world.findings() if "split" in finding or "account" in finding or "payments give" in finding]
