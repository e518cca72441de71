"""Windows settled over ISO 20022 files while the RTGS loses, damages and doubles: on a real database, once each, and the books agree."""

import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.codecs.iso20022 import Messages
from adapters.settlement.iso20022 import Exchange, Iso20022Rtgs
from switch.domain.calendar import local_date
from switch.domain.settlement import WindowState
from switch.reports.rtgs_comparison import RtgsComparison
from switch.signatures import generate_key
from switch.simulators.mischief import Script
from switch.simulators.rtgs import Rtgs
from switch.simulators.rtgs_books import RtgsBooks
from switch.simulators.rtgs_exchange import RtgsExchange
from switch.usecases.settle_window import SettleWindow
from tests.settling import LEGS, OVERSEER, SettlingWorld, settling_world

MISCHIEF = [
    {"does": does, "share": share, "calls": ["instruct", "enquire"]}
    for does, share in (("silent", 0.3), ("cut-after-booking", 0.3), ("garbage", 0.3), ("unsigned", 0.3), ("twice-answered", 1))
]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path / "files") as world:
        yield world


async def test_a_bad_day_at_the_rtgs_settles_each_window_once(world: SettlingWorld, tmp_path: Path) -> None:
    script, central_bank, folder = tmp_path / "script.json", generate_key(f"{OVERSEER}:main"), tmp_path / "exchange"
    script.write_text(json.dumps({"seed": 5, "rules": {"rtgs": MISCHIEF}}))
    books, stop = RtgsBooks(tmp_path / "rtgs.db"), threading.Event()
    playing = RtgsExchange(folder, Rtgs(central_bank, books, Script(script)), world.signer.verifying_key())
    thread = threading.Thread(target=playing.run, args=(stop,))
    thread.start()
    known = {central_bank.keyid: central_bank.verifying_key()}
    rtgs = Iso20022Rtgs(Exchange(folder, world.signer, known.get, lambda: OVERSEER), Messages(), answer_seconds=0.5)
    settle = SettleWindow(world.clock, world.database, rtgs)
    finality = None
    try:
        for _ in range(3):
            await world.pay_some()
            window = (await world.closed()).window_id
            settled = await settle(window)
            for _ in range(30):
                settled = settled if settled.state is WindowState.SETTLED else await settle(window)
            assert settled.state is WindowState.SETTLED
            finality = settled.settled_at
    finally:
        stop.set()
        thread.join()
    assert {leg.participant: books.lost(leg.participant) for leg in LEGS} == {leg.participant: 3 * leg.minor for leg in LEGS}
    assert finality is not None
    compared = await RtgsComparison(world.database, rtgs.statement)("SYP", local_date(finality))
    assert (compared.instructions, compared.differences) == (3, [])
    assert await world.findings() == []
    books.close()
