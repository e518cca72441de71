"""Fees: the tariff that applies is the most specific in force; what it charges is split to the minor unit."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from switch.domain.fees import BorneBy, Fees, Tariff, applicable
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money

SERVICE, OTHER = ServiceCode("200019011"), ServiceCode("200027011")
TODAY = date(2026, 11, 24)
LINE = Tariff("all", None, None, 0, "SYP", 0, 5_000, 2_500, BorneBy.BILLER, 500_000, 300_000, 50_000, date(2026, 1, 1))


def syp(minor: int) -> Money:
    return Money(minor, "SYP")


def test_a_fee_on_the_biller_is_split_and_taxed() -> None:
    assert LINE.charge(syp(100_000)) == Fees(payer=0, biller=525, switch=250, bank=150, central_bank=100, tax=25)


def test_a_fee_has_a_maximum() -> None:
    assert LINE.charge(syp(100_000_000)) == Fees(biller=2_625, switch=1_250, bank=750, central_bank=500, tax=125)


def test_a_fixed_fee_on_the_payer_does_not_depend_on_the_amount() -> None:
    line = replace(LINE, borne_by=BorneBy.PAYER, fixed_minor=200, rate_ppm=0, maximum_minor=200)
    assert line.charge(syp(1)) == line.charge(syp(1_000_000)) == Fees(payer=210, switch=100, bank=60, central_bank=40, tax=10)


def test_a_biller_never_pays_more_than_it_gets() -> None:
    line = replace(LINE, fixed_minor=500, maximum_minor=500)
    assert line.charge(syp(3)).biller == 3
    assert line.charge(syp(500)).biller == 500
    assert line.charge(syp(525)) == Fees(biller=525, switch=250, bank=150, central_bank=100, tax=25)


def test_fees_that_do_not_add_up_cannot_be_made() -> None:
    for wrong in ({"payer": 1}, {"switch": 1}, {"payer": -1, "switch": -1}):
        with pytest.raises(ValueError, match="add up"):
            Fees(**wrong)


def test_service_comes_before_channel_and_day_before_slab() -> None:
    lines = [
        LINE,
        replace(LINE, tariff_id="mobile", channel="mobile"),
        replace(LINE, tariff_id="service", service=SERVICE),
        replace(LINE, tariff_id="service, large", service=SERVICE, from_minor=10_000),
        replace(LINE, tariff_id="service, later", service=SERVICE, effective_from=date(2026, 12, 1)),
        replace(LINE, tariff_id="other", service=OTHER),
        replace(LINE, tariff_id="dollars", service=SERVICE, currency="USD"),
    ]

    def chosen(service: ServiceCode, channel: str, minor: int, on: date = TODAY) -> str | None:
        found = applicable(lines, service, channel, syp(minor), on)
        return None if found is None else found.tariff_id

    assert chosen(ServiceCode("200035012"), "atm", 1) == "all"
    assert chosen(ServiceCode("200035012"), "mobile", 1) == "mobile"
    assert chosen(SERVICE, "mobile", 9_999) == "service"
    assert chosen(SERVICE, "mobile", 10_000) == "service, large"
    assert chosen(SERVICE, "mobile", 10_000, date(2026, 12, 1)) == "service, later"
    assert chosen(SERVICE, "mobile", 1, date(2025, 12, 31)) is None
    assert chosen(OTHER, "atm", 1) == "other"


def test_any_edit_of_a_line_changes_its_digest() -> None:
    others: dict[str, Any] = {
        "tariff_id": "x", "service": SERVICE, "channel": "atm", "currency": "USD", "borne_by": BorneBy.PAYER, "effective_from": TODAY
    }  # fmt: skip
    edited = [replace(LINE, **{field.name: others.get(field.name, 7)}) for field in fields(LINE)]
    assert len({LINE.digest(), *(line.digest() for line in edited)}) == len(edited) + 1
