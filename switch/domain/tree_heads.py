"""Tree heads: what a signed head of the proof log says, in the text of a C2SP checkpoint (c2sp.org/tlog-checkpoint)."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from switch.domain.proofs import HASH_BYTES

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The log `origin` had `size` leaves under this root. The time is a line of our own, which other readers pass over."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {self.at.astimezone(UTC).strftime(_TIME)}\n"


def read_tree_head(text: str) -> TreeHead | None:
    """None for anything that `text()` would not have written."""
    lines = text.split("\n")
    if len(lines) != 5 or not lines[0] or _SIZE.fullmatch(lines[1]) is None:
        return None
    try:
        root = base64.b64decode(lines[2], validate=True)
        at = datetime.strptime(lines[3], f"time {_TIME}").replace(tzinfo=UTC)
    except (binascii.Error, ValueError):
        return None
    head = TreeHead(lines[0], int(lines[1]), root, at)
    return head if len(root) == HASH_BYTES and head.text() == text else None
