"""A token: the switch's private key in hardware (PKCS#11), which signs and never gives it away.

The package `python-pkcs11` is an extra (`pip install switch[pkcs11]`), and imported only where a token is configured.
"""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from switch.signatures.errors import KeyUnusable
from switch.signatures.keys import Algorithm, VerifyingKey


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A `Signer`: ECDSA on P-256. A session belongs to one caller at a time."""

    keyid: str
    private: Any
    public: ec.EllipticCurvePublicKey
    session: Any = field(repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def algorithm(self) -> Algorithm:
        return "ecdsa-p256-sha256"

    def sign(self, message: bytes) -> bytes:
        """r and s in 32 bytes each, as a token gives them (PKCS#11 v2.40 mechanisms, 2.3.1) and RFC 9421 wants them."""
        import pkcs11  # noqa: PLC0415 - an extra

        with self._turn:
            return bytes(self.private.sign(hashlib.sha256(message).digest(), mechanism=pkcs11.Mechanism.ECDSA))

    def verifying_key(self) -> VerifyingKey:
        return VerifyingKey.of(self.keyid, self.public)

    def public_der(self) -> bytes:
        return self.verifying_key().der()


def open_token(keyid: str, *, module: Path, token: str, label: str, pin: str, make: bool = False) -> TokenKey:
    """The key of this label; `make`: in the token itself, where there is none. Raises KeyUnusable."""
    try:
        import pkcs11  # noqa: PLC0415 - an extra
        from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415
    except ImportError as missing:
        raise KeyUnusable(why="a token is configured, and the package python-pkcs11 is not installed (switch[pkcs11])") from missing
    try:
        session = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin, rw=make)
        private = _found(session, pkcs11.ObjectClass.PRIVATE_KEY, label)
        if private is None and make:
            curve = encode_named_curve_parameters("secp256r1")
            domain = session.create_domain_parameters(pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True)
            _, private = domain.generate_keypair(store=True, label=label)
        public = _found(session, pkcs11.ObjectClass.PUBLIC_KEY, label)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as fault:
        raise KeyUnusable(why=f"the token {token} cannot be used: {type(fault).__name__}") from None
    if private is None or public is None:
        raise KeyUnusable(why=f"there is no key pair {label} in the token {token}")
    return TokenKey(keyid, private, _public(public), session)


def _found(session: Any, kind: Any, label: str) -> Any | None:
    import pkcs11  # noqa: PLC0415 - an extra

    return next(iter(session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label})), None)


def _public(key: Any) -> ec.EllipticCurvePublicKey:
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415 - an extra

    loaded = serialization.load_der_public_key(encode_ec_public_key(key))
    if not isinstance(loaded, ec.EllipticCurvePublicKey) or not isinstance(loaded.curve, ec.SECP256R1):
        raise KeyUnusable(why="the key in the token is not ECDSA on P-256")
    return loaded
