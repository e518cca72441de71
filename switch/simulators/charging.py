"""Who charges for what, and on which banking days: the shipped catalogue, as a biller knows its own part of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from importlib.resources import files
from typing import Any

from switch.domain.calendar import Calendar
from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money, parse_amount
from switch.domain.participants import Name


@dataclass(frozen=True, slots=True)
class ChargedService:
    code: ServiceCode
    biller: ParticipantCode
    name: Name
    mode: Mode
    reference: ReferenceRule
    rule: AmountRule
    typical: Money
    every_months: int
    """How often there is a bill."""


@dataclass(frozen=True, slots=True)
class ChargingBiller:
    code: ParticipantCode
    name: Name
    services: Mapping[ServiceCode, ChargedService]


def shipped_billers() -> dict[ParticipantCode, ChargingBiller]:
    document = _shipped("national.json")
    currency = document["currency"]["code"]
    return {ParticipantCode(biller["code"]): _biller(biller, currency) for biller in document["billers"]}


def shipped_calendar() -> Calendar:
    """The banking days as they were published: by them a biller books what it is told without a business date."""
    document = _shipped("holidays.json")
    holidays = frozenset(date.fromisoformat(holiday["day"]) for holiday in document["holidays"])
    return Calendar(tuple(time.fromisoformat(cut_off) for cut_off in document["cut_offs"]), holidays)


def _shipped(name: str) -> Any:
    return json.loads(files("switch").joinpath("catalogue", name).read_text(encoding="utf-8"))


def _biller(document: Mapping[str, Any], currency: str) -> ChargingBiller:
    code = ParticipantCode(document["code"])
    services = {ServiceCode(service["code"]): _service(service, code, currency) for service in document["services"]}
    return ChargingBiller(code, Name(**document["name"]), services)


def _service(document: Mapping[str, Any], biller: ParticipantCode, currency: str) -> ChargedService:
    def money(field: str) -> Money | None:
        return parse_amount(document[field], currency) if field in document else None

    typical = money("typical_amount") or money("fixed_amount")
    assert typical is not None
    return ChargedService(
        code=ServiceCode(document["code"]),
        biller=biller,
        name=Name(**document["name"]),
        mode=Mode(document["mode"]),
        reference=ReferenceRule(Name(**document["reference"]["label"]), document["reference"]["pattern"], document["reference"]["example"]),
        rule=AmountRule(AmountRuleKind(document["amount_rule"]), money("minimum"), money("maximum")),
        typical=typical,
        every_months=2 if document.get("cycle") == "two months" else 1,
    )
