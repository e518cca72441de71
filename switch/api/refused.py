"""Refused: what a call raises becomes the problem that the client reads."""

from collections.abc import Sequence

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from switch.api.authentication import REQUEST_ID
from switch.api.problems import RETRY_AFTER_SECONDS, PaymentRefused, problem
from switch.api.refusals import MethodNotAllowed, RouteUnknown
from switch.api.validation import first_refusal, wrong_fields
from switch.domain.errors import Refusal, SwitchUnavailable

REPLAYED = "Idempotent-Replayed"
Answered = Refusal | PaymentRefused | OperationalError | InterfaceError | PoolTimeout
"""What a use case may end with, beside its result."""


def answer_refusals(app: FastAPI, routes: Sequence[APIRoute]) -> None:
    @app.exception_handler(Refusal)
    @app.exception_handler(PaymentRefused)
    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def refused(request: Request, error: Answered) -> Response:
        return answer_to(error, request.scope[REQUEST_ID])

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        fields = wrong_fields(error.errors())
        return problem(first_refusal(fields), request.scope[REQUEST_ID], {"errors": [field.view() for field in fields]})

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        if error.status_code != 405:
            return problem(RouteUnknown(), request.scope[REQUEST_ID])
        answer = problem(MethodNotAllowed(method=request.method[:10]), request.scope[REQUEST_ID])
        answer.headers["Allow"] = ", ".join(sorted(_methods(routes, request)))
        return answer


def _methods(routes: Sequence[APIRoute], request: Request) -> set[str]:
    """All that this path takes (RFC 9110, 10.2.1): Starlette names those of the first of its routes only."""
    matching = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in matching for method in route.methods or ()}


def answer_to(error: Answered, request_id: str) -> Response:
    match error:
        case PaymentRefused(refusal=refusal, more=more, replayed=replayed):
            return _marked(problem(refusal, request_id, more), replayed=replayed)
        case Refusal():
            return _marked(problem(error, request_id), replayed=error.replayed)
        case _:
            return problem(SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS), request_id)


def _marked(answer: Response, *, replayed: bool) -> Response:
    if replayed:
        answer.headers[REPLAYED] = "true"
    return answer
