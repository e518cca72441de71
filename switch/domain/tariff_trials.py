"""A tariff tried out: what past payments would have cost under proposed lines, and so who wins and who loses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from switch.domain.errors import Refusal
from switch.domain.fees import NO_FEES, Fees, Tariff, applicable, in_place_of
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.values import value

_FIGURES = tuple(figure.name for figure in fields(Fees))


class TariffTooLate(Refusal):
    code = "tariff_too_late"
    en = "The line {tariff} would be in force from {day}; a proposed line begins on {earliest} or later: what was charged stays charged."
    ar = "البند {tariff} يسري من {day}؛ والبند المقترح يبدأ في {earliest} أو بعده: ما استوفي يبقى كما هو."


class TariffEmpty(Refusal):
    code = "tariff_empty"
    en = "There is no line in the proposed tariff."
    ar = "لا بند في التعرفة المقترحة."


class Subject(StrEnum):
    ALL = "all"
    SERVICE = "service"
    BANK = "bank"
    BILLER = "biller"


@value(frozen=True, slots=True)
class Traffic:
    """Completed payments that are alike in all that a tariff looks at; the fees are those of all of them together."""

    bank: ParticipantCode
    biller: ParticipantCode
    service: ServiceCode
    channel: str
    amount: Money
    payments: int
    charged: Fees


@dataclass(frozen=True, slots=True)
class Compared:
    """Minor units: what was charged, and what would have been."""

    subject: Subject
    code: str
    """Of the service or participant; empty for all."""
    currency: str
    payments: int
    changed: int
    """Payments that would have cost another fee, or have been shared out differently."""
    amount: int
    before: Fees
    after: Fees


@dataclass(slots=True)
class Trial:
    """Fed with traffic, it compares. `standing` is the tariff as published, `proposed` what is added to it, or stands in the place of a
    line of the same day, on the day on which it is in force."""

    standing: Iterable[Tariff]
    proposed: Sequence[Tariff]
    _lines: dict[tuple[str, str], list[Tariff]] = field(default_factory=dict)
    _sums: dict[tuple[Subject, str, str], "_Sums"] = field(default_factory=lambda: defaultdict(_Sums))

    def add(self, traffic: Traffic) -> None:
        after = self._charge(traffic)
        currency = traffic.amount.currency
        for subject, code in (
            (Subject.ALL, ""),
            (Subject.SERVICE, traffic.service),
            (Subject.BANK, traffic.bank),
            (Subject.BILLER, traffic.biller),
        ):
            self._sums[subject, code, currency].add(traffic, after)

    def result(self) -> tuple[Compared, ...]:
        """All together first, then services, banks and billers by code."""
        order = list(Subject)
        return tuple(self._sums[key].compared(*key) for key in sorted(self._sums, key=lambda key: (order.index(key[0]), key[1], key[2])))

    def _charge(self, traffic: Traffic) -> Fees:
        """Of one payment."""
        key = traffic.service, traffic.channel
        if key not in self._lines:
            every = in_place_of(self.standing, self.proposed)
            self._lines[key] = [line for line in every if line.service in (None, key[0]) and line.channel in (None, key[1])]
        line = applicable(self._lines[key], traffic.service, traffic.channel, traffic.amount, in_force_on(self.proposed))
        return NO_FEES if line is None else line.charge(traffic.amount)


def in_force_on(proposed: Sequence[Tariff]) -> date:
    """The day on which all of it is in force. Raises TariffEmpty."""
    if not proposed:
        raise TariffEmpty()
    return max(line.effective_from for line in proposed)


def require_not_too_late(proposed: Sequence[Tariff], today: date) -> None:
    for line in proposed:
        if line.effective_from < today:
            raise TariffTooLate(tariff=line.tariff_id, day=line.effective_from.isoformat(), earliest=today.isoformat())


@dataclass(slots=True)
class _Sums:
    payments: int = 0
    changed: int = 0
    amount: int = 0
    before: list[int] = field(default_factory=lambda: [0] * len(_FIGURES))
    after: list[int] = field(default_factory=lambda: [0] * len(_FIGURES))

    def add(self, traffic: Traffic, after: Fees) -> None:
        count = traffic.payments
        self.payments += count
        self.amount += traffic.amount.minor * count
        differs = False
        for place, name in enumerate(_FIGURES):
            was, would_be = getattr(traffic.charged, name), getattr(after, name) * count
            self.before[place] += was
            self.after[place] += would_be
            differs = differs or was != would_be
        self.changed += count if differs else 0

    def compared(self, subject: Subject, code: str, currency: str) -> Compared:
        return Compared(subject, code, currency, self.payments, self.changed, self.amount, Fees(*self.before), Fees(*self.after))
