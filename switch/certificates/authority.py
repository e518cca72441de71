"""An authority for development: makes certificates for the switch and its participants, and the list of those that are revoked.

A country has its own authority; what ours makes has the same shape: a client's Common Name is the participant's national code.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_NAME = "Participants of the switch (development)"
AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
LIST_DAYS = 30
"""Until the list of revoked certificates should be made anew."""
BACKDATED = timedelta(minutes=5)
"""For clocks that are a little behind."""
_SHA256 = hashes.SHA256()


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def load(cls, certificate: bytes, key: bytes) -> Self:
        private = serialization.load_pem_private_key(key, password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return cls(x509.load_pem_x509_certificate(certificate), private)

    def pem(self) -> Issued:
        return Issued(self.certificate.public_bytes(serialization.Encoding.PEM), _key_pem(self.key))

    def server(self, names: Sequence[str], now: datetime, days: int = CERTIFICATE_DAYS) -> Issued:
        """For the switch, under host names and addresses."""
        alternative = x509.SubjectAlternativeName([_general_name(name) for name in names])
        return self._issued(names[0], ExtendedKeyUsageOID.SERVER_AUTH, now, days, alternative)

    def client(self, code: str, now: datetime, days: int = CERTIFICATE_DAYS) -> Issued:
        """For the participant of this national code."""
        return self._issued(code, ExtendedKeyUsageOID.CLIENT_AUTH, now, days)

    def revocation_list(self, revoked: Iterable[x509.RevokedCertificate], now: datetime) -> bytes:
        """The signed list (RFC 5280 section 5), as PEM."""
        listed = list(revoked)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now).next_update(now + timedelta(days=LIST_DAYS))
        builder = builder.add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        builder = builder.add_extension(_identifier_of(self.certificate), critical=False)
        for one in listed:
            builder = builder.add_revoked_certificate(one)
        return builder.sign(self.key, _SHA256).public_bytes(serialization.Encoding.PEM)

    def _issued(self, name: str, purpose: x509.ObjectIdentifier, now: datetime, days: int, *more: x509.ExtensionType) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _begun(name, self.certificate.subject, key.public_key(), now, days)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        builder = builder.add_extension(_identifier_of(self.certificate), critical=False)
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        return Issued(builder.sign(self.key, _SHA256).public_bytes(serialization.Encoding.PEM), _key_pem(key))


def make_authority(now: datetime, name: str = AUTHORITY_NAME) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _begun(name, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key(), now, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return Authority(builder.sign(key, _SHA256), key)


def revoked_now(serial: int, now: datetime) -> x509.RevokedCertificate:
    return x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()


def _begun(name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])).issuer_name(issuer)
    builder = builder.public_key(key).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _identifier_of(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, layout, serialization.NoEncryption())
