"""ID tokens are read by keys that the provider publishes, and by none that are weak, private, secret, ambiguous or brought along."""

from typing import Any

import orjson
import pytest
from joserfc import jwk, jws

from adapters.codecs.strict_json import Malformed
from adapters.identity.id_token import MOST_KEYS, KeyMissing, claims_of, keys_of
from switch.domain.identity_claims import ASYMMETRIC, IdentityRefused

EC = jwk.generate_key("EC", "P-256", {"kid": "one", "use": "sig"})
OTHER = jwk.generate_key("EC", "P-256", {"kid": "two"})
ED = jwk.generate_key("OKP", "Ed25519", {"kid": "three"})
PUBLIC = EC.as_dict(private=False)


def token(key: Any, header: dict[str, Any], payload: bytes = b'{"sub": "0042"}') -> str:
    return jws.serialize_compact(header, payload, key, registry=jws.JWSRegistry(algorithms=sorted(ASYMMETRIC), strict_check_header=False))


def published(*keys: Any) -> list[jwk.Key]:
    return keys_of({"keys": [key if isinstance(key, dict) else key.as_dict(private=False) for key in keys]})


def test_the_key_is_that_of_its_name_or_without_one_the_only_one_that_fits() -> None:
    named, unnamed = token(EC, {"alg": "ES256", "kid": "one"}), token(EC, {"alg": "ES256"})
    assert claims_of(named, published(OTHER, EC), ASYMMETRIC) == {"sub": "0042"}
    assert claims_of(unnamed, published(EC, ED), ASYMMETRIC) == {"sub": "0042"}
    assert claims_of(token(ED, {"alg": "Ed25519", "kid": "three"}), published(ED, EC), ASYMMETRIC) == {"sub": "0042"}
    for odd, keys in ((unnamed, published(EC, OTHER)), (named, published(EC, EC)), (named, published(OTHER)), (named, [])):
        with pytest.raises(KeyMissing):
            claims_of(odd, keys, ASYMMETRIC)


@pytest.mark.parametrize(
    "said",
    [
        {**PUBLIC, "use": "enc"},
        EC.as_dict(private=True),
        {**PUBLIC, "x": "AAAA"},
        {**PUBLIC, "crv": "P-512"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {"kty": "RSA", "n": "A" * 171, "e": "AQAB", "kid": "one"},
        {"kty": "RSA", "n": "A" * 3000, "e": "AQAB", "kid": "one"},
        {"kty": "RSA", "n": "A" * 342, "e": "A" * 300, "kid": "one"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": ["EC"]},
        {},
        "EC",
    ],
)
def test_a_key_that_is_weak_private_secret_or_nonsense_is_none(said: Any) -> None:
    assert len(keys_of({"keys": [said, PUBLIC]})) == 1


@pytest.mark.parametrize("said", [{}, {"keys": None}, {"keys": {}}, {"keys": [PUBLIC] * (MOST_KEYS + 1)}])
def test_a_set_of_keys_is_a_list_of_a_few(said: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        keys_of(said)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "a.b",
        "a.b.c.d.e",
        "é.b.c",
        "." * 40,
        token(EC, {"alg": "ES256", "kid": "one"}) + "A",
        token(EC, {"alg": "ES256", "kid": "one"}).rpartition(".")[0] + ".",
        token(EC, {"alg": "ES256", "kid": "one", "b64": False, "crit": ["b64"]}, b"plain"),
        token(EC, {"alg": "ES256", "kid": "one"}, b"[]"),
        token(EC, {"alg": "ES256", "kid": "one"}, b'{"sub": "a", "sub": "b"}'),
        token(EC, {"alg": "ES256", "kid": "one"}, b'{"exp": 1e400}'),
        token(EC, {"alg": "ES256", "kid": "one"}, orjson.dumps({"sub": "x"})[:-1]),
    ],
)
def test_what_is_no_plain_token_is_refused(odd: str) -> None:
    with pytest.raises(IdentityRefused):
        claims_of(odd, published(EC), ASYMMETRIC)


def test_an_algorithm_that_was_not_registered_is_refused_though_its_key_is_there() -> None:
    with pytest.raises(IdentityRefused):
        claims_of(token(EC, {"alg": "ES256", "kid": "one"}), published(EC), {"RS256"})
    other = {**PUBLIC, "alg": "ES384"}
    with pytest.raises(KeyMissing):
        claims_of(token(EC, {"alg": "ES256", "kid": "one"}), published(other), ASYMMETRIC)
