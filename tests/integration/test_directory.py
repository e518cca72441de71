"""The directory: what staff enter is checked by name, put once, kept with who and when, and seen by every process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.directory_errors import (
    AuthorityTaken,
    EndpointRefused,
    KeyIdMalformed,
    KeyIdTaken,
    KeyRevoked,
    KeyUnknown,
    NameMissing,
    NotABiller,
    ParticipantClosed,
    ParticipantKindFixed,
)
from switch.domain.errors import (
    CheckDigitWrong,
    ParticipantUnknown,
    Refusal,
    TextForbidden,
)
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import generate_key
from switch.signatures.errors import KeyUnusable
from switch.usecases.shipped_catalogue import read_catalogue
from tests.office import Office, opened_office

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


def key(keyid: str = f"{BANK.code}:main") -> ParticipantKey:
    made = generate_key(keyid).verifying_key()
    return ParticipantKey(keyid, ParticipantCode(keyid[:6]), made.algorithm, made.pem())


async def test_what_was_entered_is_the_current_directory(office: Office) -> None:
    registered = key()
    await office.register_key(registered, by="nour")
    await office.connect_biller(Endpoint(BILLER.code, "bill-json", "http://127.0.0.1:8081/billers"), by="nour")
    await office.publish_tariff(TARIFF, by="nour")

    directory = office.current.current()
    assert dict(directory.participants) == {BANK.code: BANK, BILLER.code: BILLER}
    assert dict(directory.services) == {SERVICE.code: SERVICE}
    assert dict(directory.keys) == {registered.keyid: registered}
    assert directory.endpoints[BILLER.code].url.endswith("/billers")
    assert directory.tariffs == (TARIFF,)


async def test_each_change_is_kept_with_who_and_when_and_the_same_again_is_none(office: Office) -> None:
    suspended = replace(BANK, status=ParticipantStatus.SUSPENDED)
    office.clock.move(60)
    for _ in range(3):
        await office.admit_participant(suspended, by="samer")

    history = await office.rows(
        "SELECT content->>'status', by FROM directory_change WHERE subject = :code ORDER BY changed_at", code=BANK.code
    )
    assert history == [("live", "nour"), ("suspended", "samer")]
    assert await office.rows("SELECT changed_at FROM participant WHERE code = :code", code=BANK.code) == [(office.clock.now(),)]
    for statement in ("DELETE FROM directory_change", "UPDATE directory_change SET by = 'nobody'", "DELETE FROM participant"):
        with pytest.raises(DBAPIError, match="append-only"):
            await office.write(statement)


async def test_another_process_sees_a_change_by_its_version_only(office: Office) -> None:
    other = CurrentDirectory(office.database)
    assert await other.refresh_if_changed()
    assert not await other.refresh_if_changed()

    await office.offer_service(replace(SERVICE, open=False), by="nour")
    assert other.current().services[SERVICE.code].open
    assert await other.refresh_if_changed()
    assert not other.current().services[SERVICE.code].open

    await office.write("UPDATE participant SET status = 'suspended' WHERE code = :code", code=BANK.code)  # a hurried hand
    assert await other.refresh_if_changed()
    assert other.current().participants[BANK.code].status is ParticipantStatus.SUSPENDED


async def test_changes_at_once_leave_every_copy_right(office: Office) -> None:
    services = [replace(SERVICE, answer_seconds=seconds) for seconds in range(1, 21)]
    await asyncio.gather(*(office.offer_service(service, by="nour") for service in services))

    fresh = CurrentDirectory(office.database)
    await fresh.refresh()
    assert office.current.current() == fresh.current()
    assert office.current.version == fresh.version


WRONG_PARTICIPANTS: list[tuple[Participant, type[Refusal]]] = [
    (replace(BANK, code=ParticipantCode("100011")), CheckDigitWrong),
    (replace(BANK, name=Name("", "Bank")), NameMissing),
    (replace(BANK, name=Name("مصرف\u202e", "Bank")), TextForbidden),
    (replace(BANK, kind=ParticipantKind.WALLET), ParticipantKindFixed),
]


@pytest.mark.parametrize(("participant", "refusal"), WRONG_PARTICIPANTS)
async def test_a_wrong_participant_is_refused_by_name(office: Office, participant: Participant, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        await office.admit_participant(participant, by="nour")
    assert len(office.current.current().participants) == 2


async def test_there_is_one_operator_and_one_overseer(office: Office) -> None:
    operator = replace(BANK, code=ParticipantCode("900017"), kind=ParticipantKind.OPERATOR)
    second = replace(operator, code=ParticipantCode("900025"))
    await office.admit_participant(operator, by="nour")
    await office.admit_participant(replace(operator, name=Name("شركة", "Company")), by="nour")
    with pytest.raises(AuthorityTaken, match="900017"):
        await office.admit_participant(second, by="nour")
    with pytest.raises(DBAPIError, match="uq_participant_authority"):
        await office.write("UPDATE participant SET kind = 'operator' WHERE code = :code", code=BANK.code)

    await office.admit_participant(replace(operator, status=ParticipantStatus.CLOSED), by="nour")
    await office.admit_participant(second, by="nour")
    assert office.current.current().participants[second.code] == second


async def test_a_closed_participant_stays_closed(office: Office) -> None:
    await office.admit_participant(replace(BANK, status=ParticipantStatus.CLOSED), by="nour")
    with pytest.raises(ParticipantClosed):
        await office.admit_participant(BANK, by="nour")


async def test_keys_overlap_but_an_id_is_one_key_for_good(office: Office) -> None:
    first, second = key(), key(f"{BANK.code}:2027")
    for registered in (first, second, first):
        await office.register_key(registered, by="nour")
    with pytest.raises(KeyIdTaken):
        await office.register_key(key(), by="nour")
    assert set(office.current.current().keys) == {first.keyid, second.keyid}

    for _ in range(2):
        await office.revoke_key(first.keyid, by="samer")
    assert set(office.current.current().keys) == {second.keyid}
    with pytest.raises(KeyRevoked):
        await office.register_key(first, by="nour")
    with pytest.raises(KeyUnknown):
        await office.revoke_key(f"{BANK.code}:none", by="samer")
    history = "SELECT content->>'status', by FROM directory_change WHERE subject = :keyid ORDER BY content->>'status'"
    assert await office.rows(history, keyid=first.keyid) == [("active", "nour"), ("revoked", "samer")]


async def test_a_wrong_key_is_refused_by_name(office: Office) -> None:
    good = key()
    for wrong, refusal in [
        (replace(good, keyid=f"{BILLER.code}:main"), KeyIdMalformed),
        (replace(good, keyid=f"{BANK.code}:"), KeyIdMalformed),
        (replace(good, keyid=f"{BANK.code}:ma in"), KeyIdMalformed),
        (replace(good, algorithm="ed25519"), KeyUnusable),
        (replace(good, algorithm="none"), KeyUnusable),
        (replace(good, public_pem="-----BEGIN PUBLIC KEY-----"), KeyUnusable),
        (replace(good, public_pem=generate_key("x:y").pem().decode()), KeyUnusable),
        (key("100028:main"), ParticipantUnknown),
    ]:
        with pytest.raises(refusal):
            await office.register_key(wrong, by="nour")
    assert not office.current.current().keys


async def test_a_wrong_end_point_is_refused(office: Office) -> None:
    for url in (
        "ftp://biller.example/",
        "http:///path",
        "https://user:secret@biller.example/",  # pragma: allowlist secret
        "https://biller.example/?q=1",
        "https://biller.example/#here",
        "https://169.254.169.254/latest",
        "https://[fe80::1]/",
        "http://0.0.0.0/",
        "https://[64:ff9b::a9fe:a9fe]/latest",
        "http://biller.example/",
        "https://biller.example:99999/",
        "http://[::1/",
        "http://biller .example/",
        "",
    ):
        with pytest.raises(EndpointRefused):
            await office.connect_biller(Endpoint(BILLER.code, "bill-json", url), by="nour")
    with pytest.raises(EndpointRefused, match="protocol"):
        await office.connect_biller(Endpoint(BILLER.code, "telex", "http://127.0.0.1/"), by="nour")
    with pytest.raises(NotABiller):
        await office.connect_biller(Endpoint(BANK.code, "bill-json", "http://127.0.0.1/"), by="nour")
    assert not office.current.current().endpoints
