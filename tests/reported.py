"""Reports for tests: a day with something of everything, and any report of it in any layout."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from adapters.reports.csv import CsvReport
from adapters.reports.json import JsonReport
from adapters.reports.pdf import PdfReport
from adapters.reports.xlsx import SpreadsheetReport
from switch.domain.admission import Conclude
from switch.domain.booked_statements import Side
from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Unknown
from switch.domain.reports import ReportAsked, ReportName
from switch.posting.batch import write_batch
from switch.usecases.make_report import MadeReport, MakeReport
from tests.reconciled import DAY, World, line
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, order

KNOWN = START + timedelta(hours=1)
LAYOUTS = {layout.extension: layout for layout in (JsonReport(), CsvReport(), SpreadsheetReport(), PdfReport())}
FEES = Fees(payer=30, biller=20, switch=30, bank=10, central_bank=5, tax=5)


async def a_day(world: World) -> None:
    """Twelve payments of two banks, one refused, one in doubt; a bank that forgot one and wrote another wrongly; a silent biller."""
    paid = [await world.completed(1_000 + number * 7, BANK if number % 3 else OTHER_BANK) for number in range(12)]
    await write_batch(world.database, [order(9_000, fees=FEES, accept=True)], START)
    await world.rejected(400)
    doubtful = order(600)
    await write_batch(world.database, [doubtful], START)
    why = Unknown("no answer within 5 s")
    await write_batch(world.database, [Conclude(doubtful.payment.payment_id, why, START + timedelta(seconds=5), "biller", START)], START)
    own = [payment for payment in paid if payment.request.bank == BANK]
    lines = [line(payment) for payment in own[1:]]
    lines[0] = replace(lines[0], minor=lines[0].minor + 5)
    await world.hand_in(BANK, lines)
    await world.hand_in(BILLER, [line(payment, Side.BILLER) for payment in paid])
    await world.reconcile(DAY)


def asked(
    name: ReportName, known_at: datetime = KNOWN, first: date = DAY, last: date = DAY, own: ParticipantCode | None = None
) -> ReportAsked:
    return ReportAsked(name, first, last, known_at, participant=own)


def maker(world: World, at: datetime | None = None) -> MakeReport:
    return MakeReport(FixedClock(at or KNOWN + timedelta(minutes=1)), world.database, LAYOUTS)


async def made(world: World, what: ReportAsked, layout: str = "json", at: datetime | None = None) -> tuple[bytes, MadeReport]:
    async with maker(world, at)(what, layout, by="staff:nour") as report:
        return b"".join(report.parts()), report


async def sheets(world: World, what: ReportAsked) -> dict[str, list[dict[str, Any]]]:
    content, _ = await made(world, what)
    return {sheet["key"]: sheet["rows"] for sheet in json.loads(content)["sheets"]}
