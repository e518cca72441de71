"""Signatures: what is proven, and everything that is refused, by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from switch.signatures import (
    Algorithm,
    DigestMismatch,
    DigestMissing,
    KeyUnusable,
    RawHeaders,
    SignatureAlgorithmMismatch,
    SignatureComponentMissing,
    SignatureError,
    SignatureExpired,
    SignatureFromFuture,
    SignatureKeyUnknown,
    SignatureMalformed,
    SignatureMissing,
    SignatureWrong,
    SigningKey,
    Target,
    Verified,
    content_digest,
    generate_key,
    load_signing_key,
    load_verifying_key,
    sign_request,
    sign_response,
    target_of_scope,
    verify_request,
    verify_response,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BANK = generate_key("100010:main")
SWITCH = generate_key("switch:main", "ed25519")
PUBLIC = {key.keyid: key.verifying_key() for key in (BANK, SWITCH)}
TARGET = Target("POST", "pay.example:8443", "/v1/payments", "dry=1")
BODY = b'{"amount": "81.43"}'
KEY = "0192f0c1"

Headers = list[tuple[bytes, bytes]]


def signed(key: SigningKey = BANK, body: bytes = BODY, created: datetime = NOW, idempotency_key: str | None = KEY) -> Headers:
    added = sign_request(key, TARGET, body, now=created, idempotency_key=idempotency_key)
    own = {"Idempotency-Key": idempotency_key} if idempotency_key is not None else {}
    return [(name.lower().encode(), value.encode()) for name, value in (own | added).items()]


def verified(headers: RawHeaders, target: Target = TARGET, body: bytes = BODY, now: datetime = NOW) -> Verified:
    return verify_request(target, headers, body, find_key=PUBLIC.get, now=now)


def changed(headers: Headers, name: bytes, change: Callable[[bytes], bytes]) -> Headers:
    return [(field, change(value) if field == name else value) for field, value in headers]


def without(headers: Headers, *names: bytes) -> Headers:
    return [(field, value) for field, value in headers if field not in names]


@pytest.mark.parametrize("algorithm", ["ecdsa-p256-sha256", "ed25519", "rsa-pss-sha512"])
def test_a_signed_request_says_who_sent_it_and_keeps_the_evidence(algorithm: Algorithm) -> None:
    key = generate_key("100010:main", algorithm)
    public = load_verifying_key(key.keyid, key.verifying_key().pem(), algorithm)
    proven = verify_request(TARGET, signed(key), BODY, find_key={key.keyid: public}.get, now=NOW)
    assert (proven.keyid, proven.participant) == ("100010:main", "100010")
    assert public.verify(proven.signature, proven.base)
    assert proven.base.splitlines()[:3] == [b'"@method": POST', b'"@authority": pay.example:8443', b'"@path": /v1/payments']


def test_a_request_without_content_needs_no_digest() -> None:
    headers = signed(body=b"", idempotency_key=None)
    assert [name for name, _ in headers] == [b"signature-input", b"signature"]
    assert b"content-digest" not in verified(headers, body=b"").base


@pytest.mark.parametrize(
    "altered",
    [
        replace(TARGET, method="PUT"),
        replace(TARGET, authority="other.example:8443"),
        replace(TARGET, path="/v1/payments/1"),
        replace(TARGET, query="dry=0"),
        replace(TARGET, query=""),
    ],
)
def test_a_signature_is_for_one_target(altered: Target) -> None:
    with pytest.raises(SignatureWrong):
        verified(signed(), target=altered)


def test_altered_content_is_found() -> None:
    with pytest.raises(DigestMismatch):
        verified(signed(), body=BODY + b" ")
    with pytest.raises(DigestMismatch):
        verified(signed(), body=b"")
    other = BODY.replace(b"81.43", b"91.43")
    with pytest.raises(SignatureWrong):
        verified(changed(signed(), b"content-digest", lambda _: content_digest(other).encode()), body=other)


def test_content_cannot_be_added_or_taken_away() -> None:
    with pytest.raises(DigestMissing):
        verified(signed(body=b""))
    with pytest.raises(SignatureComponentMissing):
        verified([*signed(body=b""), (b"content-digest", content_digest(BODY).encode())])
    with pytest.raises(SignatureError):
        verified(without(signed(), b"content-digest"), body=b"")


def test_an_idempotency_key_cannot_be_added_altered_or_taken_away() -> None:
    with pytest.raises(SignatureComponentMissing):
        verified([*signed(idempotency_key=None), (b"idempotency-key", b"mine")])
    with pytest.raises(SignatureWrong):
        verified(changed(signed(), b"idempotency-key", lambda _: b"other"))
    with pytest.raises(SignatureError):
        verified(without(signed(), b"idempotency-key"))


def test_a_signature_is_fresh_for_a_minute() -> None:
    verified(signed(), now=NOW + timedelta(seconds=59))
    verified(signed(), now=NOW - timedelta(seconds=10))
    with pytest.raises(SignatureExpired):
        verified(signed(), now=NOW + timedelta(seconds=60))
    with pytest.raises(SignatureFromFuture):
        verified(signed(), now=NOW - timedelta(seconds=11))


@pytest.mark.parametrize("expires", [NOW.timestamp() + 301, NOW.timestamp(), NOW.timestamp() - 1])
def test_a_signature_lives_five_minutes_at_most(expires: float) -> None:
    expiry = str(int(NOW.timestamp()) + 60).encode()
    headers = changed(signed(), b"signature-input", lambda text: text.replace(b"expires=" + expiry, b"expires=%d" % int(expires)))
    with pytest.raises(SignatureMalformed):
        verified(headers)


def test_only_a_registered_key_counts() -> None:
    with pytest.raises(SignatureKeyUnknown):
        verified(signed(generate_key("100028:main")))
    with pytest.raises(SignatureWrong):
        verified(signed(generate_key("100010:main")))


def test_the_algorithm_belongs_to_the_key() -> None:
    with pytest.raises(SignatureAlgorithmMismatch):
        verified(changed(signed(), b"signature-input", lambda text: text + b';alg="hmac-sha256"'))
    with pytest.raises(SignatureWrong):
        verified(changed(signed(), b"signature-input", lambda text: text + b';alg="ecdsa-p256-sha256"'))


@pytest.mark.parametrize("name", [b"signature-input", b"signature"])
def test_an_unsigned_message_is_refused(name: bytes) -> None:
    with pytest.raises(SignatureMissing):
        verified(without(signed(), name))
    with pytest.raises(SignatureMissing):
        verified(changed(signed(), name, lambda _: b""))
    with pytest.raises(SignatureMissing):
        verified([])


@pytest.mark.parametrize("name", [b"signature-input", b"signature", b"content-digest", b"idempotency-key"])
def test_a_field_that_counts_is_there_once_short_and_printable(name: bytes) -> None:
    headers = signed()
    again = [(field.title(), value) for field, value in headers if field == name]
    for hostile in (
        headers + again,
        changed(headers, name, lambda value: value + b"," + value * 1000),
        changed(headers, name, lambda value: value + "ﷺ".encode()),
        changed(headers, name, lambda value: value + b"\x00"),
    ):
        with pytest.raises(SignatureMalformed):
            verified(hostile)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'nonce="', b'nonce="short"; x="'),
        (b'"100010:main"', b'"100010"'),
        (b'"100010:main"', b"100010:main"),
        (b";created=", b";made="),
        (b";created=", b";created=x;created="),
        (b"sig1=", b"sig1=1, sig2="),
        (b"sig1=(", b"sig1="),
        (b'("@method"', b'("@method" "@method"'),
        (b'("@method"', b'("@status" "@method"'),
        (b'("@method"', b'("not-there" "@method"'),
        (b'("@method"', b'("@signature-params" "@method"'),
    ],
)
def test_what_cannot_be_read_is_refused(before: bytes, after: bytes) -> None:
    with pytest.raises(SignatureMalformed):
        verified(changed(signed(), b"signature-input", lambda text: text.replace(before, after, 1)))


@pytest.mark.parametrize("digest", [b"sha-512=:AAAA:", b"sha-256=:AAAA:", b"sha-256=1", b"sha-256", b"sha-256=:A:, sha-256=:B:", b"(", b""])
def test_only_a_good_sha_256_is_a_digest(digest: bytes) -> None:
    with pytest.raises((DigestMissing, DigestMismatch)):
        verified(changed(signed(), b"content-digest", lambda _: digest))


@pytest.mark.parametrize("target", [Target("post", "a", "/"), Target("GET", "", "/"), Target("GET", "a b", "/"), Target("GET", "a", "/ü")])
def test_a_target_that_is_not_of_this_world_is_refused(target: Target) -> None:
    with pytest.raises(SignatureMalformed):
        verified(signed(), target=target)


def answer(target: Target, status: int = 201, body: bytes = BODY) -> Headers:
    headers = [(b"content-type", b"application/json")]
    return headers + sign_response(SWITCH, target, status, headers, body, now=NOW)


def test_an_answer_is_for_one_request() -> None:
    target = replace(TARGET, signature="sig1=:AAAA:")
    verify_response(target, 201, answer(target), BODY, find_key=PUBLIC.get, now=NOW)
    for other in (replace(target, signature="sig1=:AAAB:"), replace(target, path="/v1/position")):
        with pytest.raises(SignatureWrong):
            verify_response(other, 201, answer(target), BODY, find_key=PUBLIC.get, now=NOW)
    with pytest.raises(SignatureComponentMissing):
        verify_response(target, 201, answer(TARGET), BODY, find_key=PUBLIC.get, now=NOW)


def test_an_answer_keeps_its_status_its_type_and_its_content() -> None:
    for status, headers, body in (
        (202, answer(TARGET), BODY),
        (201, changed(answer(TARGET), b"content-type", lambda _: b"text/html"), BODY),
        (201, answer(TARGET), b"{}"),
        (201, without(answer(TARGET), b"content-digest"), BODY),
        (201, without(answer(TARGET), b"signature"), BODY),
    ):
        with pytest.raises(SignatureError):
            verify_response(TARGET, status, headers, body, find_key=PUBLIC.get, now=NOW)


def test_the_target_of_an_asgi_request_is_what_stood_on_the_wire() -> None:
    scope = {
        "method": "GET",
        "path": "/v1/bills/ا",
        "raw_path": b"/v1/bills/%D8%A7",
        "query_string": b"limit=5",
        "headers": [(b"host", b"Pay.Example"), (b"signature", b"sig1=:AAAA:")],
    }
    assert target_of_scope(scope) == Target("GET", "pay.example", "/v1/bills/%D8%A7", "limit=5", "sig1=:AAAA:")
    twice = scope | {"headers": [(b"host", b"a"), (b"Host", b"b")], "raw_path": None}
    assert target_of_scope(twice) == Target("GET", "", "/v1/bills/%D8%A7", "limit=5")


@pytest.mark.parametrize("algorithm", ["ecdsa-p256-sha256", "ed25519", "rsa-pss-sha512"])
def test_a_key_survives_its_pem(algorithm: Algorithm) -> None:
    key = generate_key("100010:main", algorithm)
    again = load_signing_key(key.keyid, key.pem())
    assert again.algorithm == algorithm
    assert key.verifying_key().verify(again.sign(b"message"), b"message")
    assert not key.verifying_key().verify(again.sign(b"message"), b"other")
    assert load_verifying_key(key.keyid, key.verifying_key().pem()) is load_verifying_key(key.keyid, key.verifying_key().pem())


def pem_of(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | dsa.DSAPrivateKey) -> str:
    layout = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.PEM, layout).decode()


def test_a_weak_or_strange_key_is_refused() -> None:
    for pem in (
        "",
        "not a key ü",
        BANK.pem().decode(),
        pem_of(ec.generate_private_key(ec.SECP384R1())),
        pem_of(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        pem_of(dsa.generate_private_key(key_size=1024)),
    ):
        with pytest.raises(KeyUnusable):
            load_verifying_key("100010:main", pem)
    for algorithm in ("ed25519", "none"):
        with pytest.raises(KeyUnusable):
            load_verifying_key("100010:main", BANK.verifying_key().pem(), algorithm)
    with pytest.raises(KeyUnusable):
        load_signing_key("100010:main", b"-----BEGIN PRIVATE KEY-----")  # pragma: allowlist secret


def test_every_refusal_has_its_words_in_both_languages() -> None:
    kinds = SignatureError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) > 0
    assert all(kind.en and kind.ar for kind in kinds)
