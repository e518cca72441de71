"""Caps: in force for the next payment, kept with who and when, and undoing nothing that was accepted."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from switch.domain.directory_errors import (
    CapOutOfRange,
    NotABank,
)
from switch.domain.errors import (
    CapExceeded,
    CurrencyUnsupported,
    ParticipantUnknown,
)
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.participants import ParticipantKind
from switch.posting.lane import PostingLane
from switch.usecases.shipped_catalogue import read_catalogue
from tests.office import Office, opened_office, syp
from tests.seeded import START, WINDOW, order

SHIPPED = read_catalogue()
BANK = next(participant for participant in SHIPPED.participants if participant.kind is ParticipantKind.BANK)
BILLER = next(participant for participant in SHIPPED.participants if participant.kind is ParticipantKind.BILLER)
SERVICE = next(service for service in SHIPPED.services if service.biller == BILLER.code)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with opened_office(database_url) as office:
        await office.admit_participant(BANK, by="nour")
        await office.admit_participant(BILLER, by="nour")
        await office.offer_service(SERVICE, by="nour")
        yield office


async def test_a_cap_is_in_force_for_the_next_payment_and_undoes_nothing(office: Office) -> None:
    await office.write(
        "INSERT INTO settlement_window (window_id, currency, business_date, number, state, opened_at, closes_at, attempt)"
        " VALUES (:id, 'SYP', :day, 1, 'open', :now, :now, 0)",
        id=WINDOW,
        day=START.date(),
        now=START,
    )
    await office.write(
        "INSERT INTO open_window (currency, window_id, business_date) VALUES ('SYP', :id, :day)", id=WINDOW, day=START.date()
    )
    lane = PostingLane(office.database, office.clock)
    with pytest.raises(CapExceeded):
        raise (await lane.submit(order(1_000, bank=BANK.code, accept=True))).refusal  # type: ignore[union-attr]

    await office.change_cap(BANK.code, syp(1_000), by="nour")
    await lane.submit(order(1_000, bank=BANK.code, accept=True))
    office.clock.move(1)
    await office.change_cap(BANK.code, syp(400), by="samer")
    await office.change_cap(BANK.code, syp(400), by="samer")
    office.clock.move(1)
    with pytest.raises(CapExceeded):
        raise (await lane.submit(order(1, bank=BANK.code, accept=True))).refusal  # type: ignore[union-attr]
    await office.change_cap(BANK.code, syp(1_001), by="nour")
    await lane.submit(order(1, bank=BANK.code, accept=True))
    await lane.close()

    assert await office.rows("SELECT cap_minor, held_minor, posted_minor FROM position") == [(1_001, 0, 1_001)]
    assert await office.rows("SELECT cap_minor, by FROM cap_change ORDER BY change_id") == [
        (1_000, "nour"),
        (400, "samer"),
        (1_001, "nour"),
    ]
    assert await office.rows("SELECT sum(minor)::bigint FROM posting") == [(0,)]


async def test_a_wrong_cap_is_refused_by_name(office: Office) -> None:
    for bank, cap, refusal in [
        (BANK.code, syp(-1), CapOutOfRange),
        (BANK.code, syp(10**15), CapOutOfRange),
        (BANK.code, Money(1, "USD"), CurrencyUnsupported),
        (BILLER.code, syp(1), NotABank),
        (ParticipantCode("100028"), syp(1), ParticipantUnknown),
    ]:
        with pytest.raises(refusal):
            await office.change_cap(bank, cap, by="nour")
    assert await office.rows("SELECT count(*) FROM position") == [(0,)]


async def test_caps_changed_under_load_stop_no_payment_and_lose_no_change(office: Office) -> None:
    await office.change_cap(BANK.code, syp(10**9), by="nour")
    await asyncio.gather(*(office.change_cap(BANK.code, syp(10**9 + number), by="nour") for number in range(30)))

    (last,) = await office.rows("SELECT cap_minor FROM position")
    history = await office.rows("SELECT cap_minor FROM cap_change")
    assert last in history
    assert len(history) == len(set(history)) == 30
