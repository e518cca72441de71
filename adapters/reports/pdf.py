"""The layout `report-pdf-1`: PDF/A in Arabic, right to left, in a font of our own (adapters/reports/fonts), drawn by typst.

Nothing of the machine is in it, and its date is the moment of knowledge: the same report has the same bytes.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import typst

from adapters.codecs.report_cells import known_words, period_words, shown
from switch.domain.reports import NUMBERS, CellKind, Column, Report, Sheet

MOST_ROWS = 300
"""Of one sheet; a page is for people, who find the rest in CSV and XLSX. It also keeps memory flat."""
_FOLDER = Path(__file__).parent
_TEMPLATE = (_FOLDER / "report.typ").read_bytes()
_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FOLDER / "fonts")])
STANDARD: Literal["a-2b"] = "a-2b"
WIDE_COLUMNS = 6
"""One row with more columns than this is shown as a list."""


class PdfReport:
    layout = "report-pdf-1"
    extension = "pdf"
    media_type = "application/pdf"

    def render(self, report: Report) -> Iterator[bytes]:
        data = json.dumps(_document(report), ensure_ascii=False)
        drawn = typst.compile(
            _TEMPLATE,
            font_paths=_FONTS,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"report": data},
            pdf_standards=STANDARD,
            timestamp=int(report.asked.known_at.timestamp()),
        )
        assert isinstance(drawn, bytes)
        yield drawn


def _document(report: Report) -> dict[str, Any]:
    asked = report.asked
    return {
        "title": report.title.ar,
        "owner": None if report.owner is None else f"{report.owner.ar} ({asked.participant})",
        "period": period_words(asked),
        "currency": asked.currency,
        "known_at": known_words(asked.known_at),
        "report_id": asked.report_id,
        "content_sha256": report.content_sha256,
        "sheets": [_sheet(sheet, asked.currency) for sheet in report.sheets],
    }


def _sheet(sheet: Sheet, currency: str) -> dict[str, Any]:
    plan = sheet.plan
    kept = [place for place, column in enumerate(plan.columns) if column.kind is not CellKind.ENGLISH]
    columns = [plan.columns[place] for place in kept]
    rows = list(islice(sheet.rows, MOST_ROWS))
    drawn = next((place for place, column in enumerate(plan.columns) if column.key == plan.bars), None)
    measures = [row[drawn] if drawn is not None and isinstance(row[drawn], int) else 0 for row in rows]
    most = max((size for size in measures if isinstance(size, int)), default=0)
    return {
        "title": plan.title.ar,
        "note": None if plan.note is None else plan.note.ar,
        "columns": [{"title": column.title.ar, "number": column.kind in NUMBERS, "ltr": _left_to_right(column)} for column in columns],
        "rows": [[_breakable(shown(row[place], plan.columns[place], currency)) for place in kept] for row in rows],
        "list": len(rows) == 1 and len(columns) > WIDE_COLUMNS and plan.bars is None,
        "bars": [1000 * int(size or 0) // most for size in measures] if drawn is not None and most > 0 else None,
        "bar_column": None if drawn is None else kept.index(drawn),
        "more": max(len(sheet.rows) - MOST_ROWS, 0),
    }


def _left_to_right(column: Column) -> bool:
    """Digits and Latin codes keep their own direction inside the Arabic page."""
    return column.kind in NUMBERS or column.kind in (CellKind.DAY, CellKind.MOMENT) or column.key.endswith("_id")


def _breakable(text: str) -> str:
    """An id is longer than its column is wide: it may go on in the next line, at any of these places."""
    return _ID_PART.sub("\\g<0>\u200b", text) if _ID.fullmatch(text) else text


_ID, _ID_PART = re.compile("[0-9a-f-]{32,}"), re.compile(".{9}")
