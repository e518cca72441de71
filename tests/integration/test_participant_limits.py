"""Limits as data: said of one participant, kept in the history, in force in the directory, taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from switch.cli import app
from switch.domain.errors import ParticipantUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.limit_errors import LimitRefused
from switch.domain.limits import GENERAL, Limit, Limited, ParticipantLimit
from switch.settings import Settings
from switch.usecases.limit_participant import LimitParticipant
from tests.office import Office, opened_office
from tests.seeded import BANK, OTHER_BANK, seed


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with opened_office(database_url) as opened:
        await seed(opened.database, {BANK: 1_000})
        yield opened


def _limiting(office: Office) -> LimitParticipant:
    return LimitParticipant(office.clock, office.database, office.current.refresh)


async def test_a_limit_is_of_one_participant_and_one_kind_until_it_is_taken_back(office: Office) -> None:
    limit = _limiting(office)
    await limit(ParticipantLimit(BANK, Limited.STATUS, Limit(50, 5)), by="mona")
    await limit(ParticipantLimit(BANK, Limited.AT_ONCE, Limit(10, 0)), by="mona")
    assert office.current.current().limits == {BANK: {Limited.STATUS: Limit(50, 5), Limited.AT_ONCE: Limit(10, 0)}}

    version = office.current.version
    await limit(ParticipantLimit(BANK, Limited.STATUS, Limit(50, 5)), by="mona")
    assert office.current.version == version, "the same again changes nothing"
    await limit(ParticipantLimit(BANK, Limited.STATUS, None), by="sami")
    assert office.current.current().limits == {BANK: {Limited.AT_ONCE: Limit(10, 0)}}
    history = await office.rows(
        "SELECT subject, content->>'burst', \"by\" FROM directory_change WHERE kind = 'limit' ORDER BY changed_at, change_id"
    )
    assert sorted(history, key=str) == sorted(
        [(f"{BANK}:status", "50", "mona"), (f"{BANK}:at_once", "10", "mona"), (f"{BANK}:status", None, "sami")], key=str
    )


@pytest.mark.parametrize(
    ("what", "limit"),
    [
        (Limited.STATUS, Limit(0, 0)),
        (Limited.STATUS, Limit(10, 0)),
        (Limited.PAYMENT, Limit(-1, 5)),
        (Limited.PAYMENT, Limit(2**40, 5)),
        (Limited.PAYMENT, Limit(3_601, 1)),
        (Limited.AT_ONCE, Limit(10, 1)),
        (Limited.AT_ONCE, Limit(0, 0)),
    ],
)
async def test_what_is_no_limit_is_refused(office: Office, what: Limited, limit: Limit) -> None:
    with pytest.raises(LimitRefused):
        await _limiting(office)(ParticipantLimit(BANK, what, limit), by="mona")
    assert office.current.current().limits == {}


async def test_nobody_unknown_is_limited(office: Office) -> None:
    with pytest.raises(ParticipantUnknown):
        await _limiting(office)(ParticipantLimit(OTHER_BANK, Limited.STATUS, Limit(5, 5)), by="mona")


def test_the_general_limits_are_settings() -> None:
    settings = Settings(statuses_per_second=7, requests_at_once=9)
    assert settings.limits == {**GENERAL, Limited.STATUS: Limit(70, 7), Limited.AT_ONCE: Limit(9, 0)}
    assert Settings().limits == GENERAL
    assert settings.environment()["SWITCH_STATUSES_PER_SECOND"] == "7"


def test_wrong_words_are_refused_before_anything_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_DATA", str(tmp_path))
    result = CliRunner().invoke(app, ["participant", "limits", "set", ParticipantCode("100010"), "everything"])
    assert result.exit_code == 2
