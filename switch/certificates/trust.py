"""Trust: which client certificates are of the participants' authority, valid now and not revoked; and whose each is.

Asked with every message, so that a revoked or expired certificate is dead on lines that are open, too, and behind a proxy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from switch.domain.certificate_errors import AuthorityUnusable, CertificateMalformed, CertificateRevoked, CertificateUntrusted
from switch.domain.identifiers import ParticipantCode

LARGEST_CERTIFICATE_BYTES = 8192
KEPT_READ = 4096

Serial = tuple[bytes, int]
"""The issuer's name and the number that it gave."""


@dataclass(frozen=True, slots=True)
class _Read:
    owner: ParticipantCode
    serial: Serial
    since: datetime
    until: datetime


class ClientCertificates:
    """`refresh` reads the list of revoked certificates again where its file has changed."""

    def __init__(self, authority: Path, revoked: Path | None = None) -> None:
        """PEM files, each of one or several. Raises AuthorityUnusable, OSError."""
        self._authorities = _authorities(authority.read_bytes())
        self._file = revoked
        self._seen: tuple[int, int, int] | None = None
        self._revoked: frozenset[Serial] = frozenset()
        self._read = lru_cache(maxsize=KEPT_READ)(self._verified)
        self.refresh()

    def owner(self, der: bytes, now: datetime) -> ParticipantCode:
        """Raises CertificateMalformed, CertificateUntrusted, CertificateRevoked."""
        read = self._read(der)
        if not read.since <= now <= read.until:
            raise CertificateUntrusted()
        if read.serial in self._revoked:
            raise CertificateRevoked()
        return read.owner

    def refresh(self) -> bool:
        """Whether there was something new. Raises AuthorityUnusable, OSError: then the list that we have still stands."""
        if self._file is None:
            return False
        found = self._file.stat()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return False
        self._revoked = _revoked(self._file.read_bytes(), self._authorities)
        self._seen = seen
        return True

    def _verified(self, der: bytes) -> _Read:
        """Everything about it that does not change; kept, since each participant has one or two."""
        if len(der) > LARGEST_CERTIFICATE_BYTES:
            raise CertificateMalformed(why="too large")
        try:
            certificate = x509.load_der_x509_certificate(der)
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            for_clients = _for_clients(certificate)
        except (ValueError, x509.DuplicateExtension) as wrong:
            raise CertificateMalformed(why="not an X.509 certificate") from wrong
        if not for_clients or len(names) != 1 or not any(_issued_by(one, certificate) for one in self._authorities):
            raise CertificateUntrusted()
        return _Read(
            ParticipantCode(str(names[0].value)),
            (certificate.issuer.public_bytes(), certificate.serial_number),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )


def _authorities(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as wrong:
        raise AuthorityUnusable(why="no certificate in PEM") from wrong


def _revoked(pem: bytes, authorities: Sequence[x509.Certificate]) -> frozenset[Serial]:
    """Lists stand one after the other, each signed by one of the authorities."""
    found: set[Serial] = set()
    for part in pem.split(b"-----BEGIN X509 CRL-----")[1:]:
        try:
            listed = x509.load_pem_x509_crl(b"-----BEGIN X509 CRL-----" + part)
        except ValueError as wrong:
            raise AuthorityUnusable(why="a list of revoked certificates that cannot be read") from wrong
        if not any(_signed_by(one, listed) for one in authorities):
            raise AuthorityUnusable(why="a list of revoked certificates that none of the authorities has signed")
        issuer = listed.issuer.public_bytes()
        found.update((issuer, one.serial_number) for one in listed)
    if b"BEGIN X509 CRL" not in pem:
        raise AuthorityUnusable(why="no list of revoked certificates in PEM")
    return frozenset(found)


def _issued_by(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _signed_by(authority: x509.Certificate, listed: x509.CertificateRevocationList) -> bool:
    if authority.subject != listed.issuer:
        return False
    try:
        return listed.is_signature_valid(authority.public_key())  # type: ignore[arg-type]  # another kind of key raises TypeError
    except TypeError:
        return False


def _for_clients(certificate: x509.Certificate) -> bool:
    """A certificate that says what it is for must be for this, and none of an authority's own."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        if basic.ca:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        return ExtendedKeyUsageOID.CLIENT_AUTH in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
