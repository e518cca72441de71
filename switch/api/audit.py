"""Audit: what staff ask of the API goes into the audit before they are answered; what cannot be kept is not answered."""

from collections.abc import Awaitable

import orjson
from fastapi import Request
from starlette.types import Scope

from switch.api.authentication import REQUEST_ID
from switch.api.limits import address_of
from switch.api.sealing import Answer
from switch.application import Switch
from switch.domain.staff import StaffCaller

_TOLD = "switch.audit"
_DONE = "done"


async def audited(switch: Switch, caller: StaffCaller, scope: Scope, asked: Awaitable[Answer]) -> Answer:
    scope[_TOLD] = {}
    answer = await asked
    done = answer.status < 400
    query = scope["query_string"].decode("latin-1") if done else ""  # what was refused may be anything
    await switch.keep_audit(
        who=caller.by,
        via=caller.via,
        action=f"{scope['method']} {_route(scope)}",
        subject=scope[_TOLD].get("subject") or scope["path"] + (f"?{query}" if query else ""),
        outcome=_DONE if done else _code(answer),
        reason=scope[_TOLD].get("reason"),
        origin=address_of(scope),
        request_id=scope[REQUEST_ID],
    )
    return answer


def tell_audit(request: Request, *, subject: str | None = None, reason: str | None = None) -> None:
    """What a route knows better than its address."""
    request.scope[_TOLD] = {"subject": subject, "reason": reason}


def _route(scope: Scope) -> str:
    """As it is declared, without what stands in it; an address that there is not has none."""
    route = scope.get("route")
    return str(getattr(route, "path_format", "?"))


def _code(answer: Answer) -> str:
    try:
        return str(orjson.loads(answer.body)["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return str(answer.status)
