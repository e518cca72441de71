"""Described: what a route says of itself for the OpenAPI document, beyond its models."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

from switch.domain.errors import Refusal

REFUSALS = "x-refusals"
LINE_REFUSALS = "x-line-refusals"
LEAVES = "x-leaves"
_STAYS: Mapping[str, str] = MappingProxyType({})


def refuses(*kinds: type[Refusal], in_lines: bool = False, **more: Any) -> dict[str, Any]:
    """`openapi_extra` of a route: the refusals of its own, beside those that every route has.

    With `in_lines` they stand in the lines of an answer that is not itself a refusal.
    """
    return {LINE_REFUSALS if in_lines else REFUSALS: sorted(kind.code for kind in kinds), **more}


def leaves(since: datetime, until: datetime) -> dict[str, Any]:
    """`openapi_extra` of a route that will be taken away: its answers say so (RFC 9745, RFC 8594). Times are in UTC."""
    fields = {"Deprecation": f"@{int(since.timestamp())}", "Sunset": format_datetime(until, usegmt=True)}
    return {"deprecated": True, LEAVES: fields}


def leaving(described: Mapping[str, Any] | None) -> Mapping[str, str]:
    """The header fields of a route that will be taken away; none of one that stays."""
    fields: Mapping[str, str] = (described or {}).get(LEAVES, _STAYS)
    return fields
