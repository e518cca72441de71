"""Certificates: whose line it is. An authority for development, what is trusted and what is revoked, and TLS made of it."""

from switch.certificates.authority import Authority, Issued, make_authority
from switch.certificates.contexts import ServerFiles, client_context, server_context
from switch.certificates.trust import ClientCertificates

__all__ = [
    "Authority",
    "ClientCertificates",
    "Issued",
    "ServerFiles",
    "client_context",
    "make_authority",
    "server_context",
]
