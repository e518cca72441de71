"""Shapes that recur in requests and answers: amounts, names, codes, texts, moments, pages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from switch.domain.calendar import read_day
from switch.domain.errors import AmountMalformed, Refusal
from switch.domain.identifiers import participant_code, service_code
from switch.domain.money import Money, parse_amount
from switch.domain.participants import Name

_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_set = object.__setattr__


class Shape(BaseModel):
    """Everything that crosses the line: nothing is coerced, nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Of our own values, which are right as they are. Pydantic looks field by field for what is missing or has another name."""
        if values.keys() != cls.__pydantic_fields__.keys():
            return super().model_construct(_fields_set, **values)
        made = cls.__new__(cls)
        _set(made, "__dict__", values)
        _set(made, "__pydantic_fields_set__", set(values))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


def _digits(value: object) -> object:
    if not isinstance(value, str):
        raise AmountMalformed()
    return value


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        return read_day(value) if isinstance(value, str) else _not("date")
    except ValueError:
        return _not("date")


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    try:
        matched = isinstance(value, str) and _MOMENT.fullmatch(value)
        return datetime.fromisoformat(value.upper()).astimezone(UTC) if matched and isinstance(value, str) else _not("moment")
    except (ValueError, OverflowError):
        return _not("moment")


def _uuid(value: object) -> object:
    return value if isinstance(value, UUID) or (isinstance(value, str) and _ID.fullmatch(value)) else _not("uuid_parsing")


def _not(kind: str) -> Any:
    raise PydanticCustomError(kind, "wrong form")


def rfc3339(moment: datetime) -> str:
    """UTC, with microseconds only where there are any."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat().replace("+00:00", "Z")


Text = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["SYP"])]
ParticipantText = Annotated[str, AfterValidator(participant_code), Field(examples=["100010"], json_schema_extra={"pattern": "^[0-9]{6}$"})]
ServiceText = Annotated[str, AfterValidator(service_code), Field(examples=["200019011"], json_schema_extra={"pattern": "^[0-9]{9}$"})]
Uuid = Annotated[UUID, BeforeValidator(_uuid), Field(strict=False)]
"""As in a path: no braces, no `urn:uuid:`, nothing without its hyphens."""
Day = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-24"]})]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-24T08:00:00Z"]}),
]


KEY_PATTERN: JsonDict = {"pattern": "^[A-Za-z0-9._:-]{8,64}$"}
"""Of an idempotency key, for the contract; the domain refuses by it."""


class Amount(Shape):
    """Decimal digits as text, with their currency."""

    amount: Annotated[
        str, BeforeValidator(_digits), Field(json_schema_extra={"pattern": r"^-?[0-9]+(\.[0-9]{1,2})?$"}, examples=["1250.00"])
    ]
    currency: Currency

    @staticmethod
    def of(money: Money) -> "Amount":
        return Amount.model_construct(amount=money.text(), currency=money.currency)

    @staticmethod
    def minor(minor: int, currency: str) -> "Amount":
        return Amount.of(Money(minor, currency))

    def money(self) -> Money:
        """As money to be paid: more than zero, with no more decimals than the currency has."""
        return parse_amount(self.amount, self.currency)


class BilingualName(Shape):
    ar: Annotated[str, Field(examples=["الشركة العامة لكهرباء دمشق"])]
    en: Annotated[str, Field(examples=["Damascus Electricity"])]

    @staticmethod
    def of(name: Name) -> "BilingualName":
        return BilingualName.model_construct(ar=name.ar, en=name.en)


def id_or(unknown: type[Refusal]) -> Callable[[object], UUID]:
    """For an id in a path: what cannot be an id is as unknown as an id that nobody has."""

    def read(value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        if not isinstance(value, str) or _ID.fullmatch(value) is None:
            raise unknown()
        return UUID(value)

    return read
