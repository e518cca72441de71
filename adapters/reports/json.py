"""The layout `report-json-1`: the whole report for programs, with the queries behind it. Amounts are decimal digits as on the wire."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.reports import Cell, CellKind, Report, Row, Sheet, SheetPlan


class JsonReport:
    layout = "report-json-1"
    extension = "json"
    media_type = "application/json"

    def render(self, report: Report) -> Iterator[bytes]:
        asked = report.asked
        head = {
            "report": asked.name,
            "report_id": asked.report_id,
            "title": _name(report.title),
            "from": asked.first.isoformat(),
            "to": asked.last.isoformat(),
            "currency": asked.currency,
            "participant": asked.participant,
            "known_at": _plain(asked.known_at),
            "content_sha256": report.content_sha256,
            "queries": [{"sheet": one.sheet, "sql": one.sql, "parameters": _plain(one.parameters)} for one in report.queries],
        }
        yield _text(head)[:-1] + b',"sheets":['
        for number, sheet in enumerate(report.sheets):
            yield from _sheet(sheet, asked.currency, b"," if number else b"")
        yield b"]}\n"


def _sheet(sheet: Sheet, currency: str, before: bytes) -> Iterator[bytes]:
    plan = sheet.plan
    columns = [{"key": column.key, "title": _name(column.title), "kind": column.kind} for column in plan.columns]
    head = {"key": plan.key, "title": _name(plan.title), "note": plan.note and _name(plan.note), "columns": columns}
    yield before + _text(head)[:-1] + b',"rows":['
    for number, row in enumerate(sheet.rows):
        yield (b"," if number else b"") + _text(_row(plan, row, currency))
    yield b"]}"


def _row(plan: SheetPlan, row: Row, currency: str) -> dict[str, Cell]:
    return {column.key: _cell(cell, column.kind, currency) for column, cell in zip(plan.columns, row, strict=True)}


def _cell(cell: Cell, kind: CellKind, currency: str) -> Cell:
    return Money(cell, currency).text() if kind is CellKind.MONEY and isinstance(cell, int) else cell


def _name(name: Name) -> dict[str, str]:
    return {"ar": name.ar, "en": name.en}


def _text(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {name: _plain(part) for name, part in value.items()}
        case _:
            return value
