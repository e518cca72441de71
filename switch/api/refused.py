"""Refused: what a route raises becomes the problem that the client reads."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from switch.api.authentication import REQUEST_ID
from switch.api.problems import RETRY_AFTER_SECONDS, PaymentRefused, problem
from switch.api.refusals import MethodNotAllowed, RouteUnknown
from switch.api.validation import first_refusal, wrong_fields
from switch.domain.errors import Refusal, SwitchUnavailable

REPLAYED = "Idempotent-Replayed"


def answer_refusals(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return _marked(problem(refusal, request.scope[REQUEST_ID]), replayed=refusal.replayed)

    @app.exception_handler(PaymentRefused)
    async def payment_refused(request: Request, error: PaymentRefused) -> Response:
        return _marked(problem(error.refusal, request.scope[REQUEST_ID], error.more), replayed=error.replayed)

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        fields = wrong_fields(error.errors())
        return problem(first_refusal(fields), request.scope[REQUEST_ID], {"errors": [field.view() for field in fields]})

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        if error.status_code != 405:
            return problem(RouteUnknown(), request.scope[REQUEST_ID])
        answer = problem(MethodNotAllowed(method=request.method[:10]), request.scope[REQUEST_ID])
        answer.headers["Allow"] = (error.headers or {}).get("Allow", "")
        return answer

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def no_database(request: Request, _: Exception) -> Response:
        return problem(SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS), request.scope[REQUEST_ID])


def _marked(answer: Response, *, replayed: bool) -> Response:
    if replayed:
        answer.headers[REPLAYED] = "true"
    return answer
