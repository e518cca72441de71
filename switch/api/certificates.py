"""Certificates: whose line a request came over, and that nobody else's message comes over it."""

from collections.abc import Callable
from datetime import datetime

from starlette.types import Scope

from switch.certificates import ClientCertificates
from switch.domain.certificate_errors import CertificateMalformed, CertificateMissing, CertificateOfAnother
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Participant

CERTIFICATE = "switch.certificate"
"""In the extensions of an ASGI scope: the client certificate of the line, verified by whoever ended TLS, as DER."""
UNREADABLE = b""
"""In its place, where a proxy sent what is no certificate."""
_OWNER = "switch.certificate_owner"


class Certificates:
    """Only where TLS is configured; without it nothing of this is asked."""

    def __init__(self, trusted: ClientCertificates, now: Callable[[], datetime]) -> None:
        self._trusted = trusted
        self._now = now

    def meet(self, scope: Scope) -> None:
        """Before anything of the message is read. Raises CertificateMissing, …Malformed, …Untrusted, …Revoked, …Unchecked."""
        certificate = scope.get("extensions", {}).get(CERTIFICATE)
        if certificate is None:
            raise CertificateMissing()
        if certificate == UNREADABLE:
            raise CertificateMalformed(why="Client-Cert is one field with the base64 of one certificate between colons (RFC 9440)")
        scope[_OWNER] = self._trusted.owner(certificate, self._now())

    def require_same(self, scope: Scope, sender: Participant) -> None:
        """Raises CertificateOfAnother."""
        owner: ParticipantCode = scope[_OWNER]
        if owner != sender.code:
            raise CertificateOfAnother(certified=owner)


def with_certificate(scope: Scope, der: bytes) -> None:
    scope.setdefault("extensions", {})[CERTIFICATE] = der
