"""The quick reader of the strict profile and the general one agree, and nothing but a SignatureError ever comes out."""

import base64
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from switch.signatures import RawHeaders, SignatureError, SigningKey, Target, Verified, generate_key, sign_request, sign_response
from switch.signatures.components import component_list, request_components, signature_base
from switch.signatures.fields import request_fields
from switch.signatures.general import read_general
from switch.signatures.verify import Reader, read, verify_request, verify_response

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BANK = generate_key("100010:main")
PUBLIC = {BANK.keyid: BANK.verifying_key(), "100010:ed": generate_key("100010:ed", "ed25519").verifying_key()}

unreserved = st.text("abcXYZ019-._~", max_size=12)
targets = st.builds(
    Target,
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["pay.example", "pay.example:8443", "127.0.0.1:80", "[::1]:443"]),
    unreserved.map(lambda text: f"/v1/{text}"),
    st.one_of(st.just(""), unreserved.map(lambda text: f"a={text}&b=%D8%A7")),
)
bodies = st.binary(max_size=40)
keys = st.none() | st.text("abc-019 ", max_size=20).map(str.strip)

Headers = list[tuple[bytes, bytes]]


def headers_of(target: Target, body: bytes, idempotency_key: str | None, key: SigningKey = BANK) -> Headers:
    added = sign_request(key, target, body, now=NOW, idempotency_key=idempotency_key)
    own = {"Idempotency-Key": idempotency_key} if idempotency_key is not None else {}
    return [(name.encode(), value.encode()) for name, value in (own | added).items()]


def outcome(target: Target, headers: RawHeaders, body: bytes, reader: Reader) -> Verified | str:
    try:
        return verify_request(target, headers, body, find_key=PUBLIC.get, now=NOW, reader=reader)
    except SignatureError as refused:
        return refused.code


def agreed(target: Target, headers: RawHeaders, body: bytes) -> Verified | str:
    quick, general = outcome(target, headers, body, read), outcome(target, headers, body, read_general)
    assert quick == general
    return quick


@given(targets, bodies, keys)
def test_what_we_sign_both_readers_accept_with_the_same_base(target: Target, body: bytes, idempotency_key: str | None) -> None:
    assert isinstance(agreed(target, headers_of(target, body, idempotency_key), body), Verified)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Target, Headers, bytes]:
    """A good request after one small change somewhere: a cut, a swap, an insertion of a telling piece, another target or content."""
    target, body = draw(targets), draw(bodies)
    headers = headers_of(target, body, draw(keys))
    place = draw(st.integers(0, len(headers) - 1))
    name, value = headers[place]
    at = draw(st.integers(0, len(value)))
    upto = draw(st.integers(at, min(len(value), at + 3)))
    pieces = [
        b"",
        b" ",
        b";",
        b",",
        b'"',
        b"(",
        b")",
        b":",
        b"=",
        b"0",
        b"A",
        b"\\",
        b"\xff",
        b";req",
        b";alg=",
        b"sig1=",
        b'"date"',
        b"\t",
    ]
    headers[place] = (name, value[:at] + draw(st.sampled_from(pieces)) + value[upto:])
    other = draw(st.sampled_from(["nothing", "target", "body", "line"]))
    if other == "target":
        target = draw(targets)
    elif other == "body":
        body = draw(bodies)
    elif other == "line":
        headers.insert(draw(st.integers(0, len(headers))), draw(st.sampled_from([*headers, (b"date", b"today")])))
    return target, headers, body


@given(mutations())
def test_both_readers_agree_on_a_request_that_was_tampered_with(tampered: tuple[Target, Headers, bytes]) -> None:
    agreed(*tampered)


@given(
    st.permutations(["created", "expires", "nonce", "keyid", "alg"]),
    st.sampled_from(["sig1", "mine", "*a"]),
    st.permutations(range(6)),
    st.sampled_from(["100010:main", "100010:ed", "100010:none"]),
    st.sampled_from(["ecdsa-p256-sha256", "ed25519"]),
)
def test_another_order_label_or_key_is_judged_alike(
    order: list[str], label: str, components_order: list[int], keyid: str, algorithm: str
) -> None:
    target, body = Target("POST", "pay.example", "/v1/payments"), b"{}"
    headers = [line for line in headers_of(target, body, "k") if not line[0].startswith(b"Signature")]
    covered = request_components(target, request_fields(headers), body)
    covered = tuple(covered[place] for place in components_order)
    seconds = int(NOW.timestamp())
    written = {"created": seconds, "expires": seconds + 60, "nonce": '"0123456789abcdef"', "keyid": f'"{keyid}"', "alg": f'"{algorithm}"'}
    parameters = component_list(covered) + "".join(f";{name}={written[name]}" for name in order)
    signature = BANK.sign(signature_base(covered, parameters))
    headers += [(b"signature-input", f"{label}={parameters}".encode()), (b"signature", f"{label}=:{encoded(signature)}:".encode())]
    result = agreed(target, headers, body)
    if keyid == "100010:main" and algorithm == "ecdsa-p256-sha256":
        assert isinstance(result, Verified)
        assert result.base == signature_base(covered, parameters)
    else:
        assert isinstance(result, str)


def encoded(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"signature-input", b"Signature", b"content-digest", b"idempotency-key", b"x"]),
            st.binary(max_size=60)
            | st.text('sig1=("@method" \\;:,?@%*)0.-ab', max_size=80).map(str.encode)
            | st.sampled_from(
                [b"sig1=:AAAA:", b"sig1=()", b"sig1=@99999999999999", b"sig1=?1", b'sig1=%"a%ff"', b"sig1=(@999999999999999)"]
            ),
        ),
        max_size=6,
    ),
    st.text(max_size=8),
    st.binary(max_size=8),
)
def test_noise_is_refused_and_breaks_nothing(headers: Headers, text: str, body: bytes) -> None:
    assert isinstance(agreed(Target("POST", "pay.example", "/"), headers, body), str)
    assert isinstance(agreed(Target(text, text, text, text), headers, body), str)


@given(targets, bodies, st.sampled_from([200, 201, 404]), st.none() | st.just("sig1=:AAAA:"), st.none() | st.just("application/json"))
def test_both_readers_accept_our_answers(target: Target, body: bytes, status: int, signature: str | None, content_type: str | None) -> None:
    target = Target(target.method, target.authority, target.path, target.query, signature)
    headers = [(b"Content-Type", content_type.encode())] if content_type is not None else []
    headers += sign_response(BANK, target, status, headers, body, now=NOW)
    quick, general = (
        verify_response(target, status, headers, body, find_key=PUBLIC.get, now=NOW, reader=reader) for reader in (read, read_general)
    )
    assert quick == general
