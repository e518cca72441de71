"""Files of the archive, read as they are checked and as their payments go: line by line, in constant memory."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import IO

READ_BYTES = 1 << 20
GZIP = 31
"""Window bits that make a gzip member without a time in it: the same lines are the same bytes."""


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """The payments of an archive, without its first and its last line."""
    unpacked, rest, number, held = zlib.decompressobj(GZIP), b"", 0, b""
    while part := file.read(READ_BYTES):
        *lines, rest = (rest + unpacked.decompress(part)).split(b"\n")
        for line in lines:
            if number > 1:
                yield held + b"\n"
            held, number = line, number + 1


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while part := file.read(READ_BYTES):
        digest.update(part)
        size += len(part)
    return digest.hexdigest(), size
