"""Reports in every layout: Arabic in the PDF, the same figures in each, long ones, and a month with nothing."""

import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import openpyxl
import pypdf
import pytest
from sqlalchemy import text

from switch.domain.reports import ReportName
from switch.store.database import connect
from tests.reconciled import DAY, Prepared, World
from tests.reported import KNOWN, LAYOUTS, a_day, asked, made
from tests.seeded import BANK, OTHER_BANK, START, FixedClock, rows, seed


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield World(database, FixedClock(), Prepared())
    await database.close()


async def test_a_month_with_nothing_is_still_a_report(world: World) -> None:
    for name in ReportName:
        what = asked(name, first=date(2026, 10, 1), last=date(2026, 10, 31))
        contents = {layout: (await made(world, what, layout))[0] for layout in LAYOUTS}
        assert all(contents.values())
        text_of = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(contents["pdf"])).pages)
        assert "2026" in text_of


async def test_the_pdf_is_in_arabic_and_says_what_it_is(world: World) -> None:
    await a_day(world)
    content, report = await made(world, asked(ReportName.RECONCILIATION), "pdf")
    read = pypdf.PdfReader(io.BytesIO(content))
    words = " ".join(page.extract_text() for page in read.pages)
    assert read.metadata is not None
    assert read.metadata.title == "تقرير المطابقة – 24 تشرين الثاني 2026"
    assert read.metadata.creation_date == KNOWN
    assert report.issued.content_sha256 in words.replace("\n", "")
    for expected in ("المطابقة", "مصرف", "مفوترة", BANK, OTHER_BANK):
        assert expected in words
    fonts = {str(font.get_object()["/BaseFont"]) for page in read.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert all("IBMPlexSansArabic" in font for font in fonts)


async def test_the_spreadsheet_and_the_csv_have_the_same_figures(world: World) -> None:
    await a_day(world)
    content, _ = await made(world, asked(ReportName.SETTLEMENT), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert all(page.sheet_view.rightToLeft for page in book)
    nets = [[cell.value for cell in row] for row in book.worksheets[2].iter_rows(min_row=4)]
    written, _ = await made(world, asked(ReportName.SETTLEMENT), "csv")
    csv = [part.split(",") for part in written.decode("utf-8-sig").split("\r\n")]
    assert csv[0][:3] == ["H", "report-csv-1", "settlement"]
    place = next(number for number, row in enumerate(csv) if row[:2] == ["S", "nets"])
    assert [float(row[-1]) for row in csv[place + 2 : place + 2 + len(nets)]] == [row[-1] for row in nets]
    assert csv[-2][0] == "T"


async def test_a_long_report_streams_and_its_pdf_says_how_much_more_there_is(world: World) -> None:
    await world.completed(1_000)
    async with world.database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO break (break_id, kind, side, participant_code, business_date, currency, minor, differences, state, opened_at)"
                " SELECT md5(n::text) || md5('x' || n), 'missing_at_switch', 'bank', :bank, :day, 'SYP', n, '[]', 'open', :at"
                " FROM generate_series(1, 5000) AS n"
            ),
            {"bank": BANK, "day": DAY, "at": START},
        )
    content, _ = await made(world, asked(ReportName.BREAKS), "csv")
    assert content.count(b"\r\nD,") == 5_000
    drawn, _ = await made(world, asked(ReportName.BREAKS), "pdf")
    assert "4700" in " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages)


async def test_the_queries_behind_a_report_can_be_asked_by_hand(world: World) -> None:
    await a_day(world)
    content, _ = await made(world, asked(ReportName.RECONCILIATION))
    document = json.loads(content)
    for query, sheet in zip(document["queries"], document["sheets"], strict=True):
        parameters = dict(query["parameters"])
        for moment in ("known_at", "begins", "ends"):
            if moment in parameters:
                parameters[moment] = datetime.fromisoformat(parameters[moment]).astimezone(UTC)
        for day in ("first", "last"):
            if day in parameters:
                parameters[day] = date.fromisoformat(parameters[day])
        assert len(await rows(world.database, query["sql"], **parameters)) == len(sheet["rows"])
