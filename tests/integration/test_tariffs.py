"""Tariffs on a real database: tried over past traffic as if charged one by one, published by two people, in force from their day."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, Service
from switch.domain.directory_errors import CatalogueMalformed, TariffTaken
from switch.domain.fees import BorneBy, Fees, Tariff, applicable
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.proposal_errors import OwnProposal
from switch.domain.proposals import ProposalKind
from switch.domain.tariff_trials import Compared, Subject, TariffEmpty, TariffTooLate
from switch.reports.current_directory import CurrentDirectory
from switch.store.directory_rows import locked
from switch.usecases.change_tariff import ChangeTariff
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Propose
from switch.usecases.try_tariff import TryTariff
from tests.seeded import BANK, BILLER, OTHER_BANK, SERVICE, START, rows
from tests.settling import SettlingWorld, settling_world

TODAY = START.date()
STANDING = Tariff("2026", None, None, 0, "SYP", 0, 5_000, 2_500, BorneBy.BILLER, 500_000, 300_000, 50_000, date(2026, 1, 1))
DEARER = {
    "tariffs": [
        {
            "id": "dearer", "service": SERVICE, "borne_by": "payer", "fixed": "1.00", "rate_ppm": 10_000, "maximum": "50.00",
            "switch_ppm": 400_000, "bank_ppm": 300_000, "tax_ppm": 100_000, "effective_from": "2026-12-01",
        }
    ]
}  # fmt: skip


WRONG_VALUES: list[object] = [1e400, 0.5, True, [], {}, [["x"]]]


@dataclass
class Tariffs:
    world: SettlingWorld
    directory: CurrentDirectory
    propose: Propose
    decide: DecideProposal
    try_tariff: TryTariff

    async def proposed(self, document: object, by: str = "staff:nour") -> Any:
        content = {"document": json.dumps(document)}
        return await self.propose(ProposalKind.PUBLISH_TARIFF, "new.json", content, reason="costs", by=by)


@pytest.fixture
async def tariffs(database_url: str, tmp_path: Path) -> AsyncIterator[Tariffs]:
    async with settling_world(database_url, tmp_path) as world:
        directory = CurrentDirectory(world.database)
        async with world.database.transaction() as connection:
            directory_rows = await locked(connection, world.clock, "test")
            await directory_rows.put_service(
                Service(
                    SERVICE, BILLER, Name("كهرباء", "Electricity"), Mode.UPLOADED, ReferenceRule(Name("ع", "M"), "[0-9]{10}", "1000000001"),
                    AmountRule(AmountRuleKind.EXACT), "SYP",
                )
            )  # fmt: skip
            await directory_rows.add_tariff(STANDING)
        await directory.refresh()
        trying = TryTariff(directory.current, world.database)
        change = ChangeTariff(world.clock, directory.current, world.database, directory.refresh, trying)
        undertakings = {ProposalKind.PUBLISH_TARIFF: change}
        parts = (world.clock, world.database, undertakings)
        yield Tariffs(world, directory, Propose(*parts), DecideProposal(*parts, KeepAudit(world.clock, world.database)), trying)


def line() -> Tariff:
    return Tariff("dearer", SERVICE, None, 0, "SYP", 100, 10_000, 5_000, BorneBy.PAYER, 400_000, 300_000, 100_000, date(2026, 12, 1))


def summed(fees: list[Fees]) -> Fees:
    return Fees(*(sum(getattr(one, name) for one in fees) for name in ("payer", "biller", "switch", "bank", "central_bank", "tax")))


async def test_a_trial_gives_what_charging_each_payment_anew_gives(tariffs: Tariffs) -> None:
    world, paid = tariffs.world, []
    for number, minor in enumerate((10_000, 10_000, 10_001, 333, 777_777, 1)):
        bank = OTHER_BANK if number % 3 == 2 else BANK
        money = Money(minor, "SYP")
        paid.append((bank, money, STANDING.charge(money), line().charge(money)))
        await world.pay(minor, bank, STANDING.charge(money))
    await world.closed()
    seen: list[tuple[int, int]] = []

    found = await tariffs.try_tariff([line()], TODAY, TODAY, lambda done, total: seen.append((done, total)))

    assert seen[-1][0] == seen[-1][1] == len(await rows(world.database, "SELECT FROM settlement_window"))
    by = {(one.subject, one.code): one for one in found}
    assert set(by) == {
        (Subject.ALL, ""),
        (Subject.SERVICE, SERVICE),
        (Subject.BANK, BANK),
        (Subject.BANK, OTHER_BANK),
        (Subject.BILLER, BILLER),
    }

    def compared(of: list[tuple[Any, Money, Fees, Fees]]) -> tuple[Any, ...]:
        before, after = summed([one[2] for one in of]), summed([one[3] for one in of])
        return len(of), sum(one[2] != one[3] for one in of), sum(one[1].minor for one in of), before, after

    def told(one: Compared) -> tuple[Any, ...]:
        return one.payments, one.changed, one.amount, one.before, one.after

    for key, of in {
        (Subject.ALL, ""): paid,
        (Subject.BILLER, BILLER): paid,
        (Subject.BANK, BANK): [one for one in paid if one[0] == BANK],
        (Subject.BANK, OTHER_BANK): [one for one in paid if one[0] == OTHER_BANK],
    }.items():
        assert told(by[key]) == compared(of)
    assert await tariffs.try_tariff([line()], TODAY - timedelta(days=9), TODAY - timedelta(days=1)) == ()


async def test_what_is_the_same_changes_nothing(tariffs: Tariffs) -> None:
    await tariffs.world.pay(10_000, fees=STANDING.charge(Money(10_000, "SYP")))
    same = replace(STANDING, tariff_id="again", effective_from=date(2026, 12, 1))
    for one in await tariffs.try_tariff([same], TODAY, TODAY):
        assert (one.changed, one.before) == (0, one.after)


async def test_a_line_at_a_published_place_is_tried_in_its_place(tariffs: Tariffs) -> None:
    """As a re-rating would charge it; two lines at one place would say nothing of who wins and who loses."""
    money = Money(10_000, "SYP")
    await tariffs.world.pay(10_000, fees=STANDING.charge(money))
    right = replace(STANDING, tariff_id="right", rate_ppm=7_000)
    for one in await tariffs.try_tariff([right], TODAY, TODAY):
        assert (one.changed, one.before, one.after) == (1, STANDING.charge(money), right.charge(money))


async def test_two_people_publish_it_and_it_is_charged_from_its_day_on(tariffs: Tariffs) -> None:
    await tariffs.world.pay(10_000, fees=STANDING.charge(Money(10_000, "SYP")))

    proposal = await tariffs.proposed(DEARER)

    told = {change.what: (change.before, change.after) for change in proposal.foreseen.changes}
    assert told["payer SYP"] == ("0.00", "2.20")
    assert told["biller SYP"] == ("0.53", "0.00")
    assert told[f"bank {BANK}, fees and tax SYP"] == ("0.53", "2.20")
    assert told["tariff dearer from 2026-12-01"][0] == "–"
    assert proposal.foreseen.effects == ()
    assert tariffs.directory.current().tariffs == (STANDING,)

    with pytest.raises(OwnProposal):
        await tariffs.decide.approve(proposal.proposal_id, by="staff:nour")
    approved = await tariffs.decide.approve(proposal.proposal_id, by="staff:samer")
    for _ in range(2):
        await tariffs.decide.undertakings[ProposalKind.PUBLISH_TARIFF].carry_out(approved)

    standing = tariffs.directory.current().tariffs
    assert set(standing) == {STANDING, line()}
    amount, service = Money(10_000, "SYP"), ServiceCode(SERVICE)
    chosen = [applicable(standing, service, "mobile", amount, day) for day in (date(2026, 11, 30), date(2026, 12, 1))]
    assert chosen == [STANDING, line()]
    by = await rows(tariffs.world.database, "SELECT by FROM directory_change WHERE subject = 'dearer'")
    assert [row.by for row in by] == ["staff:nour and staff:samer"]


async def test_what_cannot_be_published_cannot_be_proposed(tariffs: Tariffs) -> None:
    (given,) = DEARER["tariffs"]
    for document, refusal in [
        ({"tariffs": []}, TariffEmpty),
        ({"tariffs": [given | {"effective_from": "2026-11-23"}]}, TariffTooLate),
        ({"tariffs": [given | {"id": "2026"}]}, TariffTaken),
        ({"tariffs": [given | {"maximum": "-1"}]}, CatalogueMalformed),
        ({"tariffs": [{}]}, CatalogueMalformed),
        *(
            ({"tariffs": [given | {field: wrong}]}, CatalogueMalformed)
            for field in ("id", "channel", "rate_ppm", "switch_ppm", "tax_ppm", "effective_from", "maximum", "service")
            for wrong in WRONG_VALUES
        ),
        ({"tariffs": 5}, CatalogueMalformed),
        ([], CatalogueMalformed),
    ]:
        with pytest.raises(refusal):
            await tariffs.proposed(document)
    with pytest.raises(CatalogueMalformed):
        await tariffs.propose(ProposalKind.PUBLISH_TARIFF, "deep.json", {"document": "[" * 100_000}, reason="costs", by="staff:nour")
    assert await rows(tariffs.world.database, "SELECT FROM proposal") == []
