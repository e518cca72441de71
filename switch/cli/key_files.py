"""Key files: private keys as PEM, mode 0600, each made once and whole; the switch's public key beside its own."""

import os
from pathlib import Path

from switch.bootstrap.master_keys import PERSONAL_KEYS, ensure_master_keys
from switch.settings import Settings
from switch.signatures import SigningKey, TokenKey, VerifyingKey, generate_key, load_signing_key, load_verifying_key

SWITCH_KEYID = "switch:main"
SWITCH_PRIVATE = "switch.pem"
SWITCH_PUBLIC = "switch.pub"


class NoKey(Exception):
    """There is no private key where one was looked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def ensure_switch_key(settings: Settings) -> SigningKey | TokenKey:
    """The switch's own key, made where there is none, its public half for those who check it, and the keys of personal data."""
    key = _ensure_token_key(settings) if settings.pkcs11_module else ensure_key(settings.keys / SWITCH_PRIVATE, SWITCH_KEYID)
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure_master_keys(settings.keys / PERSONAL_KEYS)
    public, pem = settings.keys / SWITCH_PUBLIC, key.verifying_key().pem().encode("ascii")
    if not public.exists() or public.read_bytes() != pem:
        write_whole(public, pem, mode=0o644)
    return key


def _ensure_token_key(settings: Settings) -> SigningKey | TokenKey:
    """Made within the token, which it never leaves."""
    from switch.bootstrap.opening import load_switch_key  # noqa: PLC0415 - only where there is a token: it brings all of the switch along

    return load_switch_key(settings, make=True)


def ensure_sandbox_key(settings: Settings, code: str) -> SigningKey:
    """The key of a pretend participant, made where there is none."""
    return ensure_key(settings.sandbox_keys / f"{code}.pem", f"{code}:main")


def ensure_key(path: Path, keyid: str) -> SigningKey:
    if path.exists():
        return load_signing_key(keyid, path.read_bytes())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = generate_key(keyid)
    write_whole(path, key.pem(), mode=0o600)
    return key


def load_sandbox_key(settings: Settings, code: str) -> SigningKey:
    """Raises NoKey."""
    return load_signing_key(f"{code}:main", _read(settings.sandbox_keys / f"{code}.pem"))


def load_switch_public_key(settings: Settings) -> VerifyingKey:
    """Raises NoKey."""
    return load_verifying_key(SWITCH_KEYID, _read(settings.keys / SWITCH_PUBLIC).decode("ascii"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NoKey(path) from None


def write_whole(path: Path, content: bytes, *, mode: int) -> None:
    """A process that is killed here leaves no half of a key under its name."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
