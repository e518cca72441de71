"""Cells of the CSV layouts: quoted by RFC 4180, and guarded so that no spreadsheet takes one for a formula."""

import re

LAYOUT = "csv-1"
BOM = b"\xef\xbb\xbf"
MOST_CELL_CHARACTERS = 512
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")
"""The wide forms are formulas to some spreadsheets, too."""
_HARMLESS = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/-]*")
"""What most cells are; a million lines are quicker for it."""
_QUOTED = re.compile(r'[",\r\n]')


def cell(text: str | None) -> str:
    """`-7` becomes `'-7`; a spreadsheet shows it as text, and `plain` gives it back."""
    if not text:
        return ""
    if _HARMLESS.fullmatch(text):
        return text
    if text.startswith(_GUARDED):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def plain(text: str) -> str:
    """The text of a cell as the other side meant it."""
    return text.removeprefix("'")


def row(*cells: str | None) -> bytes:
    return (",".join(map(cell, cells)) + "\r\n").encode()


def titles(record: str, *names: tuple[str, str]) -> bytes:
    """Each column's title in Arabic and English."""
    return row(record, *(f"{arabic} / {english}" for arabic, english in names))
