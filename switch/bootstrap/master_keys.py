"""Master keys in a file: JSON, mode 0600, written whole; a new one is added at the end, and none ever goes by itself."""

import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

PERSONAL_KEYS = "personal.json"
_KEY_BYTES = 32
_MOST = 0xFFFF


class FileMasterKeys:
    """`switch.ports.MasterKeys`. Raises FileNotFoundError where `switch keys init` was never run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._newest = 0
        self._masters: dict[int, bytes] = {}
        self.refresh()

    @property
    def newest(self) -> int:
        return self._newest

    def derive(self, number: int, purpose: str) -> bytes:
        if number not in self._masters:
            self.refresh()
        return hmac.digest(self._masters[number], purpose.encode(), "sha256")

    def refresh(self) -> None:
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            if not self._masters:
                raise
            return  # what was known goes on
        if changed != self._seen:
            self._masters = {int(number): bytes.fromhex(master) for number, master in _read(self._path).items()}
            self._newest = max(self._masters)
            self._seen = changed


def ensure_master_keys(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, {"0": secrets.token_hex(_KEY_BYTES), "1": secrets.token_hex(_KEY_BYTES)})


def add_master_key(path: Path) -> int:
    """The number of the new one, used by every process within a second or two."""
    masters = _read(path)
    number = max(map(int, masters)) + 1
    if number > _MOST:
        raise OverflowError("there is no number left for a master key")
    _write(path, masters | {str(number): secrets.token_hex(_KEY_BYTES)})
    return number


def _read(path: Path) -> dict[str, Any]:
    masters: dict[str, Any] = json.loads(path.read_bytes())
    return masters


def _write(path: Path, masters: dict[str, Any]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(masters, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
