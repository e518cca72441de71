"""Faults of a statement: every wrong row by its number, its field, a stable code and words in Arabic and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from switch.domain.errors import FileMalformed, Language

MOST_FAULTS = 100
"""Of one file; then it is read no further."""
MOST_SHOWN_CHARACTERS = 60


class FaultCode(StrEnum):
    ENCODING = "encoding"
    UNREADABLE = "unreadable"
    TOO_BIG = "too_big"
    CUT_OFF = "cut_off"
    HEADER = "header"
    COLUMN_MISSING = "column_missing"
    CELLS = "cells"
    QUOTES = "quotes"
    ROW_KIND = "row_kind"
    AFTER_END = "after_end"
    LINE_NUMBER = "line_number"
    PAYMENT_ID = "payment_id"
    REFERENCE_MISSING = "reference_missing"
    TEXT = "text"
    NATIONAL_CODE = "national_code"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DATE = "date"
    DAY_UNSAID = "day_unsaid"
    DAY_TOO_FAR = "day_too_far"
    STATE = "state"
    SIDE = "side"
    LINES_TOTAL = "lines_total"
    AMOUNT_TOTAL = "amount_total"


WORDS: Mapping[FaultCode, tuple[str, str]] = {
    FaultCode.ENCODING: ("the bytes are not of the encoding {expected}", "البايتات ليست بالترميز {expected}"),
    FaultCode.UNREADABLE: ("it cannot be read as {expected}", "تعذرت قراءته على أنه {expected}"),
    FaultCode.TOO_BIG: ("it is larger than allowed ({expected})", "أكبر من المسموح ({expected})"),
    FaultCode.CUT_OFF: ("the end is missing; the file may have been cut off", "النهاية ناقصة؛ ربما اقتُطع الملف"),
    FaultCode.HEADER: ("the header is not as expected: {expected}", "الترويسة ليست كما هو متوقع: {expected}"),
    FaultCode.COLUMN_MISSING: ("there is no column {expected}", "لا يوجد عمود {expected}"),
    FaultCode.CELLS: ("the row has another number of cells than {expected}", "عدد خلايا السطر ليس {expected}"),
    FaultCode.QUOTES: ("the quotes do not fit", "علامات الاقتباس غير متوافقة"),
    FaultCode.ROW_KIND: ("a row begins with D, or with T when it is the last", "يبدأ السطر بـ D، أو بـ T إن كان الأخير"),
    FaultCode.AFTER_END: ("nothing may follow the trailer", "لا شيء بعد الخاتمة"),
    FaultCode.LINE_NUMBER: ("the line number should be {expected}", "رقم السطر يجب أن يكون {expected}"),
    FaultCode.PAYMENT_ID: ("it is not the id of a payment", "ليس معرّف دفعة"),
    FaultCode.REFERENCE_MISSING: ("nothing says which payment it is", "لا شيء يدل على الدفعة المقصودة"),
    FaultCode.TEXT: ("a control or direction character, or too long", "محرف تحكم أو اتجاه، أو نص أطول من المسموح"),
    FaultCode.NATIONAL_CODE: ("it is not a national code, or its check digit is wrong", "ليس رمزاً وطنياً، أو رقم التحقق فيه خاطئ"),
    FaultCode.AMOUNT: ("it is not a positive amount with the decimals of {expected}", "ليس مبلغاً موجباً بمنازل العملة {expected}"),
    FaultCode.CURRENCY: ("the currency is not used here", "العملة غير مستخدمة هنا"),
    FaultCode.DATE: ("it is not a date written as {expected}", "ليس تاريخاً مكتوباً على الشكل {expected}"),
    FaultCode.DAY_UNSAID: ("the file does not say its business date: say it beside the file", "الملف لا يذكر يوم العمل: اذكره مع الملف"),
    FaultCode.DAY_TOO_FAR: ("too far ahead; {expected} is the last to be taken", "بعيد في المستقبل؛ آخر يوم مقبول هو {expected}"),
    FaultCode.STATE: ("the state is one of {expected}", "الحالة واحدة من {expected}"),
    FaultCode.SIDE: ("the side is bank or biller", "الطرف bank أو biller"),
    FaultCode.LINES_TOTAL: (
        "the file says another number of lines than the {expected} that are there", "عدد الأسطر المذكور ليس {expected}، وهو الموجود",
    ),
    FaultCode.AMOUNT_TOTAL: (
        "the file says another total than the {expected} that its lines give", "المجموع المذكور ليس {expected}، وهو مجموع الأسطر",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    row: int
    """As a person counts in the file, from 1; 0 where it is of the whole file."""
    field: str
    code: FaultCode
    found: str = ""
    """What stands there, shortened; what cannot be shown is replaced."""
    expected: str = ""

    def words(self, language: Language) -> str:
        said = WORDS[self.code][language == "ar"].format(expected=self.expected)
        place = ("السطر" if language == "ar" else "row") + f" {self.row}"
        where = ("، " if language == "ar" else ", ").join(part for part in (place if self.row else "", self.field) if part)
        return f"{where}: {said}" if where else said


class StatementMalformed(FileMalformed):
    """`file_malformed`, with every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(why=faults[0].words("en"))
        self.faults = tuple(faults)

    def detail(self, language: Language) -> str:
        first = self.faults[0].words(language)
        more = len(self.faults) - 1
        if more and language == "ar":
            first += f" (ومعه {more} غيره)"
        elif more:
            first += f" (and {more} more)"
        template = self.ar if language == "ar" else self.en
        return template.format(why=first)


def shown(text: object) -> str:
    """For a report: short, and harmless on a screen."""
    clipped = str(text)[:MOST_SHOWN_CHARACTERS]
    return "".join(character if character.isprintable() else "�" for character in clipped)


class Faults:
    """Those of one file, as they are found. Raises StatementMalformed when they are too many to go on."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def note(self, row: int, field: str, code: FaultCode, found: Any = "", expected: str = "") -> None:
        self.found.append(Fault(row, field, code, shown(found), expected))
        if len(self.found) >= MOST_FAULTS:
            raise StatementMalformed(self.found)

    def refuse(self, row: int, field: str, code: FaultCode, found: Any = "", expected: str = "") -> StatementMalformed:
        """For what cannot be read on: to be raised."""
        self.found.append(Fault(row, field, code, shown(found), expected))
        return StatementMalformed(self.found)

    def raise_any(self) -> None:
        if self.found:
            raise StatementMalformed(self.found)
