"""National codes and ids: what is taken, what is refused by name, and where a bill's rows live."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from switch.domain.errors import CheckDigitWrong, IdempotencyKeyMalformed, NationalCodeMalformed
from switch.domain.identifiers import (
    BUCKETS,
    bucket_for,
    bucket_of,
    bucketed_id,
    check_character,
    idempotency_key,
    participant_code,
    payment_reference,
    service_code,
)

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_the_worked_example_of_the_standard() -> None:
    """ISO 7064:2003, MOD 11,10: the string 0794 has the check character 5; MOD 37,36: A12425GABC1234002 has M."""
    assert check_character("0794") == "5"
    assert check_character("A12425GABC1234002", 36) == "M"


@pytest.mark.parametrize("code", ["100010", "200019", "900017", "900025"])
def test_a_right_code_of_a_participant_is_taken(code: str) -> None:
    assert participant_code(code) == code


@pytest.mark.parametrize("code", ["", "10001", "1000100", "10001O", "١٠٠٠١٠", " 100010", "100010\n", None, 100010, "²00010"])
def test_what_is_no_code_is_refused_as_such(code: object) -> None:
    with pytest.raises(NationalCodeMalformed) as refused:
        participant_code(code)
    assert refused.value.facts["digits"] == 6


@pytest.mark.parametrize("code", ["100011", "100100", "200091"])
def test_a_mistyped_or_swapped_digit_is_refused_as_such(code: str) -> None:
    with pytest.raises(CheckDigitWrong, match=code):
        participant_code(code)


def test_a_service_code_has_nine_digits() -> None:
    assert service_code("200019011") == "200019011"
    with pytest.raises(NationalCodeMalformed):
        service_code("200019")


@pytest.mark.parametrize("key", ["", "1234567", "x" * 65, "with space", "مفتاح-طويل", "12345678\n", "a/b/c/d/e"])
def test_a_malformed_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(IdempotencyKeyMalformed):
        idempotency_key(key)


def test_an_id_carries_its_bucket_its_time_and_its_version() -> None:
    for bucket in (0, 1, 512, BUCKETS - 1):
        identifier = bucketed_id(bucket, AT)
        assert bucket_of(identifier) == bucket
        assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")
        assert identifier.int >> 80 == int(AT.timestamp() * 1000)


def test_a_customer_of_a_service_has_one_bucket_for_ever() -> None:
    """Kept figures: were the hash to change, every bill would be looked for in the wrong place."""
    assert (bucket_for("200019011", "100452371"), bucket_for("200019011", "100452372")) == (127, 555)


def test_a_payment_reference_can_be_read_out() -> None:
    reference = payment_reference(UUID("019ab5d1-7c00-7abc-8def-0123456789ab"))
    assert len(reference) == 17
    assert not set(reference[:-1]) & set("ILOU")
    assert check_character(reference[:-1], 36) == reference[-1]
