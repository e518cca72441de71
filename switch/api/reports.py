"""Reports: as the books were known at a moment; for overseers of everything, for a participant of its own."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from switch.api.authentication import BooksCaller, ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.operator import CodeInQuery
from switch.api.paging import PAGE, Limit
from switch.api.shapes import Day, Moment
from switch.api.strict_route import StrictRoute
from switch.api.windows import CurrencyInQuery
from switch.application import Switch
from switch.domain.errors import CheckDigitWrong, CurrencyUnsupported, NationalCodeMalformed
from switch.domain.file_errors import LayoutUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.report_errors import ReportDiffers, ReportPeriodRefused, ReportTooEarly, ReportTooLarge, ReportUnknown
from switch.domain.reports import FOR_PARTICIPANTS, ReportAsked, ReportName, read_period, settled_moment

own = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=StrictRoute)
all_of_them = APIRouter(prefix="/v1/operator/reports", tags=["operator"], route_class=StrictRoute)

MOST_BYTES = 32 * 1024**2
"""An answer is signed whole, so it is held in memory."""
_REFUSALS = (ReportUnknown, ReportPeriodRefused, ReportTooEarly, ReportTooLarge, ReportDiffers, LayoutUnknown, CurrencyUnsupported)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "The report. `Report-Id` names it, `Report-Known-At` is its moment of knowledge, `Report-Content-SHA256` the digest of its"
            " figures, the same in every format; `Content-Digest` is that of these bytes · التقرير، وفي الترويسات رقمه ولحظة علمه وبصمتاه"
        ),
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/csv": _BINARY,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _BINARY,
            "application/pdf": _BINARY,
        },
    }
}


def _month(value: object) -> date:
    if not isinstance(value, str) or len(value) != len("2026-11"):
        raise ValueError("a month is written 2026-11")
    return date.fromisoformat(f"{value}-01")


NameInPath = Annotated[str, Path(max_length=40, examples=["reconciliation"], description=f"One of {', '.join(ReportName)} · اسم التقرير")]
OwnNameInPath = Annotated[
    str, Path(max_length=40, examples=["reconciliation"], description=f"One of {', '.join(FOR_PARTICIPANTS)} · اسم التقرير")
]
DayInQuery = Annotated[Day | None, Query()]
FromDay = Annotated[Day | None, Query(alias="from")]
ToDay = Annotated[Day | None, Query(alias="to")]
Month = Annotated[
    date, BeforeValidator(_month), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "examples": ["2026-11"]})
]
MonthInQuery = Annotated[Month | None, Query()]
KnownAt = Annotated[Moment | None, Query(description="As known at that moment; left out, some seconds ago.")]
Format = Annotated[str, Query(description="json, csv, xlsx or pdf.", max_length=10)]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of every report: for which days, in which currency, as known when, in which format."""

    business_date: DayInQuery = None
    month: MonthInQuery = None
    first: FromDay = None
    last: ToDay = None
    currency: CurrencyInQuery = None
    known_at: KnownAt = None
    layout: Annotated[Format, Query(alias="format")] = "json"


Said = Annotated[Parameters, Depends()]


class IssuedReportView(BaseModel):
    report_id: str
    layout: str
    sha256: str
    content_sha256: str
    participant_code: str | None
    known_at: Moment
    issued_at: Moment
    bytes: int


class IssuedReportPage(BaseModel):
    items: list[IssuedReportView]


@own.get(
    "/{name}", response_class=Response, summary="A report of our own · تقرير خاص بنا", responses=_ANSWERS, openapi_extra=refuses(*_REFUSALS)
)
async def own_report(
    name: OwnNameInPath,
    caller: ParticipantCaller,
    switch: TheSwitch,
    said: Said,
) -> Response:
    """The caller's own numbers only, for a day, a month, or from one day to another.

    أرقام الطالب وحده: المطابقة وأعمار الفروق وقائمتها وتطورها والشكاوى وإحصاء الدفعات، ليوم أو لشهر أو لمدة.
    """
    wanted = _named(name, FOR_PARTICIPANTS)
    return await _answer(switch, wanted, said, caller.code, by=caller.by)


@all_of_them.get("", summary="Reports that were issued · التقارير الصادرة")
async def issued(_: BooksCaller, switch: TheSwitch, limit: Limit = PAGE) -> IssuedReportPage:
    """The newest first, with the digests that a report made again must have.

    الأحدث أولاً، مع البصمات التي يجب أن تكون للتقرير إن أُعيد إصداره.
    """
    views = [
        IssuedReportView(
            report_id=one.report_id, layout=one.layout, sha256=one.sha256, content_sha256=one.content_sha256,
            participant_code=one.participant, known_at=one.known_at, issued_at=one.issued_at, bytes=one.size,
        )
        for one in await switch.issued_reports.newest(limit)
    ]  # fmt: skip
    return IssuedReportPage(items=views)


@all_of_them.get(
    "/{name}",
    response_class=Response,
    summary="A report · تقرير",
    responses=_ANSWERS,
    openapi_extra=refuses(*_REFUSALS, NationalCodeMalformed, CheckDigitWrong),
)  # fmt: skip
async def report(
    name: NameInPath,
    caller: BooksCaller,
    switch: TheSwitch,
    said: Said,
    participant_code: CodeInQuery = None,
) -> Response:
    """All reports, as the books were known at a moment; made again for the same moment, a report is the same.

    كل التقارير، كما كانت الدفاتر معلومة في لحظة؛ وإن أُعيد إصدار تقرير للحظة نفسها كان هو نفسه.
    """
    participant = None if participant_code is None else ParticipantCode(participant_code)
    wanted = _named(name, tuple(ReportName) if participant is None else FOR_PARTICIPANTS)
    return await _answer(switch, wanted, said, participant, by=caller.by)


def _named(name: str, known: tuple[ReportName, ...]) -> ReportName:
    found = next((one for one in known if one == name), None)
    if found is None:
        raise ReportUnknown(known=", ".join(known))
    return found


async def _answer(switch: Switch, name: ReportName, said: Parameters, participant: ParticipantCode | None, by: str) -> Response:
    period = read_period(said.business_date, said.month, said.first, said.last)
    known_at = said.known_at or settled_moment(switch.clock.now())
    asked = ReportAsked(name, *period, known_at, said.currency or "SYP", participant)
    async with switch.make_report(asked, said.layout, by=by) as made:
        if made.issued.size > MOST_BYTES:
            raise ReportTooLarge(most=MOST_BYTES)
        content = b"".join(made.parts())
        assert hashlib.sha256(content).hexdigest() == made.issued.sha256
        headers = {
            "Report-Id": made.issued.report_id,
            "Report-Known-At": asked.known_at.isoformat().replace("+00:00", "Z"),
            "Report-Content-SHA256": made.issued.content_sha256,
            "Content-Disposition": f'attachment; filename="{made.file_name}"',
        }
        return Response(content, headers=headers, media_type=made.media_type)
