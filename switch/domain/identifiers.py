"""Identifiers: national codes with their check digits, and time-ordered ids that carry their bucket."""

import base64
import hashlib
import os
import re
from datetime import datetime
from typing import NewType
from uuid import UUID

from switch.domain.errors import CheckDigitWrong, IdempotencyKeyMalformed, NationalCodeMalformed
from switch.domain.pseudonyms import customer_pseudonym

ParticipantCode = NewType("ParticipantCode", str)
ServiceCode = NewType("ServiceCode", str)
IdempotencyKey = NewType("IdempotencyKey", str)
PaymentId = NewType("PaymentId", UUID)
InquiryId = NewType("InquiryId", UUID)
EntryId = NewType("EntryId", UUID)
EventId = NewType("EventId", UUID)
ReversalId = NewType("ReversalId", UUID)
AdjustmentId = NewType("AdjustmentId", UUID)
DisputeId = NewType("DisputeId", UUID)
WebhookEndpointId = NewType("WebhookEndpointId", UUID)
WindowId = NewType("WindowId", str)

BUCKETS = 1024
"""Hot rows live in the bucket of their bill's key; ten bits of every bucketed id say which."""

PARTICIPANT_DIGITS = 6
SERVICE_DIGITS = 9
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
_TWO_CHARACTERS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
_FROM_CROCKFORD = bytes.maketrans(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", b"0123456789ABCDEFGHIJKLMNOPQRSTUV")
_AS_HEARD = str.maketrans("OIL", "011")
_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}", re.ASCII)
_RAND_B = (1 << 62) - 1
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)


def check_character(text: str, radix: int = 10) -> str:
    """The ISO 7064 hybrid check character: MOD 11,10 for radix 10 (digits), MOD 37,36 for radix 36 (ISO 7064:2003, 7)."""
    check = radix
    for character in text:
        check = (check + _VALUES[character]) % radix or radix
        check = check * 2 % (radix + 1)
    return _ALPHABET[(1 - check) % radix]


def participant_code(text: object) -> ParticipantCode:
    """The national code of a bank or biller; refuses a wrong shape or check digit by name."""
    return ParticipantCode(_national_code(text, PARTICIPANT_DIGITS))


def service_code(text: object) -> ServiceCode:
    """The national code of a service; it begins with its biller's code and carries its own check digit."""
    return ServiceCode(_national_code(text, SERVICE_DIGITS))


def _national_code(text: object, digits: int) -> str:
    if not isinstance(text, str) or len(text) != digits or not (text.isascii() and text.isdigit()):
        raise NationalCodeMalformed(value=str(text)[:20] if isinstance(text, str) and text.isprintable() else "", digits=digits)
    if check_character(text[:-1]) != text[-1]:
        raise CheckDigitWrong(value=text)
    return text


def idempotency_key(text: str) -> IdempotencyKey:
    if _KEY.fullmatch(text) is None:
        raise IdempotencyKeyMalformed()
    return IdempotencyKey(text)


def bucket_for(service: str, customer: str) -> int:
    """Where everything about one customer (a pseudonym) of one service lives: its bills, payments, postings and outbox."""
    digest = hashlib.blake2b(f"{service}/{customer}".encode(), digest_size=2).digest()
    return int.from_bytes(digest) % BUCKETS


def bucket_of_customer(service: str, customer_reference: str) -> int:
    """By the pseudonym: an id, which many may see, gives away nothing of the customer."""
    return bucket_for(service, customer_pseudonym(customer_reference))


def bucketed_id(bucket: int, at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) whose `rand_a` begins with the ten bits of the bucket."""
    milliseconds = int(at.timestamp() * 1000)
    random = int.from_bytes(os.urandom(8))
    rand_a, rand_b = bucket << 2 | random >> 62, random & _RAND_B
    return UUID(int=milliseconds << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b)


def bucket_of(identifier: UUID) -> int:
    return identifier.int >> 66 & (BUCKETS - 1)


def plain_payment_reference(heard: str) -> str | None:
    """As people write and hear it: small letters, spaces and hyphens, O for 0, I and L for 1; None where it is misread."""
    plain = heard.replace(" ", "").replace("-", "").upper()
    text, check = plain[:-1].translate(_AS_HEARD), plain[-1:]
    return text + check if _REFERENCE.fullmatch(text) and check_character(text, 36) == check else None


def payment_ids_of(reference: str) -> tuple[int, UUID, UUID]:
    """The bucket of a plain payment reference, and the ids between which its payment's is; the second is out."""
    number = int.from_bytes(base64.b32hexdecode(reference[:-1].encode().translate(_FROM_CROCKFORD)))
    first = number >> 32 << 80
    return number >> 22 & (BUCKETS - 1), UUID(int=first), UUID(int=first + (1 << 80))


def chance_of(reference: str) -> int:
    """The 22 bits of chance in a plain payment reference, which its payment's id has, too."""
    return int.from_bytes(base64.b32hexdecode(reference[:-1].encode().translate(_FROM_CROCKFORD))) & (1 << 22) - 1


def payment_reference(payment_id: UUID) -> str:
    """What a customer reads out: 16 characters of time, bucket and chance, and an ISO 7064 MOD 37,36 check character."""
    number = (payment_id.int >> 80) << 32 | bucket_of(payment_id) << 22 | payment_id.int >> 40 & (1 << 22) - 1
    text = "".join(_TWO_CHARACTERS[number >> shift & 1023] for shift in range(70, -1, -10))
    return text + check_character(text, 36)
