"""The vault of the tests: master keys that every process of a run has, without a file."""

import hmac
import json
from pathlib import Path

from switch.bootstrap.master_keys import PERSONAL_KEYS
from switch.store.vault import use_vault


class FixedMasterKeys:
    """`switch.ports.MasterKeys`."""

    def __init__(self, newest: int = 1) -> None:
        self.newest = newest

    def derive(self, number: int, purpose: str) -> bytes:
        if number > self.newest:
            raise KeyError(number)
        return hmac.digest(b"tests %d" % number, purpose.encode(), "sha256")

    def refresh(self) -> None:
        """There is nothing to look at."""


def keep_test_keys(folder: Path) -> None:
    """The same ones in a file, for commands that open books which a test has filled."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PERSONAL_KEYS).write_text(json.dumps({str(number): (b"tests %d" % number).hex() for number in range(2)}))


def use_test_vault() -> FixedMasterKeys:
    masters = FixedMasterKeys()
    use_vault(masters)
    return masters
