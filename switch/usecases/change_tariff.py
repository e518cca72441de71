"""Change: the tariff, by two people: what it would have meant for the traffic of the past is shown to both before it is published."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from switch.domain.calendar import local_date
from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.directory import Directory
from switch.domain.directory_errors import CatalogueMalformed
from switch.domain.directory_rules import require_tariff
from switch.domain.fees import Fees, Tariff
from switch.domain.money import Money
from switch.domain.proposals import Change, Foreseen, Proposal
from switch.domain.tariff_trials import Compared, Subject, in_force_on, require_not_too_late
from switch.domain.texts import require_plain
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import locked
from switch.usecases.publish_tariff import publish, require_publishable
from switch.usecases.try_tariff import TryTariff

DOCUMENT = "document"
"""In the content of a proposal: the proposed lines as JSON, in the form of `switch tariff try`."""
SUBJECT_CHARACTERS = 100
TRIED_DAYS = 30
MOST_SHOWN = 20
"""Of services and participants, those for whom most changes."""


@dataclass(frozen=True, slots=True)
class ChangeTariff:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    refresh: Callable[[], Awaitable[None]]
    try_tariff: TryTariff

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` names the change for people. Raises CatalogueMalformed, TariffEmpty, TariffTooLate, TariffTaken."""
        require_plain(subject, "subject", SUBJECT_CHARACTERS)
        lines, today = self._lines(content), local_date(self.clock.now())
        in_force_on(lines)
        require_not_too_late(lines, today)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, "foreseen")
            for line in lines:
                require_tariff(line)
                await require_publishable(rows, line)
        found = await self.try_tariff(lines, today - timedelta(days=TRIED_DAYS), today)
        return Foreseen(changes=(*_published(lines, self.directory().tariffs), *_summary(found)))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: a line that is published already is the same. All lines or none."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, proposal.people)
            for line in self._lines(proposal.content):
                await publish(rows, line)
        await self.refresh()

    def _lines(self, content: Mapping[str, str]) -> tuple[Tariff, ...]:
        return proposed_tariffs(read_tariff_document(content.get(DOCUMENT, "")), tuple(self.directory().services.values()))


def read_tariff_document(text: str) -> Mapping[str, Any]:
    """Raises CatalogueMalformed."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise CatalogueMalformed(place="tariffs", why="a JSON object is expected", why_ar="المتوقع كائن JSON")
    return document


def _published(lines: Iterable[Tariff], standing: Iterable[Tariff]) -> list[Change]:
    known = tuple(standing)
    return [Change(f"tariff {line.tariff_id} from {line.effective_from}", _former(line, known), _told(line)) for line in lines]


def _former(line: Tariff, standing: Iterable[Tariff]) -> str:
    """What is charged at the same place until then."""
    place = line.service, line.channel, line.from_minor, line.currency
    alike = [one for one in standing if (one.service, one.channel, one.from_minor, one.currency) == place]
    former = max((one for one in alike if one.effective_from < line.effective_from), key=_day, default=None)
    return "–" if former is None else _told(former)


def _day(line: Tariff) -> date:
    return line.effective_from


def _told(line: Tariff) -> str:
    fixed, maximum, slab = (Money(minor, line.currency).text() for minor in (line.fixed_minor, line.maximum_minor, line.from_minor))
    whom = f"{line.service or 'all services'}, {line.channel or 'all channels'}, from {slab} {line.currency}"
    shares = f"switch {line.switch_ppm} ppm, bank {line.bank_ppm} ppm, tax {line.tax_ppm} ppm"
    return f"{whom}: {fixed} + {line.rate_ppm} ppm, at most {maximum}, borne by the {line.borne_by}; {shares}"


def _summary(found: tuple[Compared, ...]) -> list[Change]:
    """All together by figure; then for whom most changes, what their payers or they bear."""
    changes = []
    for one in found:
        if one.subject is Subject.ALL:
            changes.append(
                Change(f"payments of the last {TRIED_DAYS} days, {one.currency}", str(one.payments), f"{one.changed} cost another fee")
            )
            for figure in fields(Fees):
                before, after = getattr(one.before, figure.name), getattr(one.after, figure.name)
                changes.append(
                    Change(f"{figure.name} {one.currency}", Money(before, one.currency).text(), Money(after, one.currency).text())
                )
    apart = [one for one in found if one.subject is not Subject.ALL and one.before != one.after]
    for one in sorted(apart, key=lambda one: -abs(_borne(one.after) - _borne(one.before)))[:MOST_SHOWN]:
        sums = [Money(_borne(fees), one.currency).text() for fees in (one.before, one.after)]
        changes.append(Change(f"{one.subject} {one.code}, fees and tax {one.currency}", *sums))
    return changes


def _borne(fees: Fees) -> int:
    return fees.payer + fees.biller
