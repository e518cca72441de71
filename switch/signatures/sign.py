"""Signing a request or an answer: the header fields to add to it."""

import secrets
from binascii import b2a_base64
from datetime import datetime
from typing import Protocol

from switch.signatures.components import Components, component_list, request_components, response_components, signature_base
from switch.signatures.digest import content_digest
from switch.signatures.fields import Fields
from switch.signatures.parameters import SIGNED_LIFE_SECONDS, SignatureParameters
from switch.signatures.strict import LABEL
from switch.signatures.target import RawHeaders, Target


class SigningParty(Protocol):
    """A SigningKey, or a token that keeps the key to itself."""

    @property
    def keyid(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def sign_request(
    signer: SigningParty, target: Target, body: bytes, *, now: datetime, idempotency_key: str | None = None, nonce: str | None = None
) -> dict[str, str]:
    """Content-Digest where there is content, Signature-Input, Signature. The caller sends Idempotency-Key itself."""
    fields: Fields = {}
    headers: dict[str, str] = {}
    if body:
        headers["Content-Digest"] = fields[b"content-digest"] = content_digest(body)
    if idempotency_key is not None:
        fields[b"idempotency-key"] = idempotency_key
    return headers | _signed(signer, request_components(target, fields, body), now, nonce)


def sign_response(
    signer: SigningParty, target: Target, status: int, headers: RawHeaders, body: bytes, *, now: datetime, nonce: str | None = None
) -> list[tuple[bytes, bytes]]:
    """The fields to add to `headers` of the answer to the request with this target: content-digest, signature-input, signature."""
    fields: Fields = {b"content-digest": content_digest(body)}
    for name, value in headers:
        if name.lower() == b"content-type":
            fields[b"content-type"] = value.decode("latin-1").strip(" \t")
    added = {"content-digest": fields[b"content-digest"]} | _signed(signer, response_components(target, status, fields), now, nonce)
    return [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in added.items()]


def _signed(signer: SigningParty, components: Components, now: datetime, nonce: str | None) -> dict[str, str]:
    seconds = int(now.timestamp())
    parameters = SignatureParameters(seconds, seconds + SIGNED_LIFE_SECONDS, nonce or new_nonce(), signer.keyid)
    text = parameters.text(component_list(components))
    signature = b2a_base64(signer.sign(signature_base(components, text)), newline=False).decode("ascii")
    return {"Signature-Input": f"{LABEL}={text}", "Signature": f"{LABEL}=:{signature}:"}
