"""Properties of receipts: what was signed is read back, and nothing that differs in one character is good."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.receipts import Receipt, read_receipt
from switch.signatures import SigningKey, generate_key
from switch.signatures.receipts import sign_receipt, standing_of

KEYS = [generate_key("switch:main"), generate_key("switch:main", "ed25519")]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*."
REFERENCE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret

receipts = st.builds(
    Receipt,
    payment_reference=st.text(REFERENCE, min_size=17, max_size=17),
    biller=st.just(ParticipantCode("200019")),
    service=st.just(ServiceCode("200019011")),
    amount=st.integers(1, 10**14).map(lambda minor: Money(minor, "SYP").text()),
    currency=st.just("SYP"),
    completed_at=st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 - hypothesis adds the zone
)


@given(receipts, st.sampled_from(KEYS))
def test_what_was_signed_is_read_back_and_good(receipt: Receipt, key: SigningKey) -> None:
    read = read_receipt(f" {sign_receipt(key, receipt).lower()}\n")
    assert read is not None
    assert read.receipt == receipt
    assert standing_of(read, [other.verifying_key() for other in KEYS]) == "good"
    assert standing_of(read, []) == "key_unknown"


@given(receipts, st.sampled_from(KEYS), st.data())
def test_one_other_character_and_it_is_not_good(receipt: Receipt, key: SigningKey, data: st.DataObject) -> None:
    text = sign_receipt(key, receipt)
    place = data.draw(st.integers(0, len(text) - 2))  # the last character of base 32 holds bits that stand for nothing
    other = data.draw(st.sampled_from(ALPHABET.replace(text[place], "")))
    read = read_receipt(text[:place] + other + text[place + 1 :])
    assert read is None or standing_of(read, [key.verifying_key()]) != "good"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_receipt(text)
