"""Bills: a biller hands its bills in beforehand, replaces and withdraws them."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field, SkipValidation, ValidationError

from switch.api.authentication import BeginningBiller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.shapes import Amount, BilingualName, Day, ServiceText, Shape, Text
from switch.api.strict_route import StrictRoute
from switch.api.validation import first_refusal, wrong_fields
from switch.domain import errors, upload_errors
from switch.domain.bill_uploads import BillAction, BillLine, LineResult, LineStatus
from switch.domain.catalogue import AmountRuleKind
from switch.domain.errors import Refusal
from switch.domain.identifiers import ServiceCode
from switch.domain.participants import Name

router = APIRouter(prefix="/v1/bills", tags=["bills"], route_class=StrictRoute)

MOST_LINES = 5_000
_EXAMPLE: dict[str, Any] = {
    "action": "put",
    "service_code": "200019011",
    "customer_reference": "1234567890",
    "bill_number": "2026-11-0001",
    "due": {"amount": "1250.00", "currency": "SYP"},
    "rule": "exact",
    "due_on": "2026-12-15",
    "description": {"ar": "فاتورة تشرين الثاني", "en": "November bill"},
}


class BillLineIn(Shape):
    """One bill to put (add, or replace what was said of it) or to withdraw."""

    action: Annotated[BillAction, Field(strict=False)]
    service_code: ServiceText
    customer_reference: Text
    bill_number: Text
    """1 to 50 letters, digits, `-`, `_`, `.` or `/`; a line with another is refused alone."""
    due: Amount | None = None
    """Needed to put a bill."""
    rule: Annotated[AmountRuleKind, Field(strict=False)] = AmountRuleKind.EXACT
    issued_on: Day | None = None
    due_on: Day | None = None
    description: BilingualName | None = None

    def line(self) -> BillLine:
        return BillLine(
            action=self.action,
            service=ServiceCode(self.service_code),
            customer_reference=self.customer_reference,
            bill_number=self.bill_number,
            due=None if self.due is None else self.due.money(),
            rule=self.rule,
            issued_on=self.issued_on,
            due_on=self.due_on,
            description=None if self.description is None else Name(self.description.ar, self.description.en),
        )


class UploadIn(Shape):
    """Each line is looked at on its own: what is wrong with one does not touch its neighbours."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": [_EXAMPLE]}]})

    lines: Annotated[list[SkipValidation[BillLineIn]], Field(min_length=1, max_length=MOST_LINES)]


class LineView(Shape):
    """What became of one line; `code` and `detail` where it was refused."""

    line: Annotated[int, Field(ge=1)]
    status: LineStatus
    code: str | None
    detail: str | None
    detail_ar: str | None


class UploadView(Shape):
    """How many of each, and every line in its order."""

    added: int
    replaced: int
    unchanged: int
    withdrawn: int
    refused: int
    lines: list[LineView]


@router.post(
    "",
    summary="Upload bills · رفع الفواتير",
    openapi_extra=refuses(
        errors.ServiceUnknown, errors.ReferenceMalformed, errors.BillUnknown, errors.BillAlreadyPaid, errors.BillBeingPaid,
        upload_errors.ServiceNotOwn, upload_errors.ServiceTakesNoUploads, upload_errors.BillNumberMalformed,
        upload_errors.BillAmountMissing, upload_errors.BillRuleRefused, upload_errors.BillDatesIncoherent,
        upload_errors.BillLineRepeated, upload_errors.BillPartlyPaid,
        in_lines=True,
    ),
)  # fmt: skip
async def upload(uploaded: UploadIn, biller: BeginningBiller, switch: TheSwitch) -> UploadView:
    """Up to 5,000 lines, each with its own answer. The same again changes nothing, so after silence repeat it without fear.

    حتى 5000 سطر، ولكل سطر جوابه. تكرار الرفع نفسه لا يغيّر شيئاً، فأعيدوه بلا خوف إن لم يصل جواب.
    """
    lines, refused = await asyncio.to_thread(_looked_through, uploaded.lines)
    done = await switch.upload_bills(biller.code, list(lines.values()))
    numbers = list(lines)
    results = refused | {number: _numbered(result, numbers) for number, result in zip(numbers, done, strict=True)}
    return _report([_line_view(number, results[number]) for number in sorted(results)])


def _looked_through(uploaded: list[Any]) -> tuple[dict[int, BillLine], dict[int, LineResult]]:
    """The lines that can be read, and the refusals of those that cannot, by their numbers from 1."""
    lines: dict[int, BillLine] = {}
    refused: dict[int, LineResult] = {}
    for number, line in enumerate(uploaded, start=1):
        try:
            lines[number] = BillLineIn.model_validate(line).line()
        except Refusal as refusal:
            refused[number] = LineResult(number, LineStatus.REFUSED, refusal)
        except ValidationError as error:
            in_line = [{**found, "loc": ("line", *found["loc"])} for found in error.errors(include_url=False, include_input=False)]
            refused[number] = LineResult(number, LineStatus.REFUSED, first_refusal(wrong_fields(in_line)))
    return lines, refused


def _numbered(result: LineResult, numbers: list[int]) -> LineResult:
    """A refusal that names another line, by the number that this line has in the upload."""
    refusal = result.refusal
    if isinstance(refusal, upload_errors.BillLineRepeated):
        refusal = upload_errors.BillLineRepeated(line=numbers[int(refusal.facts["line"]) - 1])
    return replace(result, refusal=refusal)


def _line_view(number: int, result: LineResult) -> LineView:
    refusal = result.refusal
    if refusal is None:
        return LineView.model_construct(line=number, status=result.status, code=None, detail=None, detail_ar=None)
    return LineView.model_construct(
        line=number, status=result.status, code=refusal.code, detail=refusal.detail("en"), detail_ar=refusal.detail("ar")
    )


def _report(lines: list[LineView]) -> UploadView:
    counts: dict[str, Any] = dict.fromkeys(LineStatus, 0)
    for line in lines:
        counts[line.status] += 1
    return UploadView.model_construct(**counts, lines=lines)
