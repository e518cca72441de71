"""The national catalogue as documents: plain JSON values become participants, services, tariffs and the calendar."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import Any, TypeVar

from switch.domain.calendar import read_day, read_time_of_day
from switch.domain.catalogue import (
    AmountRule,
    AmountRuleKind,
    Mode,
    OverdueRule,
    ReferenceRule,
    RefundFees,
    RefundRule,
    ReversalRule,
    Service,
)
from switch.domain.directory_errors import CatalogueMalformed
from switch.domain.errors import Refusal
from switch.domain.fees import BorneBy, Tariff
from switch.domain.identifiers import ParticipantCode, ServiceCode, participant_code, service_code
from switch.domain.money import Money, parse_amount
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.stand_in import StandInRule

Document = Mapping[str, Any]
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class NationalCatalogue:
    currency: str
    participants: tuple[Participant, ...]
    services: tuple[Service, ...]
    tariffs: tuple[Tariff, ...]
    cut_offs: tuple[time, ...]
    holidays: Mapping[date, Name]


def national_catalogue(national: Document, authorities: Document, tariffs: Document, calendar: Document) -> NationalCatalogue:
    """Raises CatalogueMalformed, which names the place."""
    with _at("national, currency"):
        currency = str(national["currency"]["code"])
    services = tuple(service for offered in _each(national, "billers", lambda biller: _services(biller, currency)) for service in offered)
    return NationalCatalogue(
        currency=currency,
        participants=(
            *_each(authorities, "participants", _participant),
            *_each(national, "banks", _participant),
            *_each(national, "billers", lambda biller: _participant({"kind": "biller", **biller})),
        ),
        services=services,
        tariffs=tuple(line for lines in _each(tariffs, "tariffs", lambda line: _tariffs(line, currency, services)) for line in lines),
        cut_offs=tuple(_each(calendar, "cut_offs", read_time_of_day)),
        holidays=MappingProxyType(dict(_each(calendar, "holidays", lambda day: (read_day(day["day"]), _name(day["name"]))))),
    )


def proposed_tariffs(document: Document, services: Sequence[Service]) -> tuple[Tariff, ...]:
    """Lines in the form of the catalogue's, for a currency of their own. Raises CatalogueMalformed, which names the place."""
    with _at("currency"):
        currency = str(document.get("currency", "SYP"))
    return tuple(line for lines in _each(document, "tariffs", lambda line: _tariffs(line, currency, services)) for line in lines)


def _each(document: Document, part: str, read: Callable[[Any], Part]) -> Iterator[Part]:
    with _at(part):
        if not isinstance(items := document[part], list):
            raise TypeError("a list is expected")
    for number, item in enumerate(items, start=1):
        with _at(f"{part}, {number}"):
            yield read(item)


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise CatalogueMalformed(place=place, why=refusal.detail("en"), why_ar=refusal.detail("ar")) from refusal
    except KeyError as missing:
        raise CatalogueMalformed(place=place, why=f"“{missing.args[0]}” is missing", why_ar=f"«{missing.args[0]}» ناقص") from missing
    except (AttributeError, TypeError, ValueError) as wrong:
        raise CatalogueMalformed(place=place, why="it has the wrong form", why_ar="صيغته خاطئة") from wrong


def _participant(document: Document) -> Participant:
    return Participant(
        code=participant_code(document["code"]),
        kind=ParticipantKind(document["kind"]),
        name=_name(document["name"]),
        status=ParticipantStatus.LIVE,
        category=document.get("category"),
        governorate=document.get("governorate"),
    )


def _services(biller: Document, currency: str) -> list[Service]:
    code = participant_code(biller["code"])
    return [_service(code, currency, service) for service in biller["services"]]


def _service(biller: ParticipantCode, currency: str, document: Document) -> Service:
    reference, mode = document["reference"], Mode(document["mode"])

    def amount(field: str) -> Money | None:
        return parse_amount(document[field], currency) if field in document else None

    return Service(
        code=service_code(document["code"]),
        biller=biller,
        name=_name(document["name"]),
        mode=mode,
        reference=ReferenceRule(_name(reference["label"]), reference["pattern"], reference["example"]),
        rule=AmountRule(AmountRuleKind(document["amount_rule"]), amount("minimum"), amount("maximum")),
        currency=currency,
        fixed_amount=amount("fixed_amount"),
        typical_amount=amount("typical_amount"),
        cycle=document.get("cycle"),
        overdue=OverdueRule(document.get("overdue", OverdueRule.STAFF)),
        reversal=ReversalRule(document.get("reversal", ReversalRule.ASKED if mode.asks_biller else ReversalRule.TOLD)),
        reversal_seconds=_whole(document.get("reversal_seconds", 86_400)),
        refunds=RefundRule(document.get("refunds", RefundRule.WHOLE)),
        refund_fees=RefundFees(document.get("refund_fees", RefundFees.KEPT)),
        stand_in=_stand_in(document, currency),
    )


def _stand_in(document: Document, currency: str) -> StandInRule | None:
    if "stand_in_limit" not in document:
        return None
    return StandInRule(parse_amount(document["stand_in_limit"], currency), parse_amount(document["stand_in_total"], currency))


def _tariffs(document: Document, currency: str, services: Sequence[Service]) -> list[Tariff]:
    """One line for all services or for one, or one a service of a mode."""
    if "service" in document:
        return [_tariff(document, currency, _text(document["id"]), service_code(document["service"]))]
    mode = document.get("mode")
    if mode is None:
        return [_tariff(document, currency, _text(document["id"]), None)]
    return [
        _tariff(document, currency, f"{document['id']}:{service.code}", service.code) for service in services if service.mode is Mode(mode)
    ]


def _tariff(document: Document, currency: str, tariff_id: str, service: ServiceCode | None) -> Tariff:
    def minor(field: str) -> int:
        return parse_amount(document[field], currency).minor if field in document else 0

    return Tariff(
        tariff_id=tariff_id,
        service=service,
        channel=None if document.get("channel") is None else _text(document["channel"]),
        from_minor=minor("from"),
        currency=currency,
        fixed_minor=minor("fixed"),
        rate_ppm=_whole(document.get("rate_ppm", 0)),
        maximum_minor=minor("maximum"),
        borne_by=BorneBy(document["borne_by"]),
        switch_ppm=_whole(document["switch_ppm"]),
        bank_ppm=_whole(document["bank_ppm"]),
        tax_ppm=_whole(document["tax_ppm"]),
        effective_from=read_day(document["effective_from"]),
    )


def _name(document: Document) -> Name:
    return Name(_text(document["ar"]), _text(document["en"]))


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("a text is expected")
    return found


def _whole(found: object) -> int:
    """No fraction, which would be cut off, and nothing that only looks like a number."""
    if type(found) is not int:
        raise TypeError("a whole number is expected")
    return found
