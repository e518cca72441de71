"""Statements that unfold into memory as they are read: refused, and no more is held of them than of an honest one."""

import io
import resource
import tracemalloc
import zipfile

import pytest

from switch.domain.statement_faults import FaultCode
from switch.ports import StatementLayout
from tests.contract.test_statement_layouts import LINES, faults, layouts
from tests.statement_files import WRITTEN, xlsx

__all__ = ["layouts"]
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MEMORY_BYTES = 60 << 20


def _with(part: str, before: bytes, after: bytes) -> bytes:
    """An honest workbook, one part of which is other than it was."""
    altered = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(LINES))) as good, zipfile.ZipFile(altered, "w", zipfile.ZIP_STORED) as archive:
        for member in good.namelist():
            content = good.read(member)
            assert member != part or before in content
            archive.writestr(member, content.replace(before, after, 1) if member == part else content)
    return altered.getvalue()


CELLS = b"<c/>" * 500_000
HIDDEN = b"<!-- <row > -->" + b"<c/>" * 90_000


@pytest.mark.parametrize(
    ("part", "before", "after", "code"),
    [
        (SHEET, b"</row>", CELLS + b"</row>", FaultCode.TOO_BIG),
        (SHEET, b"</row>", HIDDEN * 6 + b"</row>", FaultCode.UNREADABLE),
        (SHEET, b"<sheetData>", b"<sheetData><x>" + CELLS + b"</x>", FaultCode.TOO_BIG),
        (SHEET, b"</row>", b"<c><v>" + b"x" * (3 << 20) + b"</v></c></row>", FaultCode.TOO_BIG),
        (SHEET, b"<sheetData>", b'<sheetData a="' + b"x" * (3 << 20) + b'">', FaultCode.TOO_BIG),
        ("xl/styles.xml", b"<fonts", CELLS + b"<fonts", FaultCode.TOO_BIG),
        (SHEET, b"<worksheet", b" " * 8_000 + b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', FaultCode.UNREADABLE),
    ],
    ids=["cells", "hidden cells", "elements", "text", "attribute", "styles", "late document type"],
)
def test_a_workbook_that_unfolds_in_memory_is_not_opened(
    layouts: dict[str, StatementLayout], part: str, before: bytes, after: bytes, code: FaultCode
) -> None:
    bomb = _with(part, before, after)
    tracemalloc.start()
    try:
        found = faults(layouts, "xlsx", bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found[0][2] is code
    assert peak < MEMORY_BYTES


def test_a_workbook_in_another_encoding_is_not_opened(layouts: dict[str, StatementLayout]) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx(LINES))) as good:
        sheet = good.read(SHEET)
    other = sheet.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert faults(layouts, "xlsx", _with(SHEET, sheet, other))[0][2] is FaultCode.UNREADABLE


def test_whatever_stands_around_the_entries_takes_no_memory(layouts: dict[str, StatementLayout], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside them it is forgotten as it ends; an entry has an end, too."""
    monkeypatch.setattr("adapters.files.statements_in.camt.MOST_ELEMENTS", 20_000)
    written = WRITTEN["camt.053"]
    content = written.write(LINES)
    many, entry = b"<a/>" * 90_000, b"</Ntry>"
    assert entry in content
    for around in (
        content.replace(b"<Ntry>", many + b"<Ntry>", 1),
        content.replace(entry, entry + many, 1),
        content.replace(entry, entry + b"<!---->" * 99_999),
    ):
        file = io.BytesIO(around)
        began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert len(list(layouts["camt"].read(file, written.asked).lines)) == len(LINES)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 16 << 10
    assert faults(layouts, "camt.053", content.replace(entry, b"<a/>" * 20_001 + entry, 1))[0][2] is FaultCode.TOO_BIG
    assert faults(layouts, "camt.053", content.replace(entry, entry + b"<a/>" * 100_000, 1))[0][2] is FaultCode.TOO_BIG
