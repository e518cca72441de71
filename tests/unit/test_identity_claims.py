"""Claims of an identity provider at their edges: moments, kinds of values, second factors; and the settings that say what is wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from switch.domain.identity_claims import Expected, IdentityRefused, ProviderIdentity, identity_of, is_issuer, is_subject
from switch.domain.provider_sign_in import ProviderRule, asked, begun, read_algorithms, read_second_factor

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER, CLIENT, NONCE = "https://id.example/realms/bank", "switch", "n-0S6"
GOOD: dict[str, Any] = {
    "iss": ISSUER, "sub": "0042", "aud": [CLIENT], "azp": CLIENT, "nonce": NONCE, "amr": ["pwd", "mfa"],
    "iat": AT, "exp": AT + 60, "auth_time": AT,
}  # fmt: skip


def read(claims: dict[str, Any], second_factor: frozenset[str] = frozenset({"amr:mfa"})) -> ProviderIdentity:
    return identity_of(claims, Expected(ISSUER, CLIENT, NONCE, second_factor, NOW - timedelta(minutes=15)), NOW)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": CLIENT},
        {"exp": AT - 59},
        {"iat": AT + 60},
        {"iat": AT - 600},
        {"auth_time": AT - 960},
        {"nbf": AT + 60},
        {"email": "eve@bank.example", "email_verified": True},
        {"sub": "a" * 255},
    ],
)
def test_what_is_within_its_bounds_is_believed(more: dict[str, Any]) -> None:
    assert read(GOOD | more) == ProviderIdentity(ISSUER, more.get("sub", "0042"))


@pytest.mark.parametrize(
    "more",
    [
        *[{name: value} for name in ("exp", "iat", "auth_time") for value in (None, True, "1", 1.5, [AT], -1, 10**18)],
        *[{"aud": value} for value in (None, [], "", ["other"], [CLIENT, CLIENT], {CLIENT: 1}, f"{CLIENT} ")],
        *[{"sub": value} for value in (None, "", 42, "a" * 256, "نور", "a b", "a\n", "a\x00")],
        *[{"iss": value} for value in (None, f"{ISSUER}/", ISSUER.upper(), [ISSUER])],
        *[{"nonce": value} for value in (None, "", [NONCE], "\ud800", f"{NONCE} ")],
        *[{"amr": value} for value in (None, "mfa", [], ["pwd"], [["mfa"]], {"mfa": 1})],
        {"azp": None},
        {"exp": AT - 60},
        {"iat": AT + 61},
        {"iat": AT - 601},
        {"auth_time": AT - 961},
        {"nbf": AT + 61},
        {"nbf": "0"},
    ],
    ids=str,
)
def test_what_is_not_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(IdentityRefused):
        read(GOOD | more)
    for name in more:
        with pytest.raises(IdentityRefused):
            read({key: value for key, value in GOOD.items() if key != name} if name not in ("azp", "nbf") else GOOD | more)


def test_the_second_factor_is_named_by_its_method_or_its_context_or_left_to_the_provider() -> None:
    once = GOOD | {"amr": ["pwd"], "acr": "urn:example:two"}
    assert read(once, read_second_factor("amr:mfa, acr:urn:example:two")).subject == "0042"
    assert read(once | {"acr": "urn:example:one"}, read_second_factor("unchecked")).subject == "0042"
    with pytest.raises(IdentityRefused):
        read(once | {"acr": "amr:mfa"}, read_second_factor("amr:mfa,acr:urn:example:two"))


def test_a_context_that_is_wanted_is_asked_for() -> None:
    rule = ProviderRule(ISSUER, CLIENT, None, "http://127.0.0.1/switch", second_factor=read_second_factor("amr:mfa,acr:two,acr:three"))
    assert asked(rule, begun(rule, rule.console_redirect_uri, "console", NOW))["acr_values"] == "three two"


@pytest.mark.parametrize("text", ["", "mfa", "amr:", "amr:mfa,unchecked", "acr"])
def test_what_is_wanted_of_it_is_plain(text: str) -> None:
    with pytest.raises(ValueError, match="amr:mfa"):
        read_second_factor(text)


@pytest.mark.parametrize("text", ["", "none", "HS256", "RS256,HS256", "rs256"])
def test_no_algorithm_is_taken_with_which_whoever_verifies_could_sign(text: str) -> None:
    with pytest.raises(ValueError, match="RS256"):
        read_algorithms(text)
    assert read_algorithms("RS256, ES256") == {"RS256", "ES256"}


def test_an_issuer_is_an_address_and_a_subject_one_word() -> None:
    assert is_issuer(ISSUER)
    assert [
        text
        for text in ("id.example", "https://id.example?x", "https://a@b", "https://x#", "ftp://x", "https://" + "a" * 300)
        if is_issuer(text)
    ] == []
    assert is_subject("auth0|0042")
    assert [text for text in ("", "a b", "نور", "a" * 256) if is_subject(text)] == []
