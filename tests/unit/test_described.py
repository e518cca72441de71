"""A route that will be taken away says so, in the contract and in its answers."""

from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from switch.api.described import leaves
from switch.api.strict_route import StrictRoute


async def _answer() -> dict[str, str]:
    return {"state": "as ever"}


def test_an_answer_of_a_route_that_leaves_says_since_when_and_until_when() -> None:
    router = APIRouter(route_class=StrictRoute)
    router.get("/stays")(_answer)
    router.get("/leaves", openapi_extra=leaves(datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)))(_answer)
    app = FastAPI()
    app.include_router(router)
    client = TestClient(app)

    going, staying = client.get("/leaves"), client.get("/stays")

    assert (going.headers["Deprecation"], going.headers["Sunset"]) == ("@1795478400", "Wed, 01 Dec 2027 00:00:00 GMT")
    assert not {"Deprecation", "Sunset"} & {name.title() for name in staying.headers}
    assert app.openapi()["paths"]["/leaves"]["get"]["deprecated"] is True
