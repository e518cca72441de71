"""What a signature must cover, with its values, and the signature base (RFC 9421 section 2.5) made of them."""

from switch.signatures.errors import DigestMissing
from switch.signatures.fields import Fields
from switch.signatures.target import Target

Components = tuple[tuple[str, str], ...]
"""Pairs of serialized component identifier and value, in our order."""


def request_components(target: Target, fields: Fields, body: bytes) -> Components:
    """The content's digest is covered where there is content or the field; the idempotency key where there is one."""
    covered = [
        ('"@method"', target.method),
        ('"@authority"', target.authority),
        ('"@path"', target.path),
        ('"@query"', "?" + target.query),
    ]
    if (digest := fields.get(b"content-digest")) is not None:
        covered.append(('"content-digest"', digest))
    elif body:
        raise DigestMissing
    if (key := fields.get(b"idempotency-key")) is not None:
        covered.append(('"idempotency-key"', key))
    return tuple(covered)


def response_components(target: Target, status: int, fields: Fields) -> Components:
    """An answer always has a digest, and covers which request it answers."""
    if (digest := fields.get(b"content-digest")) is None:
        raise DigestMissing
    covered = [('"@status"', str(status)), ('"content-digest"', digest)]
    if (content_type := fields.get(b"content-type")) is not None:
        covered.append(('"content-type"', content_type))
    covered += [
        ('"@method";req', target.method),
        ('"@authority";req', target.authority),
        ('"@path";req', target.path),
        ('"@query";req', "?" + target.query),
    ]
    if target.signature is not None:
        covered.append(('"signature";req', target.signature))
    return tuple(covered)


def component_list(components: Components) -> str:
    return f"({' '.join([identifier for identifier, _ in components])})"


def signature_base(components: Components, parameters: str) -> bytes:
    lines = [f"{identifier}: {value}\n" for identifier, value in components]
    return f'{"".join(lines)}"@signature-params": {parameters}'.encode()
