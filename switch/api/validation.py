"""Validation: what pydantic says of a request, in our codes and in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from switch.api.refusals import FieldInvalid, FieldMissing, FieldUnknown
from switch.api.strict_json import printable
from switch.domain.errors import IdempotencyKeyMissing, Refusal

MOST_FIELDS_LISTED = 20

_WORDS = {
    "string_type": ("it must be text", "يجب أن يكون نصاً"),
    "string_too_short": ("it is too short", "أقصر من المسموح"),
    "string_too_long": ("it is too long", "أطول من المسموح"),
    "string_pattern_mismatch": ("it has the wrong form", "صيغته خاطئة"),
    "enum": ("it is not one of the listed values", "ليس من القيم المذكورة"),
    "literal_error": ("it is not one of the listed values", "ليس من القيم المذكورة"),
    "uuid_parsing": ("it is not a UUID", "ليس معرّف UUID"),
    "uuid_type": ("it is not a UUID", "ليس معرّف UUID"),
    "int_parsing": ("it is not a whole number", "ليس عدداً صحيحاً"),
    "int_type": ("it is not a whole number", "ليس عدداً صحيحاً"),
    "bool_type": ("it must be true or false", "يجب أن يكون true أو false"),
    "greater_than_equal": ("it is too small", "أصغر من المسموح"),
    "less_than_equal": ("it is too large", "أكبر من المسموح"),
    "too_short": ("it has too few items", "عناصره أقل من المطلوب"),
    "too_long": ("it has too many items", "عناصره أكثر من المسموح"),
    "date": ("it is not a date such as 2026-11-24", "ليس تاريخاً مثل 2026-11-24"),
    "moment": ("it is not a time with its zone such as 2026-11-24T08:00:00Z", "ليس وقتاً بمنطقته مثل 2026-11-24T08:00:00Z"),
    "model_type": ("it must be an object", "يجب أن يكون كائناً"),
    "model_attributes_type": ("it must be an object", "يجب أن يكون كائناً"),
    "list_type": ("it must be a list", "يجب أن يكون قائمة"),
}
_OTHERWISE = ("it has the wrong form", "صيغته خاطئة")


class WrongField(NamedTuple):
    field: str
    refusal: Refusal

    def view(self) -> dict[str, str]:
        return {
            "field": self.field,
            "code": self.refusal.code,
            "detail": self.refusal.detail("en"),
            "detail_ar": self.refusal.detail("ar"),
        }


def wrong_fields(errors: Sequence[Mapping[str, Any]]) -> list[WrongField]:
    return [_wrong_field(error) for error in errors[:MOST_FIELDS_LISTED]]


def first_refusal(fields: Sequence[WrongField]) -> Refusal:
    return fields[0].refusal


def _wrong_field(error: Mapping[str, Any]) -> WrongField:
    place = error["loc"]
    field = printable(".".join(str(part) for part in place[1:]) or str(place[0]))
    match error["type"]:
        case "missing" if place[0] == "header":
            return WrongField(field, IdempotencyKeyMissing())
        case "missing":
            return WrongField(field, FieldMissing(field=field))
        case "extra_forbidden":
            return WrongField(field, FieldUnknown(field=field))
        case kind:
            why, why_ar = _WORDS.get(kind, _OTHERWISE)
            return WrongField(field, FieldInvalid(field=field, why=why, why_ar=why_ar))
