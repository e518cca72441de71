"""Signatures of messages: RFC 9421 HTTP Message Signatures with RFC 9530 Content-Digest, in a strict profile (docs/signatures.md)."""

from switch.signatures.digest import content_digest
from switch.signatures.errors import (
    DigestMismatch,
    DigestMissing,
    KeyUnusable,
    SignatureAlgorithmMismatch,
    SignatureComponentMissing,
    SignatureError,
    SignatureExpired,
    SignatureFromFuture,
    SignatureKeyUnknown,
    SignatureMalformed,
    SignatureMissing,
    SignatureWrong,
)
from switch.signatures.exchange import SignedExchange, target_of_request
from switch.signatures.keys import Algorithm, SigningKey, VerifyingKey, generate_key, load_signing_key, load_verifying_key
from switch.signatures.parameters import AHEAD_SECONDS, LONGEST_LIFE_SECONDS, OLDEST_SECONDS
from switch.signatures.sign import SigningParty, new_nonce, sign_request, sign_response
from switch.signatures.target import RawHeaders, Target, target_of_scope
from switch.signatures.token import TokenKey, open_token
from switch.signatures.verify import FindKey, Verified, verify_request, verify_response

__all__ = [
    "AHEAD_SECONDS",
    "LONGEST_LIFE_SECONDS",
    "OLDEST_SECONDS",
    "Algorithm",
    "DigestMismatch",
    "DigestMissing",
    "FindKey",
    "KeyUnusable",
    "RawHeaders",
    "SignatureAlgorithmMismatch",
    "SignatureComponentMissing",
    "SignatureError",
    "SignatureExpired",
    "SignatureFromFuture",
    "SignatureKeyUnknown",
    "SignatureMalformed",
    "SignatureMissing",
    "SignatureWrong",
    "SignedExchange",
    "SigningKey",
    "SigningParty",
    "Target",
    "TokenKey",
    "Verified",
    "VerifyingKey",
    "content_digest",
    "generate_key",
    "load_signing_key",
    "load_verifying_key",
    "new_nonce",
    "open_token",
    "sign_request",
    "sign_response",
    "target_of_request",
    "target_of_scope",
    "verify_request",
    "verify_response",
]
