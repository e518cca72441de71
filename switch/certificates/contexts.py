"""TLS contexts: what both ends of a line insist on. TLS 1.2 or newer, forward secrecy, authenticated ciphers (RFC 9325)."""

import ssl
from dataclasses import dataclass
from pathlib import Path

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all of this kind."""


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """As PEM files: the switch's own certificate (with its chain) and key, and the authority of the participants."""

    certificate: Path
    key: Path
    client_ca: Path


def server_context(files: ServerFiles) -> ssl.SSLContext:
    """Asks for a client certificate and verifies it. Whether there must be one the API says: health is asked without.

    Sessions are not resumed: a resumed one would not be verified again. Raises OSError, ssl.SSLError.
    """
    context = _bare(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    context.load_verify_locations(files.client_ca)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def client_context(authority: Path | None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """Believes this authority, or else the machine's; shows this certificate. Raises OSError, ssl.SSLError."""
    context = _bare(ssl.PROTOCOL_TLS_CLIENT)
    if authority is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(authority)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def _bare(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # An authority that is trusted may itself stand under another one.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
