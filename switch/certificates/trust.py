"""Trust: which client certificates are of the participants' authority, valid now and certainly not revoked; and whose each is.

Asked with every message, so that a revoked or expired certificate is dead on lines that are open, too, and behind a proxy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from switch.domain.certificate_errors import (
    AuthorityUnusable,
    CertificateMalformed,
    CertificateRevoked,
    CertificateUnchecked,
    CertificateUntrusted,
)
from switch.domain.identifiers import ParticipantCode

LARGEST_CERTIFICATE_BYTES = 8192
KEPT_READ = 4096


Serial = tuple[bytes, int]
"""The issuer's name and the number that it gave."""


@dataclass(frozen=True, slots=True)
class _Read:
    owner: ParticipantCode
    serial: Serial
    authority: x509.Certificate
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Lists:
    """`until` is when the next list of an authority is due: whether certificates of its own are revoked, nobody knows any more then."""

    serials: frozenset[Serial]
    until: Mapping[x509.Certificate, datetime]

    def speaks_of(self, authority: x509.Certificate, now: datetime) -> bool:
        return authority in self.until and now <= self.until[authority]


class ClientCertificates:
    """`refresh` reads the list of revoked certificates again where its file has changed."""

    def __init__(self, authority: Path, revoked: Path) -> None:
        """PEM files, each of one or several. Raises AuthorityUnusable, OSError."""
        self._authorities = _authorities(authority.read_bytes())
        self._file = revoked
        self._seen: tuple[int, int, int] | None = None
        self._lists = _Lists(frozenset(), {})
        self._read = lru_cache(maxsize=KEPT_READ)(self._verified)
        self.refresh()

    def owner(self, der: bytes, now: datetime) -> ParticipantCode:
        """Raises CertificateMalformed, …Untrusted, …Revoked, and …Unchecked where no list says that it is not revoked."""
        read = self._read(der)
        if not read.since <= now <= read.until:
            raise CertificateUntrusted()
        if read.serial in self._lists.serials:
            raise CertificateRevoked()
        if not self._lists.speaks_of(read.authority, now):
            raise CertificateUnchecked()
        return read.owner

    def unchecked(self, now: datetime) -> bool:
        """Whether there is an authority whose certificates cannot be told from revoked ones at present."""
        return not all(self._lists.speaks_of(one, now) for one in self._authorities)

    def refresh(self) -> bool:
        """Whether there was something new. Raises AuthorityUnusable, OSError: then the list that we have stands until its time is over."""
        found = self._file.stat()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return False
        self._lists = _lists(self._file.read_bytes(), self._authorities)
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
        authority = next((one for one in self._authorities if _issued_by(one, certificate)), None)
        if not for_clients or len(names) != 1 or authority is None:
            raise CertificateUntrusted()
        return _Read(
            ParticipantCode(str(names[0].value)),
            (certificate.issuer.public_bytes(), certificate.serial_number),
            authority,
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )


def _authorities(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as wrong:
        raise AuthorityUnusable(why="no certificate in PEM") from wrong


def _lists(pem: bytes, authorities: Sequence[x509.Certificate]) -> _Lists:
    """They stand one after the other, each signed by one of the authorities; its newest says until when."""
    serials: set[Serial] = set()
    until: dict[x509.Certificate, datetime] = {}
    for part in pem.split(b"-----BEGIN X509 CRL-----")[1:]:
        try:
            listed = x509.load_pem_x509_crl(b"-----BEGIN X509 CRL-----" + part)
        except ValueError as wrong:
            raise AuthorityUnusable(why="a list of revoked certificates that cannot be read") from wrong
        authority = next((one for one in authorities if _signed_by(one, listed)), None)
        if authority is None:
            raise AuthorityUnusable(why="a list of revoked certificates that none of the authorities has signed")
        if (due := listed.next_update_utc) is None:
            raise AuthorityUnusable(why="a list of revoked certificates that does not say when the next is due")
        issuer = listed.issuer.public_bytes()
        serials.update((issuer, one.serial_number) for one in listed)
        until[authority] = max(until.get(authority, due), due)
    if not until:
        raise AuthorityUnusable(why="no list of revoked certificates in PEM")
    return _Lists(frozenset(serials), until)


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
