"""Described: what a route says of itself for the OpenAPI document, beyond its models."""

from typing import Any

from switch.domain.errors import Refusal

REFUSALS = "x-refusals"
LINE_REFUSALS = "x-line-refusals"


def refuses(*kinds: type[Refusal], in_lines: bool = False, **more: Any) -> dict[str, Any]:
    """`openapi_extra` of a route: the refusals of its own, beside those that every route has.

    With `in_lines` they stand in the lines of an answer that is not itself a refusal.
    """
    return {LINE_REFUSALS if in_lines else REFUSALS: sorted(kind.code for kind in kinds), **more}
