"""The XML parts of a workbook, looked through before a library reads them: it holds whole rows, texts and small parts in memory."""

import re
from collections.abc import Iterator
from typing import IO, Final

from switch.domain.statement_faults import FaultCode, Faults

MOST_TAGS_APART: Final = 100_000
"""Between two rows, or two texts that are kept apart; and in any other part. Of a row, some hundred for each column at most."""
MOST_TEXTS: Final = 4_000_000
_HEAD_BYTES: Final = 4_096
_CHUNK_BYTES: Final = 1 << 18
"""Holds fewer than MOST_TAGS_APART tags, of three bytes at least."""
MOST_TEXT_BYTES: Final = 1 << 20
"""Of one tag and the text behind it; a cell holds 32,767 characters."""
_BEGINNING: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:row|si)[\s/>]")
_ENCODING: Final = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([^"']*)""")


def require_plain_part(part: IO[bytes], name: str, faults: Faults) -> None:
    """Raises StatementMalformed for another encoding than UTF-8, a document type, an endless row, and what could hide one."""
    head = part.read(_HEAD_BYTES)
    declared = _ENCODING.match(head)
    if b"\0" in head or (declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise faults.refuse(0, name, FaultCode.UNREADABLE, "encoding", "UTF-8")
    if b"<!" in head.replace(b"<!--", b""):
        raise faults.refuse(0, name, FaultCode.UNREADABLE, "DTD", "XLSX")
    tags = begun = 0
    hidden = _HEAD_BYTES  # where in a piece nothing may be hidden any more
    for piece in _pieces(part, head, name, faults):
        if b"<!" in piece[hidden:] or b"<?" in piece[hidden:]:  # a comment could hold what looks like the beginning of a row
            raise faults.refuse(0, name, FaultCode.UNREADABLE, "<!", "XLSX")
        hidden = max(0, hidden - len(piece))
        beginnings = [found.start() for found in _BEGINNING.finditer(piece)]
        begun += len(beginnings)
        apart = tags + piece.count(b"<", 0, beginnings[0] if beginnings else len(piece))
        tags = piece.count(b"<", beginnings[-1]) if beginnings else apart
        if apart > MOST_TAGS_APART or begun > MOST_TEXTS:
            raise faults.refuse(0, name, FaultCode.TOO_BIG, apart, f"{MOST_TAGS_APART:,}")


def _pieces(part: IO[bytes], head: bytes, name: str, faults: Faults) -> Iterator[bytes]:
    """Each of whole tags, the last with the text behind it."""
    rest = head
    while chunk := part.read(_CHUNK_BYTES):
        rest += chunk
        if len(rest) > MOST_TEXT_BYTES + _CHUNK_BYTES:
            raise faults.refuse(0, name, FaultCode.TOO_BIG, len(rest), f"{MOST_TEXT_BYTES:,}")
        if (last := rest.rfind(b"<")) > 0:
            yield rest[:last]
            rest = rest[last:]
    yield rest
