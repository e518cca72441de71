"""A whole switch on a given database, with a biller and a clock of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.registry import open_adapters
from switch.application import Switch
from switch.bootstrap import Outside, make_switch
from switch.ports import Clock
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import generate_key
from switch.store.database import connect
from tests.faults.booked_biller import PROTOCOL, BookedBiller


@asynccontextmanager
async def opened(url: str, biller: BookedBiller, clock: Clock, folder: Path) -> AsyncIterator[Switch]:
    database = connect(url)
    directory = CurrentDirectory(database)
    await directory.refresh()
    signer = generate_key("switch:main")
    adapters = open_adapters(
        signer=signer, find_key=lambda _: None, central_bank=lambda: None, rtgs_url="http://127.0.0.1:9", files_directory=folder
    )
    wired = replace(adapters, billers={PROTOCOL: biller})
    switch = make_switch(database, directory, Outside(clock, signer, wired, lambda: 500))
    try:
        yield switch
    finally:
        await switch.pay_batches.close()
        await switch.lane.close()
        await adapters.close()
        await database.close()
