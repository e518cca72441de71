"""The OpenAPI document: the contract with banks and billers; what is true of every operation is added in one place."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from switch.api import openapi_words as words
from switch.api.authentication import LOOKING, PARTICIPANTS, SIGN_IN_PATHS, UNSIGNED_PATHS
from switch.api.described import LINE_REFUSALS, REFUSALS
from switch.api.openapi_parameters import say_what_it_means
from switch.api.problem_table import PROBLEMS
from switch.api.problems import MEDIA_TYPE
from switch.api.shapes import Amount
from switch.domain.staff import VIEWS

CALLERS = "x-callers"
STAFF_ROLES = "x-staff-roles"
_ROOT = "#/components/"
_ALWAYS = ("internal_fault", "switch_unavailable")
_SIGNED = (
    *("signature_missing", "signature_malformed", "signature_component_missing", "signature_key_unknown", "signature_algorithm_mismatch"),
    *("signature_expired", "signature_from_future", "signature_wrong", "digest_missing", "digest_mismatch", "nonce_replayed"),
    *("participant_not_live", "too_many_at_once"),
)
_ANYBODYS = ("host_unknown", "body_too_large", "body_too_slow", "content_encoding_refused", "overloaded", "too_many_strangers")
_KNOWN = ("not_allowed", "too_many_requests", *_ANYBODYS)
_AMOUNT = ("amount_malformed", "amount_too_precise", "amount_out_of_range", "currency_unsupported")
_QUERY = ("field_unknown", "field_invalid", "text_forbidden", "text_blank")
_JSON = (
    *("json_malformed", "json_not_utf8", "json_duplicate_key", "json_too_deep", "json_number_refused", "media_type_unsupported"),
    *("field_unknown", "field_missing", "field_invalid", "text_forbidden", "text_blank"),
)


def operation_id(route: APIRoute) -> str:
    """Stable: the tag and the name of the function, such as `payments_pay`."""
    return f"{str(route.tags[0]).replace('-', '_')}_{route.name}" if route.tags else route.name


def describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Makes `app.openapi()` give the whole contract; made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, routers)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    document = get_openapi(
        title=words.TITLE,
        version=words.VERSION,
        description=words.DESCRIPTION,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=words.TAGS,
        license_info=words.LICENCE,
    )
    components = document["components"]
    components["securitySchemes"] = words.SECURITY
    components["headers"] = words.HEADERS
    components["examples"] = {
        code: {"summary": f"{kind.title} · {kind.title_ar}", "value": _example(code)} for code, kind in sorted(PROBLEMS.items())
    }
    schemas = components["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = words.PROBLEM
    for called in document["webhooks"].values():
        called["post"]["responses"].pop("422")
    for route in api_routes(routers):
        if route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], route)
    return document


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    """Who may call it, which problems it answers, and the header fields of every answer."""
    signed = route.path_format not in UNSIGNED_PATHS
    kinds, roles = sorted(callers(route)), sorted(staff_roles(route))
    operation["security"] = [{"httpSignature": []}] * bool(kinds) + [{"staffToken": []}] * bool(roles)
    operation |= {name: allowed for name, allowed in ((CALLERS, kinds), (STAFF_ROLES, roles)) if allowed}
    for parameter in operation.get("parameters", ()):
        say_what_it_means(parameter)
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in sorted(set(_codes(operation, route, signed=signed))):
        by_status[PROBLEMS[code].status].append(code)
    operation[REFUSALS] = sorted(code for codes in by_status.values() for code in codes)
    responses = operation["responses"]
    responses.pop("422", None)
    for status, codes in sorted(by_status.items()):
        responses.setdefault(str(status), {"description": ""})
        _add_problems(responses[str(status)], status, codes)
    for status, response in responses.items():
        response["headers"] = {name: {"$ref": f"{_ROOT}headers/{name}"} for name in _headers(int(status), operation)}


def api_routes(routers: Iterable[APIRouter]) -> Iterable[APIRoute]:
    return (route for router in routers for route in router.routes if isinstance(route, APIRoute))


def callers(route: APIRoute) -> set[str]:
    """The kinds of participant that the route lets in, as its dependencies say; none for a route that is not signed."""
    return {str(kind) for dependant in _all(route.dependant) for kind in getattr(dependant.call, "kinds", ())}


def staff_roles(route: APIRoute) -> set[str]:
    """The roles of staff that the route lets in; none for a route that is for participants only."""
    own = {str(role) for dependant in _all(route.dependant) for role in getattr(dependant.call, "roles", ())}
    looks = (route.methods or set()) <= set(LOOKING) and callers(route) & set(PARTICIPANTS)
    return own | {str(role) for role in VIEWS} if looks else own


def _all(dependant: Dependant) -> Iterable[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def _codes(operation: dict[str, Any], route: APIRoute, *, signed: bool) -> Iterable[str]:
    yield from operation.get(REFUSALS, ())
    yield from _ALWAYS
    if signed:
        yield from _SIGNED if operation.get(CALLERS) else ()
        yield from _KNOWN
        yield from _QUERY
    if route.path_format in SIGN_IN_PATHS:
        yield from _ANYBODYS
        yield from _QUERY
    if operation.get(STAFF_ROLES):
        yield "session_over"
    if route.body_field is not None:
        yield from _JSON
        yield from _AMOUNT if _holds_an_amount(route.body_field.field_info.annotation) else ()
    elif "requestBody" in operation:
        yield "media_type_unsupported"
    if any(parameter["required"] and parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        yield "field_missing"
    if operation.get(LINE_REFUSALS):
        yield "upload_too_long"


def _holds_an_amount(body: Any) -> bool:
    """Of its own: what stands in its lines is refused line by line."""
    return any(Amount in (field.annotation, *get_args(field.annotation)) for field in body.model_fields.values())


def _add_problems(response: dict[str, Any], status: int, codes: list[str]) -> None:
    listed = ", ".join(f"`{code}`" for code in codes)
    response["description"] = f"{response['description']} {words.MEANING[status]}: {listed}".strip()
    examples = {code: {"$ref": f"{_ROOT}examples/{code}"} for code in codes}
    response.setdefault("content", {})[MEDIA_TYPE] = {"schema": {"$ref": f"{_ROOT}schemas/Problem"}, "examples": examples}


def _example(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    return {**words.PROBLEM_EXAMPLE, "code": code, "type": f"urn:switch:problem:{code}", "title": kind.title, "title_ar": kind.title_ar} | {
        "status": kind.status,
        "retry": kind.retry,
    }


def _headers(status: int, operation: dict[str, Any]) -> Iterable[str]:
    yield from words.EVERY_ANSWER
    if status in (429, 503):
        yield "Retry-After"
    if operation["security"] and (status == 429 or status < 300):
        yield from words.NEAR_A_LIMIT
    if operation["operationId"] in ("payments_pay", "payment_batches_submit", "statements_hand_in"):
        yield "Idempotent-Replayed"
    if operation["operationId"] in ("payments_pay", "payment_batches_submit") and status < 300:
        yield "Location"
    if operation["operationId"].startswith("catalogue_") and status in (200, 304):
        yield "ETag"
