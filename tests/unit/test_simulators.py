"""Pretend customers and bills are the same on every run, look like real ones, and fit the catalogue; mischief follows its script."""

import itertools
import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from switch.domain.catalogue import AmountRuleKind, Mode
from switch.domain.money import Money
from switch.simulators.biller_books import BillerBooks, Order
from switch.simulators.bills import issued_bills, open_bills
from switch.simulators.charging import ChargedService, shipped_billers, shipped_calendar
from switch.simulators.customers import customers, is_known
from switch.simulators.mischief import Mischief, Script
from switch.simulators.uploads import uploaded_lines, uploading_billers

TODAY = date(2026, 11, 24)
SERVICES = [service for biller in shipped_billers().values() for service in biller.services.values()]


def nothing_paid(*_: object) -> int:
    return 0


def by_code(code: str) -> ChargedService:
    return next(service for service in SERVICES if service.code == code)


def test_every_shipped_service_can_be_played() -> None:
    assert len(SERVICES) == 74
    assert {service.mode for service in SERVICES} == set(Mode)
    assert all(service.typical.minor > 0 for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.code)
def test_customers_fit_the_pattern_of_their_service(service: ChargedService) -> None:
    some = list(itertools.islice(customers(service), 60))
    assert some[0] == service.reference.example
    assert len(set(some)) == 60
    assert all(re.fullmatch(service.reference.pattern, customer_reference, re.ASCII) for customer_reference in some)
    assert all(is_known(service, customer_reference) for customer_reference in some)
    assert some == list(itertools.islice(customers(service), 60)), "the same on every run"


def test_about_one_reference_in_fifty_is_unknown() -> None:
    service = by_code("200019011")
    unknown = sum(not is_known(service, str(number)) for number in range(10_000_000, 10_005_000))
    assert 60 <= unknown <= 140
    assert not is_known(service, "not a reference")


@pytest.mark.parametrize("service", [service for service in SERVICES if service.mode.has_bills], ids=lambda service: service.code)
def test_bills_are_the_same_whenever_they_are_asked_for(service: ChargedService) -> None:
    some = list(itertools.islice(customers(service), 20))
    bills = [issued_bills(service, customer_reference, TODAY) for customer_reference in some]
    assert bills == [issued_bills(service, customer_reference, TODAY.replace(day=1)) for customer_reference in some]
    assert [len(of_one) for of_one in bills[:1]] == [6], "the example has several"
    everything = [bill for of_one in bills for bill in of_one]
    assert all(bill.issued_on <= TODAY and bill.issued_on < bill.due_on and bill.rule is service.rule.kind for bill in everything)
    assert len({bill.bill_number for bill in bills[0]}) == 6


def test_amounts_lie_around_what_is_typical() -> None:
    service = by_code("200019011")
    amounts = [issued_bills(service, reference, TODAY)[-1].due.minor for reference in itertools.islice(customers(service), 2_000)]
    mean = sum(amounts) // len(amounts)
    assert service.typical.minor * 9 // 10 < mean < service.typical.minor * 13 // 10
    assert min(amounts) >= service.typical.minor // 2
    assert max(amounts) < service.typical.minor * 4
    assert len(set(amounts)) > 1_500, "two decimals, not a few round figures"


def test_what_is_paid_is_not_shown_and_parts_leave_the_rest() -> None:
    exact, in_parts = by_code("200019011"), next(service for service in SERVICES if service.rule.kind is AmountRuleKind.UP_TO)
    reference = next(itertools.islice(customers(exact), 1, None))
    assert open_bills(exact, reference, TODAY, lambda *_: 1) == []
    customer = next(itertools.islice(customers(in_parts), 1, None))
    whole = open_bills(in_parts, customer, TODAY, nothing_paid)[0]
    rest = open_bills(in_parts, customer, TODAY, lambda *_: 100)[0]
    assert rest.due.minor == whole.due.minor - 100
    assert rest.bill_number == whole.bill_number


def test_uploads_are_for_uploaded_services_only_and_fit_the_catalogue() -> None:
    billers = uploading_billers()
    services = [service for biller in billers.values() for service in biller.services.values() if service.mode is Mode.UPLOADED]
    assert len(services) == 34
    lines = [line for service in services for line in uploaded_lines(service, 10, TODAY)]
    assert len({(line.service_code, line.customer_reference, line.bill_number) for line in lines}) == len(lines)
    assert len({line.customer_reference for line in lines if line.service_code == services[0].code}) == 10


