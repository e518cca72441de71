"""Mapping: how one participant's own files are read: which column is which field, and how values are written in them. Data, not code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from switch.domain.money import SCALES
from switch.domain.statement_errors import MappingRefused

FIELDS = (
    "payment_id", "payment_reference", "own_reference", "counterparty", "customer_reference", "amount", "business_date", "state", "fee",
    "currency", "service",
)  # fmt: skip
KEYS = frozenset({"payment_id", "payment_reference", "own_reference", "service"})
ENCODINGS = ("utf-8", "windows-1256", "utf-16")
MOST_SKIPPED_ROWS = 1_000
MOST_COLUMNS = 256
Place = str | int | tuple[int, int]
"""A title; a number from 1; or the first character, from 1, and the length in fixed width."""


@dataclass(frozen=True, slots=True)
class StatementMapping:
    layout: str
    """Which of the layouts it is for: only files of that layout are read by it."""
    columns: Mapping[str, Place] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","
    titles_row: int = 1
    """In which row the titles stand; 0 where there are none, and columns go by number. Rows before it are passed over."""
    last_rows: int = 0
    """How many rows at the end are totals or remarks."""
    date_format: str = "%Y-%m-%d"
    decimal: str = "."
    thousands: str = ""
    minor_units: bool = False
    booked: tuple[str, ...] = ("booked",)
    reversed: tuple[str, ...] = ("reversed",)
    currency: str = "SYP"

    def __post_init__(self) -> None:
        for wrong, en, ar in self._faults():
            if wrong:
                raise MappingRefused(why=en, why_ar=ar)

    def _faults(self) -> Sequence[tuple[bool, str, str]]:
        unknown = sorted(set(self.columns) - set(FIELDS))
        return (
            (bool(unknown), f"there is no field {', '.join(unknown)[:80]}", f"لا يوجد حقل {', '.join(unknown)[:80]}"),
            (
                bool(self.columns) and ("amount" not in self.columns or not (KEYS | {"counterparty"}) & set(self.columns)),
                "the amount and one of payment_id, payment_reference, own_reference, service (of sums, counterparty) are needed",
                "لا بد من المبلغ وأحد الحقول payment_id وpayment_reference وown_reference وservice (وللمجاميع counterparty)",
            ),
            (self.encoding not in ENCODINGS, f"the encoding is one of {', '.join(ENCODINGS)}", f"الترميز أحد {', '.join(ENCODINGS)}"),
            (len(self.delimiter) != 1 or self.delimiter in '"\r\n', "the delimiter is one character", "الفاصل محرف واحد"),
            (not 0 <= self.titles_row <= MOST_SKIPPED_ROWS, "titles_row is too far down", "titles_row أبعد من المسموح"),
            (not 0 <= self.last_rows <= MOST_SKIPPED_ROWS, "last_rows is too many", "last_rows أكثر من المسموح"),
            (
                not {"%d", "%m", "%Y"} <= {self.date_format[at : at + 2] for at in range(len(self.date_format))},
                "the date format needs %d, %m and %Y",
                "صيغة التاريخ تحتاج إلى %d و%m و%Y",
            ),
            (
                len(self.decimal) != 1 or self.decimal.isdigit() or self.decimal == self.thousands or len(self.thousands) > 1,
                "the decimal sign and that of thousands are two different characters",
                "علامة الكسر وعلامة الآلاف محرفان مختلفان",
            ),
            (bool(set(self.booked) & set(self.reversed)), "a word is both booked and reversed", "كلمة واحدة للقيد ولعكسه"),
            (self.currency not in SCALES, "the currency is not used here", "العملة غير مستخدمة هنا"),
            (any(not _is_place(place) for place in self.columns.values()), "a column is a title, a number from 1, or [first, length]",
             "العمود عنوان أو رقم من 1 أو [البداية، الطول]"),
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """As it is kept, and as `mapping_of` reads it."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def mapping_of(document: object) -> StatementMapping:
    """Raises MappingRefused."""
    if not isinstance(document, dict) or not isinstance(document.get("layout"), str):
        raise MappingRefused(why="it is an object with a layout", why_ar="هو كائن فيه layout")
    known = {name: type(getattr(_SAMPLE, name)) for name in StatementMapping.__slots__}
    values: dict[str, Any] = {}
    for name, value in document.items():
        kind = known.get(name)
        if kind is None:
            raise MappingRefused(why=f"there is no setting {str(name)[:40]}", why_ar=f"لا يوجد إعداد {str(name)[:40]}")
        if kind is tuple and isinstance(value, list) and all(isinstance(each, str) for each in value):
            values[name] = tuple(value)
        elif kind is dict and isinstance(value, dict):
            values[name] = {key: tuple(place) if isinstance(place, list) else place for key, place in value.items()}
        elif type(value) is kind:
            values[name] = value
        else:
            raise MappingRefused(why=f"{name} is of another type", why_ar=f"{name} من نوع آخر")
    return StatementMapping(**values)


_SAMPLE = StatementMapping("csv")


def _is_place(place: object) -> bool:
    match place:
        case bool():
            return False
        case str():
            return 0 < len(place) <= 200
        case int():
            return 1 <= place <= MOST_COLUMNS
        case (int(first), int(length)):
            return 1 <= first <= 100_000 and 1 <= length <= 512
        case _:
            return False


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return list(value)
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value
