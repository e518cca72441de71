"""Staff sign in by an identity provider over HTTP: who it names gets in as who they are here; a lie, and what is another's, does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.identity import openid_connect
from switch.domain.identifiers import ParticipantCode
from switch.domain.provider_sign_in import SIGN_IN_SECONDS, challenge_of
from switch.domain.staff import FREE_ATTEMPTS, Role
from switch.domain.staff_errors import ProviderSignInRefused
from switch.signatures import SigningKey
from switch.simulators.identity_lies import Lie
from switch.simulators.identity_provider import PretendProvider
from tests.api.conftest import opened_line
from tests.api.line import Line
from tests.api.provider_clients import BEGIN, FINISH, SECRET, Browser, asking, linked, pretended
from tests.api.staff_clients import bearer

PAUSE_SECONDS = 1000
"""Longer than anybody has to wait after however many failures."""
REFUSED: Mapping[Lie, str] = {
    Lie.EARLIER_TOKEN: "of another sign-in",
    Lie.WRONG_NONCE: "of another sign-in",
    Lie.NO_NONCE: "of another sign-in",
    Lie.WRONG_AUDIENCE: "for another client",
    Lie.SHARED_AUDIENCE: "for another client",
    Lie.OTHER_PARTY: "for another client",
    Lie.OTHER_ISSUER: "of another issuer",
    Lie.ANSWERS_FOR_ANOTHER: "answered by another issuer",
    Lie.EXPIRED: "expired",
    Lie.FROM_FUTURE: "not issued just now",
    Lie.ISSUED_LONG_AGO: "not issued just now",
    Lie.PROVEN_LONG_AGO: "proven too long ago",
    Lie.ONE_FACTOR: "without the second factor",
    Lie.NO_SUBJECT: "no subject",
    Lie.OTHER_SUBJECT: "nobody's account",
    Lie.UNSIGNED: "signed by an algorithm that is not allowed",
    Lie.PUBLIC_KEY_AS_SECRET: "signed by an algorithm that is not allowed",
    Lie.OWN_KEY_IN_HEADER: "signed by a key that the provider does not publish",
    Lie.UNKNOWN_KEY: "signed by a key that the provider does not publish",
    Lie.BROKEN_SIGNATURE: "the signature does not hold",
    Lie.ALTERED: "the signature does not hold",
    Lie.DENIES: "the provider has said no",
}
UNHEARD: Mapping[Lie, str] = {
    Lie.SLOW: "no answer within 0.2 s",
    Lie.HUGE: "the answer is too large",
    Lie.GARBAGE: "not JSON",
    Lie.REDIRECT: "not JSON",
    Lie.ERROR_500: "status 500 for a code",
}


@pytest.fixture(scope="module")
def served_provider() -> Iterator[PretendProvider]:
    with pretended(secret=SECRET, people=("0042",)) as provider:
        yield provider


@pytest.fixture
async def provider(served_provider: PretendProvider) -> AsyncIterator[PretendProvider]:
    yield served_provider
    served_provider.does, served_provider._shown = None, None
    served_provider.heard.clear()


@pytest.fixture
async def line(
    furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey], provider: PretendProvider
) -> AsyncIterator[Line]:
    async with opened_line(furnished_url, tmp_path, keys, identity=lambda clock: asking(provider, clock)) as opened:
        await linked(opened, provider)
        yield opened


@pytest.fixture
def browser(line: Line, provider: PretendProvider) -> Browser:
    return Browser(line, provider)


async def told(line: Line) -> list[tuple[str, str, str | None]]:
    """Of sign-ins by the provider, in the audit: who, the outcome, why."""
    rows = await line.query("SELECT who, outcome, reason FROM staff_audit WHERE via = 'identity provider' ORDER BY xact")
    return [(row.who, row.outcome, row.reason) for row in rows]


async def sessions(line: Line) -> int:
    return int((await line.query("SELECT count(*) FROM staff_session"))[0][0])


async def test_who_is_linked_has_a_session_like_any_other(line: Line, browser: Browser) -> None:
    answer = await browser.whole()

    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["name"], said["roles"], said["idle_seconds"]) == ("nour", ["operator"], 900)
    nour = bearer(line, said["token"])
    assert (await nour.get("/v1/staff/sessions/current")).json()["person"] is True
    assert await told(line) == [("staff:nour", "done", None)]
    line.clock.move(901)
    assert (await nour.get("/v1/operator/positions")).status_code == 401


async def test_what_goes_with_the_browser_is_the_code_flow_with_pkce_and_keeps_nothing_of_ours(line: Line, browser: Browser) -> None:
    await browser.begin()

    asked = {name: values[0] for name, values in parse_qs(urlsplit(browser.began["address"]).query).items()}
    (kept,) = await line.query("SELECT to_jsonb(provider_sign_in)::text AS row FROM provider_sign_in")

    assert asked["response_type"] == "code"
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert browser.began["binding"] not in browser.began["address"]
    assert not [word for word in (asked["state"], asked["nonce"], browser.began["binding"]) if word in kept.row]
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, B


async def test_every_lie_is_refused_alike_and_only_the_audit_says_why(line: Line, browser: Browser, provider: PretendProvider) -> None:
    assert (await browser.whole()).status_code == 201
    answers = set()
    for lie in REFUSED:
        provider.does = lie
        answer = await browser.whole()
        answers.add((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        line.clock.move(PAUSE_SECONDS)

    assert answers == {(401, "provider_sign_in_refused", ProviderSignInRefused.en)}
    assert (await told(line))[1:] == [("staff:?", "provider_sign_in_refused", why) for why in REFUSED.values()]
    assert await sessions(line) == 1


async def test_what_the_provider_does_not_say_is_no_refusal_and_counts_against_nobody(
    line: Line, browser: Browser, provider: PretendProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_connect, "ANSWER_SECONDS", 0.2)
    for lie in (*UNHEARD, *UNHEARD):
        provider.does = lie
        answer = await browser.whole()
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_silent")
        line.clock.move(3)
    assert [why for _, _, why in await told(line)] == [*UNHEARD.values()] * 2
    assert "/keys" not in provider.heard, "a redirect was followed"

    provider.does = None
    assert (await browser.whole()).status_code == 201


async def test_a_sign_in_is_finished_once(line: Line, browser: Browser) -> None:
    await browser.begin()
    back = await browser.come_back()

    answers = await asyncio.gather(*(browser.finish(**back) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    assert await sessions(line) == 1


async def test_a_sign_in_is_finished_by_whoever_began_it(line: Line, browser: Browser, provider: PretendProvider) -> None:
    """Neither may somebody's answer be put upon another's browser (login CSRF), nor is a code that was taken on its way worth anything."""
    await browser.begin()
    back = await browser.come_back()
    thief = Browser(line, provider)
    await thief.begin()
    own = await thief.come_back()

    assert (await thief.finish(**back)).status_code == 401, "another's state and code"
    assert (await thief.finish(**(own | {"code": back["code"]}))).status_code == 401, "another's code under one's own state"
    await thief.begin()
    assert (await thief.finish(**(await thief.come_back() | {"state": "made-up"}))).status_code == 401
    await thief.begin()
    back = await thief.come_back()
    del back["iss"]
    assert (await thief.finish(**back)).status_code == 401, "an answer of nobody's, where the provider names itself"
    assert [why for _, _, why in await told(line)] == [
        "not begun here, or finished before",
        "the provider does not know the code",
        "not begun here, or finished before",
        "the answer does not name its issuer",
    ]
    assert await sessions(line) == 0


async def test_who_is_late_begins_anew(line: Line, browser: Browser) -> None:
    await browser.begin()
    back = await browser.come_back()
    line.clock.move(SIGN_IN_SECONDS)

    assert (await browser.finish(**back)).status_code == 401
    assert (await told(line))[-1][2] == "begun too long ago"
    line.clock.move(SIGN_IN_SECONDS + 1)
    await browser.begin()
    assert len(await line.query("SELECT FROM provider_sign_in")) == 1


async def test_an_account_that_is_disabled_or_unlinked_stays_out(line: Line, browser: Browser) -> None:
    nour = bearer(line, (await browser.whole()).json()["token"])
    await line.switch.keep_staff.unlink("nour", by="test")
    assert (await nour.get("/v1/staff/sessions/current")).status_code == 401
    assert (await browser.whole()).status_code == 401

    await linked(line, browser.provider, "sami", "0043", Role.AUDITOR)
    await line.switch.keep_staff.disable("sami", by="test")
    assert (await browser.whole("0043")).status_code == 401
    assert (await told(line))[1:] == [
        ("staff:?", "provider_sign_in_refused", "nobody's account"),
        ("staff:sami", "provider_sign_in_refused", "disabled"),
    ]


async def test_who_fails_too_often_waits_and_what_they_have_begun_is_not_lost(line: Line, browser: Browser) -> None:
    await browser.begin()
    back = await browser.come_back()
    for _ in range(FREE_ATTEMPTS):
        assert (await browser.finish(state="made-up", code="guessed")).status_code == 401
        line.clock.move(1)

    waits = await browser.finish(**back)
    assert (waits.status_code, waits.json()["code"], waits.headers["Retry-After"]) == (429, "sign_in_too_soon", "1")
    line.clock.move(2)
    assert (await browser.finish(**back)).status_code == 201


async def test_a_new_key_of_the_providers_is_asked_for_but_not_at_everybodys_beck(
    line: Line, browser: Browser, provider: PretendProvider
) -> None:
    await browser.whole()
    line.clock.move(openid_connect.AGAIN_SECONDS)
    provider.rotate()
    assert (await browser.whole()).status_code == 201
    asked = provider.heard.count("/keys")

    provider.does = Lie.UNKNOWN_KEY
    for _ in range(3):
        assert (await browser.whole()).status_code == 401
        line.clock.move(3)

    assert (asked, provider.heard.count("/keys")) == (2, 2)
    assert provider.heard.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("lie", [Lie.SPEAKS_FOR_ANOTHER, Lie.NO_S256])
async def test_a_provider_that_is_another_or_knows_no_pkce_is_not_gone_to(line: Line, provider: PretendProvider, lie: Lie) -> None:
    provider.does = lie
    for _ in range(3):
        answer = await line.of(None).post(BEGIN)
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_silent")
    assert provider.heard == ["/.well-known/openid-configuration"], "it is not asked for each who knocks"


async def test_several_processes_are_one(
    line: Line, browser: Browser, provider: PretendProvider, furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]
) -> None:
    async with opened_line(furnished_url, tmp_path, keys, identity=lambda clock: asking(provider, clock)) as other:
        await browser.begin()
        back = await browser.come_back()
        browser.line = other
        assert (await browser.finish(**back)).status_code == 201
        browser.line = line
        assert (await browser.finish(**back)).status_code == 401


async def test_nonsense_is_named_and_opens_nothing(line: Line) -> None:
    odd: tuple[dict[str, object], ...] = (
        {},
        {"state": "x", "code": "y" * 5000},
        {"state": "", "code": "x"},
        {"state": 1, "code": "x"},
        {"state": "x", "code": None},
    )
    for said in odd:
        answer = await line.of(None).post(FINISH, json={"binding": "sgn_x", **said})
        assert answer.status_code == (401 if said.get("code", 0) is None else 422), answer.text
    assert await sessions(line) == 0


async def test_where_there_is_no_provider_that_is_said(
    furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]
) -> None:
    async with opened_line(furnished_url, tmp_path, keys) as plain:
        answers = [await plain.of(None).post(BEGIN), await plain.of(None).post(FINISH, json={"binding": "b", "state": "s", "code": "c"})]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "provider_not_offered")}
