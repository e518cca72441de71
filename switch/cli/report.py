"""`switch report`: reports of the books as they were known at a moment, for people, programs and archives."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, Limit, as_day
from switch.cli.output import AsJson, language, money, print_json, print_table, say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.calendar import BUSINESS_ZONE, read_day
from switch.domain.identifiers import ParticipantCode
from switch.domain.report_errors import ReportUnknown
from switch.domain.report_words import TITLES, word_of
from switch.domain.reports import (
    FOR_PARTICIPANTS,
    NUMBERS,
    Cell,
    CellKind,
    Column,
    Report,
    ReportAsked,
    ReportName,
    Sheet,
    read_period,
    settled_moment,
)

WRONG_USAGE_EXIT_CODE = 2
DIGEST_SUFFIX = ".sha256"

app = typer.Typer(
    help=(
        "Reports of the books as they were known at a moment: made again for the same moment, a report is the same, byte for byte. "
        "Without --format and --out as tables for people."
    ),
    no_args_is_help=True,
)


def _as_month(text: str) -> date:
    """Its first day."""
    try:
        return read_day(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no month, such as 2026-11") from None


Day = Annotated[date | None, typer.Option("--business-date", parser=as_day, help="One business date.", metavar=DAY)]
Month = Annotated[date | None, typer.Option("--month", parser=_as_month, help="One month, such as 2026-11.", metavar="MONTH")]
First = Annotated[date | None, typer.Option("--from", parser=as_day, help="The first business date, with --to.", metavar=DAY)]
Last = Annotated[date | None, typer.Option("--to", parser=as_day, help="The last business date, itself included.", metavar=DAY)]
KnownAt = Annotated[
    str | None,
    typer.Option("--as-known-at", help="RFC 3339, such as 2026-11-24T12:00:00Z; left out, ten seconds ago.", metavar="MOMENT"),
]
Format = Annotated[str | None, typer.Option("--format", help="json, csv, xlsx or pdf; left out, by the ending of --out.")]
Out = Annotated[Path | None, typer.Option("--out", dir_okay=False, help="Where to write it; FILE.sha256 beside it is for sha256sum -c.")]
Participant = Annotated[str | None, typer.Option(help="National code: only this participant's own numbers.")]
Queries = Annotated[bool, typer.Option("--queries", help="Print the SQL and parameters behind the report instead of it.")]
Currency = Annotated[str, typer.Option(help="ISO 4217.")]


def _command(name: ReportName) -> Callable[..., None]:
    def command(
        day: Day = None,
        month: Month = None,
        first: First = None,
        last: Last = None,
        known_at: KnownAt = None,
        layout: Format = None,
        out: Out = None,
        participant: Participant = None,
        currency: Currency = "SYP",
        queries: Queries = False,
        as_json: AsJson = False,
    ) -> None:
        layout = layout or (out.suffix.removeprefix(".") if out is not None else "json" if as_json else None)
        run(lambda switch: _make(switch, name, [day, month, first, last], _moment(known_at), currency, participant, layout, out, queries))

    command.__doc__ = f"{TITLES[name].en} · {TITLES[name].ar}."
    return command


for each in ReportName:
    app.command(each.value)(_command(each))


@app.command("issued")
def issued(
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Reports that were issued, the newest first, with the digests that they have when they are made again."""
    found = run(lambda switch: switch.issued_reports.newest(limit))
    if as_json:
        print_json(found)
        return
    print_table(
        "Reports issued",
        ("report", "layout", "issued", "by", "bytes", "SHA-256", "SHA-256 of the figures"),
        (
            (one.report_id, one.layout, f"{one.issued_at:%Y-%m-%dT%H:%M:%SZ}", one.by, f"{one.size:,}", one.sha256, one.content_sha256)
            for one in found
        ),
        right=("bytes",),
    )


