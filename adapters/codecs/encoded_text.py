"""Text files in the encodings that participants have, read in pieces; a wrong byte is named."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from switch.domain.statement_faults import FaultCode, Faults

BYTES_AT_ONCE = 1 << 18
MOST_LINE_CHARACTERS = 1 << 16
ENCODINGS = {"utf-8": "utf-8-sig", "windows-1256": "cp1256", "utf-16": "utf-16"}
"""As they are named in a mapping; UTF-8 with or without a byte order mark."""


def decoded_lines(file: BinaryIO, encoding: str, faults: Faults) -> Iterator[str]:
    """Each with its end, CR LF, LF or CR. Raises StatementMalformed for what is not of that encoding, NUL, and endless lines."""
    decoder = codecs.getincrementaldecoder(ENCODINGS[encoding])()
    rest, line, place = "", 1, 0
    while True:
        block = file.read(BYTES_AT_ONCE)
        try:
            text = rest + decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise faults.refuse(0, "", FaultCode.ENCODING, f"byte {place + error.start + 1}", encoding) from None
        place += len(block)
        if "\0" in text:
            raise faults.refuse(line + text[: text.index("\0")].count("\n"), "", FaultCode.TEXT, "NUL")
        lines = text.split("\n")
        rest = lines.pop()
        for one in lines:
            yield one + "\n"
        line += len(lines)
        if len(rest) > MOST_LINE_CHARACTERS:
            raise faults.refuse(line, "", FaultCode.TOO_BIG, "", f"{MOST_LINE_CHARACTERS:,}")
        if not block:
            if rest:
                yield rest
            return
