"""Problems (RFC 9457): every refusal as `application/problem+json`, in Arabic and English."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from switch.api.problem_kinds import Retry
from switch.api.problem_table import PROBLEMS
from switch.domain.errors import Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
CATALOGUE = "urn:switch:problem:"


class PaymentRefused(Exception):
    """A refusal that belongs to a payment that exists, or to an earlier same request."""

    def __init__(self, refusal: Refusal, more: Mapping[str, Any], *, replayed: bool) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.more = more
        self.replayed = replayed


def problem(refusal: Refusal, request_id: str, more: Mapping[str, Any] | None = None) -> Response:
    """The answer to what is refused; `more` are members of this one kind of problem (RFC 9457, 3.2)."""
    kind = PROBLEMS[refusal.code]
    body = {
        "type": CATALOGUE + refusal.code,
        "title": kind.title,
        "title_ar": kind.title_ar,
        "status": kind.status,
        "code": refusal.code,
        "detail": refusal.detail("en"),
        "detail_ar": refusal.detail("ar"),
        "request_id": request_id,
        "retry": kind.retry,
        **(more or {}),
    }
    headers = {}
    if kind.status == 503 or kind.retry is Retry.AFTER_SECONDS:
        headers["Retry-After"] = str(_retry_after(refusal))
    return Response(orjson.dumps(body), kind.status, headers, MEDIA_TYPE)


def _retry_after(refusal: Refusal) -> int:
    return int(refusal.facts.get("retry_after_seconds", RETRY_AFTER_SECONDS))
