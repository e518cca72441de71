"""The sandbox connects its pretend billers, and leaves alone whom staff have connected."""

from pathlib import Path

import pytest

from switch.cli.sandbox.prepare import connect_billers
from switch.domain.directory import Endpoint
from switch.domain.identifiers import ParticipantCode
from switch.settings import Settings
from tests.api.line import Line
from tests.scripted_biller import PROTOCOL

OWN, OURS = ParticipantCode("200043"), ParticipantCode("200051")


async def test_a_biller_that_staff_have_connected_to_this_machine_stays_there_when_the_sandbox_starts_again(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switch.cli.sandbox.prepare.PROTOCOL", PROTOCOL)

    async def started(port: int) -> None:
        line.clock.move(1)
        await connect_billers(
            line.switch, Settings(data=tmp_path, billers_port=port), line.switch.directory.current().participants.values()
        )

    def url(code: ParticipantCode) -> str:
        return line.switch.directory.current().endpoints[code].url

    await started(9301)
    assert url(OURS) == f"http://127.0.0.1:9301/{OURS}"
    line.clock.move(1)
    await line.switch.connect_biller(Endpoint(OWN, PROTOCOL, f"http://127.0.0.1:9400/{OWN}"), by="root")
    await started(9301)
    assert url(OWN) == f"http://127.0.0.1:9400/{OWN}"
    await started(9302)
    assert url(OURS) == f"http://127.0.0.1:9302/{OURS}", "where the pretend billers are this time"
    assert url(OWN) == f"http://127.0.0.1:9400/{OWN}"
