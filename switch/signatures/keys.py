"""Keys: what signs and what verifies. The algorithm belongs to the key, never to the message."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, Self, cast, get_args

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from switch.signatures.errors import KeyUnusable

Algorithm = Literal["ecdsa-p256-sha256", "ed25519", "rsa-pss-sha512"]
"""As registered in RFC 9421 section 6.2.2."""

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

RSA_SMALLEST_BITS: Final = 2048
RSA_LARGEST_BITS: Final = 4096
RSA_GENERATED_BITS: Final = 3072
KEYS_KEPT_PARSED: Final = 4096

_ES256: Final = ec.ECDSA(hashes.SHA256())
_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
_SHA512: Final = hashes.SHA512()


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key of a participant or of the switch."""

    keyid: str
    algorithm: Algorithm
    public: PublicKey

    @classmethod
    def of(cls, keyid: str, public: PublicKey) -> Self:
        return cls(keyid, _algorithm(public), public)

    def verify(self, signature: bytes, message: bytes) -> bool:
        try:
            match self.algorithm:  # asking which class it is would cost as much as all the rest around the curve: they are abstract
                case "ecdsa-p256-sha256":
                    if len(signature) != 64:
                        return False
                    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                    cast("ec.EllipticCurvePublicKey", self.public).verify(encode_dss_signature(r, s), message, _ES256)
                case "ed25519":
                    cast("ed25519.Ed25519PublicKey", self.public).verify(signature, message)
                case "rsa-pss-sha512":
                    cast("rsa.RSAPublicKey", self.public).verify(signature, message, _PSS, _SHA512)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> str:
        return self.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def der(self) -> bytes:
        return self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the id under which its public half is registered, such as `100010:main`."""

    keyid: str
    private: PrivateKey
    algorithm: Algorithm = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "algorithm", _algorithm(self.private.public_key()))

    def sign(self, message: bytes) -> bytes:
        match self.algorithm:
            case "ecdsa-p256-sha256":
                # RFC 9421 section 3.3.4: r and s in 32 bytes each, not DER.
                r, s = decode_dss_signature(cast("ec.EllipticCurvePrivateKey", self.private).sign(message, _ES256))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
            case "ed25519":
                return cast("ed25519.Ed25519PrivateKey", self.private).sign(message)
            case "rsa-pss-sha512":
                return cast("rsa.RSAPrivateKey", self.private).sign(message, _PSS, _SHA512)

    def verifying_key(self) -> VerifyingKey:
        return VerifyingKey.of(self.keyid, self.private.public_key())

    def public_der(self) -> bytes:
        return self.verifying_key().der()

    def pem(self) -> bytes:
        """PKCS#8 without a passphrase: the file's mode (0600) protects it."""
        encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self.private.private_bytes(encoding, layout, serialization.NoEncryption())


def generate_key(keyid: str, algorithm: Algorithm = "ecdsa-p256-sha256") -> SigningKey:
    match algorithm:
        case "ecdsa-p256-sha256":
            return SigningKey(keyid, ec.generate_private_key(ec.SECP256R1()))
        case "ed25519":
            return SigningKey(keyid, ed25519.Ed25519PrivateKey.generate())
        case "rsa-pss-sha512":
            return SigningKey(keyid, rsa.generate_private_key(public_exponent=65537, key_size=RSA_GENERATED_BITS))


def load_signing_key(keyid: str, pem: bytes) -> SigningKey:
    """From a PKCS#8 PEM; raises KeyUnusable."""
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as refused:
        raise KeyUnusable(why="not a PKCS#8 private key in PEM without a passphrase") from refused
    if not isinstance(private, PrivateKey):
        raise KeyUnusable(why="an ECDSA P-256, Ed25519 or RSA key is needed")
    return SigningKey(keyid, private)


@lru_cache(maxsize=KEYS_KEPT_PARSED)
def load_verifying_key(keyid: str, pem: str, algorithm: str | None = None) -> VerifyingKey:
    """From a SubjectPublicKeyInfo PEM, parsed once; an algorithm that is not the key's own is refused. Raises KeyUnusable."""
    if algorithm is not None and algorithm not in get_args(Algorithm):
        raise KeyUnusable(why=f"the algorithm is one of {', '.join(get_args(Algorithm))}")
    try:
        public = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as refused:
        raise KeyUnusable(why="not a public key in PEM") from refused
    if not isinstance(public, PublicKey):
        raise KeyUnusable(why="an ECDSA P-256, Ed25519 or RSA key is needed")
    key = VerifyingKey.of(keyid, public)
    if algorithm is not None and algorithm != key.algorithm:
        raise KeyUnusable(why=f"this is a key for {key.algorithm}")
    return key


def _algorithm(public: PublicKey) -> Algorithm:
    match public:
        case ec.EllipticCurvePublicKey():
            if not isinstance(public.curve, ec.SECP256R1):
                raise KeyUnusable(why="the curve must be P-256")
            return "ecdsa-p256-sha256"
        case ed25519.Ed25519PublicKey():
            return "ed25519"
        case rsa.RSAPublicKey():
            if not RSA_SMALLEST_BITS <= public.key_size <= RSA_LARGEST_BITS:
                raise KeyUnusable(why=f"an RSA key has {RSA_SMALLEST_BITS} to {RSA_LARGEST_BITS} bits")
            return "rsa-pss-sha512"
