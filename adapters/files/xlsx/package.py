"""A spreadsheet's package: made by xlsxwriter with one row as the pattern of all lines, which are then put in its place as they come.

A row through xlsxwriter is some forty calls, and there may be a million of them; what it writes of one is a short text.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple

COMPRESSION = 2
"""Half the time of the usual level, and a tenth larger."""
PATTERN_ROW = 2
"""Counted from 1, as in the file."""
LARGEST_ROW_BYTES = 4_096
_SHEET = "xl/worksheets/sheet{number}.xml"
_PATTERN = re.compile(rf'<row r="{PATTERN_ROW}"([^>]*)>(.*?)</row>', re.DOTALL)
_STYLE = re.compile(r'<c r="([A-Z]+)[0-9]+" s="([0-9]+)"')
_DIMENSION = re.compile(r'<dimension ref="A1:([A-Z]+)[0-9]+"/>')


class Pattern(NamedTuple):
    """Of a row: what stands in its element beside its number, and the style of each column that the pattern has filled."""

    attributes: str
    styles: dict[str, str]


RowsOf = Callable[[Pattern], Iterable[str]]


class Sheet(NamedTuple):
    """`number` counts sheets from 1. `rows` come in parts, as text, in the place of the pattern; `last_row` is the last of the sheet."""

    number: int
    lines: int
    last_row: int
    rows: RowsOf


class _Sink:
    """What was written since the last time it was asked; it cannot be sought in, so that nothing of it has to be kept."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._written.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def filled(made: BinaryIO, sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The package with the lines in it, in pieces. The same content gives the same bytes: no part of it has a date."""
    by_name = {_SHEET.format(number=sheet.number): sheet for sheet in sheets}
    sink = _Sink()
    with zipfile.ZipFile(made) as template:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as package:
            for name in sorted(template.namelist(), key=lambda name: name in by_name):
                content = template.read(name)
                sheet = by_name.get(name)
                large = sheet is not None and sheet.lines * LARGEST_ROW_BYTES > zipfile.ZIP64_LIMIT
                with package.open(name, "w", force_zip64=large) as part:
                    if sheet is None:
                        part.write(content)
                    else:
                        for piece in _with_rows(content.decode(), sheet):
                            part.write(piece.encode())
                            yield sink.take()
        yield sink.take()


def _with_rows(content: str, sheet: Sheet) -> Iterator[str]:
    content = _DIMENSION.sub(rf'<dimension ref="A1:\g<1>{sheet.last_row}"/>', content, count=1)
    if not sheet.lines:
        yield content
        return
    found = _PATTERN.search(content)
    if found is None:
        raise ValueError("the sheet has no pattern of a line")
    yield content[: found.start()]
    yield from sheet.rows(Pattern(found[1], dict(_STYLE.findall(found[2]))))
    yield content[found.end() :]
