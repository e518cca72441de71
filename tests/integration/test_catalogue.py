"""The shipped catalogue goes through the same rules as what staff enter, all of it or nothing, once or many times."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from switch.domain.catalogue import Mode
from switch.domain.directory_errors import CatalogueMalformed, ServiceIncoherent
from switch.domain.participants import ParticipantKind, ParticipantStatus
from switch.usecases.shipped_catalogue import DOCUMENTS, read_catalogue
from tests.office import Office, opened_office

SHIPPED = read_catalogue()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with opened_office(database_url) as office:
        yield office


async def test_the_shipped_catalogue_is_in_the_directory_whole(office: Office) -> None:
    loaded = await office.load_catalogue(SHIPPED, by="installation")

    directory = office.current.current()
    assert (loaded.participants, loaded.services, loaded.changed) == (68, 74, 68 + 74 + len(SHIPPED.tariffs))
    assert len(directory.participants) == 68
    assert directory.services == {service.code: service for service in SHIPPED.services}
    assert set(directory.tariffs) == set(SHIPPED.tariffs)
    assert [p.name.en for p in directory.participants.values() if p.kind is ParticipantKind.OVERSEER] == ["Central Bank of Syria"]
    assert [p.code for p in directory.participants.values() if p.kind is ParticipantKind.OPERATOR] == ["900017"]
    assert {mode: sum(service.mode is mode for service in directory.services.values()) for mode in Mode} == {
        Mode.ONLINE: 22,
        Mode.UPLOADED: 34,
        Mode.PREPAID: 2,
        Mode.FEE: 16,
    }
    assert await office.rows("SELECT kind, count(*) FROM directory_change GROUP BY kind ORDER BY kind") == [
        ("participant", 68),
        ("service", 74),
        ("tariff", len(SHIPPED.tariffs)),
    ]


async def test_loading_again_changes_nothing(office: Office) -> None:
    await office.load_catalogue(SHIPPED, by="installation")
    version = office.current.version

    assert (await office.load_catalogue(SHIPPED, by="installation")).changed == 0
    assert not await office.current.refresh_if_changed()
    assert office.current.version == version


async def test_what_staff_suspended_or_closed_stays_so_when_the_catalogue_is_loaded_again(office: Office) -> None:
    await office.load_catalogue(SHIPPED, by="installation")
    bank, service = SHIPPED.participants[2], SHIPPED.services[0]
    await office.admit_participant(replace(bank, status=ParticipantStatus.SUSPENDED), by="nour")
    await office.offer_service(replace(service, open=False, answer_seconds=9), by="nour")

    assert (await office.load_catalogue(SHIPPED, by="installation")).changed == 0
    assert office.current.current().participants[bank.code].status is ParticipantStatus.SUSPENDED
    kept = office.current.current().services[service.code]
    assert (kept.open, kept.answer_seconds) == (False, 9)


async def test_a_catalogue_with_one_wrong_service_is_not_loaded_at_all(office: Office) -> None:
    last = replace(SHIPPED.services[-1], reference=replace(SHIPPED.services[-1].reference, example="?"))

    with pytest.raises(ServiceIncoherent):
        await office.load_catalogue(replace(SHIPPED, services=(*SHIPPED.services[:-1], last)), by="installation")

    assert await office.rows("SELECT count(*) FROM participant") == [(0,)]
    assert await office.rows("SELECT count(*) FROM directory_change") == [(0,)]
    assert not office.current.current().participants


async def test_two_loads_at_once_are_one_after_the_other(office: Office) -> None:
    loads = await office.together(*(office.load_catalogue(SHIPPED, by="installation") for _ in range(4)))

    assert sorted(load.changed for load in loads) == [0, 0, 0, 68 + 74 + len(SHIPPED.tariffs)]


async def test_a_stored_definition_still_has_its_digest(office: Office) -> None:
    await office.load_catalogue(SHIPPED, by="installation")

    stored = dict(await office.rows("SELECT code, digest FROM service UNION ALL SELECT tariff_id, digest FROM tariff"))
    directory = office.current.current()
    assert stored == {item.code: item.digest() for item in directory.services.values()} | {
        item.tariff_id: item.digest() for item in directory.tariffs
    }


@pytest.mark.parametrize(
    ("document", "old", "new", "place"),
    [
        ("national", '"100010"', '"100011"', "banks, 1"),
        ("national", '"200019011"', '"20001901"', "billers, 1"),
        ("national", '"mode": "online"', '"mode": "telepathic"', "billers, 1"),
        ("tariffs", '"borne_by"', '"borne"', "tariffs, 1"),
        ("holidays", '"2026-12-08"', '"2026-13-08"', "holidays, 16"),
        ("authorities", "{", "[", "authorities.json"),
    ],
)
def test_a_wrong_document_is_refused_by_its_place(tmp_path: Path, document: str, old: str, new: str, place: str) -> None:
    for name in DOCUMENTS:
        text = Path(f"switch/catalogue/{name}.json").read_text(encoding="utf-8")
        (tmp_path / f"{name}.json").write_text(text.replace(old, new, 1) if name == document else text, encoding="utf-8")

    with pytest.raises(CatalogueMalformed) as refused:
        read_catalogue(tmp_path)

    assert refused.value.facts["place"] == place
    assert refused.value.detail("ar").isprintable()


def test_no_code_occurs_twice() -> None:
    codes = [participant.code for participant in SHIPPED.participants] + [service.code for service in SHIPPED.services]
    assert len(codes) == len(set(codes)) == 142


def test_the_documents_are_kept_in_one_form() -> None:
    for name in DOCUMENTS[1:]:
        text = Path(f"switch/catalogue/{name}.json").read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