# --- books -------------------------------------------------------------------------------------------------------------


def test_a_payment_is_booked_once_and_the_file_keeps_it(tmp_path: Path) -> None:
    service = by_code("200019011")
    order = Order("p-1", "100010", service.code, "100452371", "2611-1", Money(8143, "SYP"), "2026-11-24")
    for first in (True, False):
        books = BillerBooks(tmp_path / "books.db", shipped_calendar())
        assert books.book(service.biller, order, at=_moment()) is first
        assert books.paid(service.code, "100452371", "2611-1") == 8143
        (line,) = books.statement(service.biller, "2026-11-24")
        assert line["amount"] == "81.43"
        books.close()


@pytest.mark.parametrize(
    ("at", "business_date"),
    [
        ("2026-11-24T21:30:00+00:00", "2026-11-25"),  # past midnight in Damascus
        ("2026-11-24T07:00:00+00:00", "2026-11-24"),
        ("2026-11-27T09:00:00+00:00", "2026-11-29"),  # a Friday
    ],
)
def test_without_a_business_date_it_is_the_banking_day_in_damascus(tmp_path: Path, at: str, business_date: str) -> None:
    service = by_code("200019011")
    books = BillerBooks(tmp_path / "books.db", shipped_calendar())
    books.book(service.biller, Order("p-1", "100010", service.code, "1", None, Money(1, "SYP"), None), at=datetime.fromisoformat(at))
    assert books.statement(service.biller, None)[0]["business_date"] == business_date
    books.close()


def _moment() -> datetime:
    return datetime(2026, 11, 24, 21, 30, tzinfo=UTC)


# --- mischief ------------------------------------------------------------------------------------------------------------


def written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))
    return path


def drawn(script: Script, whom: str, call: str = "pay") -> list[Mischief | None]:
    rules = [script.draw(whom, call) for _ in range(400)]
    return [rule.does if rule else None for rule in rules]


def test_without_a_script_everybody_behaves() -> None:
    assert set(drawn(Script(), "200019")) == {None}


def test_a_script_is_seeded_and_keeps_its_shares(tmp_path: Path) -> None:
    document = {
        "seed": 7,
        "rules": {"200019": [{"does": "silent", "share": 0.1}], "*": [{"does": "slow", "share": 0.5, "milliseconds": 1}]},
    }
    path = written(tmp_path / "script.json", document)
    once = drawn(Script(path), "200019")
    assert once == drawn(Script(path), "200019")
    assert 20 <= once.count(Mischief.SILENT) <= 65
    assert 120 <= drawn(Script(path), "200027").count(Mischief.SLOW) <= 280
    assert set(drawn(Script(path), "200019", "inquire")) == {None}, "without being named, inquiries are left alone"
    assert set(drawn(Script(path), "rtgs", "instruct")) == {None}, "a rule for every biller is none for the RTGS"


def test_a_script_is_followed_when_it_changes_but_not_into_nonsense(tmp_path: Path) -> None:
    path = written(tmp_path / "script.json", {"rules": {"200019": [{"does": "refuse"}]}})
    script = Script(path)
    assert set(drawn(script, "200019")) == {Mischief.REFUSE}
    path.write_text("{ nonsense")
    assert set(drawn(script, "200019")) == {Mischief.REFUSE}
    written(path, {"rules": {}})
    assert set(drawn(script, "200019")) == {None}


@pytest.mark.parametrize(
    "nonsense",
    [[], {"rules": []}, {"rules": {"200019": [{"does": "dance"}]}}, {"rules": {"200019": [{"does": "slow", "share": 2}]}},
     {"rules": {"200019": ["slow"]}}, {"rules": {"200019": [{"does": "slow", "calls": ["fly"]}]}}],
    ids=str,
)  # fmt: skip
def test_nonsense_is_refused_at_the_start(tmp_path: Path, nonsense: object) -> None:
    with pytest.raises(ValueError, match=r"script|rule|valid Mischief"):
        Script(written(tmp_path / "script.json", nonsense))
