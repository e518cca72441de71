"""Services and tariffs: what does not hold together is refused by name, and a published tariff never changes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, Service
from switch.domain.directory_errors import (
    NameMissing,
    NotABiller,
    ServiceIncoherent,
    ServiceNotUnderBiller,
    TariffIncoherent,
    TariffTaken,
)
from switch.domain.errors import (
    CheckDigitWrong,
    CurrencyUnsupported,
    ParticipantUnknown,
    Refusal,
    ServiceUnknown,
)
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name, ParticipantKind
from switch.usecases.shipped_catalogue import read_catalogue
from tests.office import Office, opened_office, syp

SHIPPED = read_catalogue()
BANK = next(participant for participant in SHIPPED.participants if participant.kind is ParticipantKind.BANK)
BILLER = next(participant for participant in SHIPPED.participants if participant.kind is ParticipantKind.BILLER)
SERVICE = next(service for service in SHIPPED.services if service.biller == BILLER.code)
TARIFF = next(tariff for tariff in SHIPPED.tariffs if tariff.service is None)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with opened_office(database_url) as office:
        await office.admit_participant(BANK, by="nour")
        await office.admit_participant(BILLER, by="nour")
        await office.offer_service(SERVICE, by="nour")
        yield office


WRONG_SERVICES: list[tuple[Service, type[Refusal], str | None]] = [
    (replace(SERVICE, code=ServiceCode("200019012")), CheckDigitWrong, None),
    (replace(SERVICE, code=ServiceCode("200027011")), ServiceNotUnderBiller, None),
    (replace(SERVICE, biller=BANK.code), NotABiller, None),
    (replace(SERVICE, biller=ParticipantCode("200027")), ParticipantUnknown, None),
    (replace(SERVICE, name=Name("كهرباء", " ")), NameMissing, None),
    (replace(SERVICE, currency="USD"), CurrencyUnsupported, None),
    (replace(SERVICE, reference=replace(SERVICE.reference, pattern="[0-9")), ServiceIncoherent, "pattern"),
    (replace(SERVICE, reference=replace(SERVICE.reference, pattern="(a+)+b")), ServiceIncoherent, "pattern"),
    (replace(SERVICE, reference=replace(SERVICE.reference, pattern="[0-9]{0,9}" * 4)), ServiceIncoherent, "pattern"),
    (replace(SERVICE, reference=replace(SERVICE.reference, pattern="[0-9]{9,2}", example="123")), ServiceIncoherent, "example"),
    (replace(SERVICE, reference=replace(SERVICE.reference, example="12")), ServiceIncoherent, "example"),
    (replace(SERVICE, mode=Mode.FEE), ServiceIncoherent, "fixed"),
    (replace(SERVICE, mode=Mode.PREPAID), ServiceIncoherent, "range"),
    (replace(SERVICE, rule=AmountRule(AmountRuleKind.RANGE)), ServiceIncoherent, "range"),
    (replace(SERVICE, rule=AmountRule(AmountRuleKind.RANGE, syp(2), syp(1))), ServiceIncoherent, "maximum"),
    (replace(SERVICE, rule=AmountRule(AmountRuleKind.ANY, syp(-2))), ServiceIncoherent, "amount"),
    (replace(SERVICE, typical_amount=Money(5, "USD")), ServiceIncoherent, "amount"),
    (replace(SERVICE, answer_seconds=61), ServiceIncoherent, "answer"),
    (replace(SERVICE, certain_seconds=5), ServiceIncoherent, "answer"),
    (replace(SERVICE, certain_seconds=10**9), ServiceIncoherent, "30 days"),
]


@pytest.mark.parametrize(("service", "refusal", "word"), WRONG_SERVICES)
async def test_a_wrong_service_is_refused_by_name(office: Office, service: Service, refusal: type[Refusal], word: str | None) -> None:
    with pytest.raises(refusal, match=word):
        await office.offer_service(service, by="nour")
    assert dict(office.current.current().services) == {SERVICE.code: SERVICE}


async def test_a_published_tariff_never_changes(office: Office) -> None:
    await office.publish_tariff(TARIFF, by="nour")
    await office.publish_tariff(TARIFF, by="nour")
    for other in (replace(TARIFF, rate_ppm=1), replace(TARIFF, tariff_id="other", rate_ppm=1), replace(TARIFF, tariff_id="other")):
        with pytest.raises(TariffTaken):
            await office.publish_tariff(other, by="nour")
    newer = replace(TARIFF, tariff_id="bills-2027", rate_ppm=1, effective_from=date(2027, 1, 1))
    await office.publish_tariff(newer, by="nour")

    assert set(office.current.current().tariffs) == {TARIFF, newer}
    for statement in ("UPDATE tariff SET rate_ppm = 0", "DELETE FROM tariff"):
        with pytest.raises(DBAPIError, match="append-only"):
            await office.write(statement)


WRONG_TARIFFS: list[tuple[Tariff, type[Refusal]]] = [
    (replace(TARIFF, tariff_id="two words"), TariffIncoherent),
    (replace(TARIFF, currency="USD"), CurrencyUnsupported),
    (replace(TARIFF, channel="pigeon"), TariffIncoherent),
    (replace(TARIFF, switch_ppm=800_000, bank_ppm=300_000), TariffIncoherent),
    (replace(TARIFF, rate_ppm=-1), TariffIncoherent),
    (replace(TARIFF, tax_ppm=1_000_001), TariffIncoherent),
    (replace(TARIFF, maximum_minor=-1), TariffIncoherent),
    (replace(TARIFF, fixed_minor=5, maximum_minor=4), TariffIncoherent),
    (replace(TARIFF, service=ServiceCode("200027011")), ServiceUnknown),
]


@pytest.mark.parametrize(("tariff", "refusal"), WRONG_TARIFFS)
async def test_a_wrong_tariff_is_refused_by_name(office: Office, tariff: Tariff, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        await office.publish_tariff(tariff, by="nour")
    assert office.current.current().tariffs == ()
