"""Strict routes: one place where a body becomes values and where a query may hold only what the route declares."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from switch.api.described import leaving
from switch.api.refusals import FieldInvalid, FieldUnknown, MediaTypeUnsupported
from switch.api.strict_json import parse, printable, require_plain

JSON = "application/json"
QUICK_BYTES = 64 * 1024
"""What is longer is read beside the loop, so that nobody else waits for it."""


class _Read(Request):
    """A request whose JSON was read strictly, before FastAPI asks for it."""

    parsed: Any = None

    async def json(self) -> Any:
        return self.parsed


class StrictRoute(APIRoute):
    """`APIRouter(route_class=StrictRoute)`: the models stay FastAPI's own, so the OpenAPI document shows them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None
        names = _query_names(self.dependant)
        going = leaving(self.openapi_extra)

        async def strictly(request: Request) -> Response:
            if request.scope["query_string"]:
                _look_through_query(request, names)
            if not takes_json:
                return await handle(request)
            require_media_type(request, JSON)
            read = _Read(request.scope, request.receive)
            body = await read.body()
            read.parsed = parse(body) if len(body) <= QUICK_BYTES else await asyncio.to_thread(parse, body)
            return await handle(read)

        async def announced(request: Request) -> Response:
            answer = await strictly(request)
            answer.headers.update(going)
            return answer

        return announced if going else strictly


def require_media_type(request: Request, expected: str) -> None:
    """Exactly one Content-Type; parameters such as the charset, which is always UTF-8, are passed over."""
    given = request.headers.getlist("content-type")
    if len(given) != 1 or given[0].partition(";")[0].strip().lower() != expected:
        raise MediaTypeUnsupported(expected=expected)


def _query_names(dependant: Dependant) -> frozenset[str]:
    own = {field.alias for field in dependant.query_params}
    return frozenset(own.union(*(_query_names(inner) for inner in dependant.dependencies)))


def _look_through_query(request: Request, names: frozenset[str]) -> None:
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in names:
            raise FieldUnknown(field=printable(name))
        if name in seen:
            raise FieldInvalid(field=name, why="it stands twice", why_ar="مكرر")
        seen.add(name)
        require_plain(value, name)
