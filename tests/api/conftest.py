"""A whole switch behind its API: a real database, the shipped catalogue, a scripted biller, everybody's keys."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.registry import open_adapters
from switch.api.app import create_app
from switch.application import Switch
from switch.bootstrap.wiring import Outside, make_switch
from switch.domain.bills import PresentedBill
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.networks import THIS_MACHINE
from switch.ports import BillerAdapter, IdentityProvider
from switch.postgres_server import PostgresServer
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import SigningKey, generate_key
from switch.store.database import connect
from switch.usecases.shipped_catalogue import read_catalogue
from tests.api.line import BANK, BILLER, CUSTOMER, MOBILE, ONLINE, OPERATOR, OTHER_BANK, OVERSEER, PREPAID, UPLOADING_BILLER, Line
from tests.scripted_biller import PROTOCOL, URL, ScriptedBiller
from tests.seeded import FixedClock

CALLERS = (BANK, OTHER_BANK, BILLER, UPLOADING_BILLER, OPERATOR, OVERSEER)
CAP = Money(100_000_000, "SYP")
_FURNISHED = "furnished"
_numbers = count(1)


@pytest.fixture(scope="session")
def keys() -> Mapping[ParticipantCode, SigningKey]:
    return {code: generate_key(f"{code}:main") for code in CALLERS}


@pytest.fixture(scope="session")
def furnished_database(
    postgres_server: PostgresServer,
    template_database: str,
    keys: Mapping[ParticipantCode, SigningKey],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The name of a database with the shipped catalogue, keys, end points, caps and an open window; made once, copied for each test."""

    async def furnish(url: str) -> None:
        async with opened_line(url, tmp_path_factory.mktemp("files"), keys) as line:
            await _furnish(line.switch, keys)

    asyncio.run(furnish(postgres_server.create_database(_FURNISHED, template=template_database)))
    return _FURNISHED


@pytest.fixture
def furnished_url(postgres_server: PostgresServer, furnished_database: str) -> Iterator[str]:
    name = f"api_{next(_numbers)}"
    yield postgres_server.create_database(name, template=furnished_database)
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def furnished_url_of_module(postgres_server: PostgresServer, furnished_database: str) -> Iterator[str]:
    """One copy for all the tests of a file."""
    name = f"api_module_{next(_numbers)}"
    yield postgres_server.create_database(name, template=furnished_database)
    postgres_server.drop_database(name)


@pytest.fixture
async def line(furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]) -> AsyncIterator[Line]:
    async with opened_line(furnished_url, tmp_path, keys) as opened:
        opened.biller.owes(ONLINE, CUSTOMER, PresentedBill("B1", Money(8_143, "SYP"), AmountRuleKind.EXACT))
        opened.biller.owes(PREPAID, MOBILE)
        yield opened


@asynccontextmanager
async def opened_line(
    url: str,
    folder: Path,
    keys: Mapping[ParticipantCode, SigningKey],
    speaking: BillerAdapter | None = None,
    identity: Callable[[FixedClock], IdentityProvider] | None = None,
) -> AsyncIterator[Line]:
    """`speaking`: with billers outside of this process, instead of the scripted one. `identity`: with a provider by which staff sign in."""
    database = connect(url)
    directory = CurrentDirectory(database)
    clock, biller, signer = FixedClock(), ScriptedBiller(), generate_key("switch:main")
    networks = THIS_MACHINE
    adapters = open_adapters(
        signer=signer,
        find_key=lambda _: None,
        central_bank=lambda: None,
        rtgs_url="http://127.0.0.1:9",
        files_directory=folder,
        networks=networks,
    )
    await directory.refresh()
    provider = None if identity is None else identity(clock)
    adapters = replace(adapters, billers={PROTOCOL: speaking or biller}, identity=provider)
    outside = Outside(clock, signer, adapters, lambda: 500, networks)
    switch = make_switch(database, directory, outside)

    async def query(statement: str, **parameters: Any) -> list[Any]:
        async with database.reading() as connection:
            return list((await connection.execute(text(statement), parameters)).all())

    line = Line(switch, create_app(switch), clock, biller, keys, signer.verifying_key(), query)
    try:
        yield line
    finally:
        await line.close()
        await switch.pay_batches.close()
        for queues in switch.queues:
            await queues.close()
        await switch.lane.close()
        await adapters.close()
        await database.close()


async def _furnish(switch: Switch, keys: Mapping[ParticipantCode, SigningKey]) -> None:
    await switch.load_catalogue(read_catalogue(), by="test")
    for code, key in keys.items():
        await switch.register_key(ParticipantKey(key.keyid, code, key.algorithm, key.verifying_key().pem()), by="test")
    for code in (BILLER, switch.directory.current().services[ServiceCode(PREPAID)].biller):
        await switch.connect_biller(Endpoint(code, PROTOCOL, URL), by="test")
    for code in (BANK, OTHER_BANK):
        await switch.change_cap(code, CAP, by="test")
    await switch.open_window("SYP")
