"""The signature beside an issued file: over one line with its SHA-256 and its name, as `sha256sum --check` reads it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SUFFIX = ".sig"


@dataclass(frozen=True, slots=True)
class FileSignature:
    keyid: str
    algorithm: str
    name: str
    sha256: str
    signature: bytes

    def line(self) -> bytes:
        """What is signed."""
        return signed_line(self.name, self.sha256)

    def document(self) -> bytes:
        content = {
            "keyid": self.keyid,
            "algorithm": self.algorithm,
            "signed": self.line().decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }
        return json.dumps(content, indent=2).encode() + b"\n"


def signed_line(name: str, sha256: str) -> bytes:
    """`<sha256>  <name>` and a line feed."""
    return f"{sha256}  {name}\n".encode()


def read_signature(document: bytes) -> FileSignature | None:
    """None for anything that is not such a document."""
    try:
        content: Mapping[str, Any] = json.loads(document)
        sha256, name = content["signed"].removesuffix("\n").split("  ", 1)
        signature = base64.b64decode(content["signature"], validate=True)
        read = FileSignature(str(content["keyid"]), str(content["algorithm"]), name, sha256, signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return read if read.line().decode() == content["signed"] else None