async def _make(
    switch: Switch,
    name: ReportName,
    dates: list[date | None],
    known_at: datetime | None,
    currency: str,
    participant: str | None,
    layout: str | None,
    out: Path | None,
    queries: bool,
) -> None:
    code = None if participant is None else switch.directory.current().participant(ParticipantCode(participant)).code
    if code is not None and name not in FOR_PARTICIPANTS:
        raise ReportUnknown(known=", ".join(FOR_PARTICIPANTS))
    known_at = known_at or settled_moment(switch.clock.now())
    first, last = read_period(*dates)
    asked = ReportAsked(name, first, last, known_at, currency, code)
    if layout is None or queries:
        async with switch.make_report.filled(asked) as report:
            _print_queries(report) if queries else _print(report)
        return
    async with switch.make_report(asked, layout, by=by_whom()) as made:
        if out is None:
            for part in made.parts():
                sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            return
        _write(out, made.parts())
        _write(out.with_name(out.name + DIGEST_SUFFIX), [f"{made.issued.sha256}  {out.name}\n".encode()])
        say(f"{out}: {made.issued.size:,} bytes, as known at {asked.known_at:%Y-%m-%dT%H:%M:%SZ}")
        say(f"SHA-256 {made.issued.sha256}, of its figures {made.issued.content_sha256}")


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """Whole or not at all; what lies there with another content is left."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.writelines(parts)
    if path.exists() and path.read_bytes() != part.read_bytes():
        part.unlink()
        print(f"{path} is there with another content", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE)
    part.replace(path)


def _print_queries(report: Report) -> None:
    """As psql takes it: the parameters are set first."""
    for query in report.queries:
        say(f"-- {query.sheet}")
        for parameter, value in query.parameters.items():
            say(f"\\set {parameter} {json.dumps(str(value), ensure_ascii=False)}")
        say(query.sql.strip() + ";\n")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter("a moment has a date, a time and a zone: 2026-11-24T12:00:00Z", param_hint="--as-known-at")
    return at.astimezone(UTC)


def _print(report: Report) -> None:
    asked = report.asked
    arabic = language.get() == "ar"
    say(f"{report.title.ar if arabic else report.title.en}, {asked.first} to {asked.last}, {asked.currency}")
    say(f"as known at {asked.known_at:%Y-%m-%dT%H:%M:%SZ}; SHA-256 of the figures {report.content_sha256}")
    for sheet in report.sheets:
        _print_sheet(sheet, asked.currency, arabic=arabic)


def _print_sheet(sheet: Sheet, currency: str, *, arabic: bool) -> None:
    columns = [
        column for column in sheet.plan.columns if (column.key == "name") <= arabic and (column.kind is CellKind.ENGLISH) <= (not arabic)
    ]
    keys = {column.key for column in columns}
    places = [place for place, column in enumerate(sheet.plan.columns) if column.key in keys]
    titles = [column.title.ar if arabic else column.title.en for column in columns]
    rows = (
        [_cell(row[place], column, currency, arabic=arabic) for place, column in zip(places, columns, strict=True)] for row in sheet.rows
    )
    right = [title for title, column in zip(titles, columns, strict=True) if column.kind in NUMBERS]
    print_table(sheet.plan.title.ar if arabic else sheet.plan.title.en, titles, rows, right=right)


def _cell(cell: Cell, column: Column, currency: str, *, arabic: bool) -> str | None:
    match cell:
        case None:
            return None
        case int() if column.kind is CellKind.MONEY:
            return money(cell, currency)
        case int() if column.kind is CellKind.MILLISECONDS:
            return f"{cell / 1000:,.3f} s"
        case int():
            return f"{cell:,}"
        case str() if column.kind is CellKind.WORD:
            return word_of(column.key, cell).ar if arabic else word_of(column.key, cell).en
        case str() if column.kind is CellKind.MOMENT:
            return f"{datetime.fromisoformat(cell).astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"
        case _:
            return str(cell)
