"""Health: whether the process lives, and whether it can take payments. Unsigned requests; nothing of anybody in them."""

from typing import Literal

from fastapi import APIRouter, Response

from switch.api.dependencies import TheSwitch
from switch.api.shapes import Shape
from switch.api.strict_route import StrictRoute

router = APIRouter(tags=["health"], route_class=StrictRoute)


class Live(Shape):
    status: Literal["live"] = "live"


class Ready(Shape):
    status: Literal["ready", "not_ready"]
    missing: Literal["database", "open_window"] | None = None


@router.get("/live", summary="Does the process live · هل يعمل")
async def live() -> Live:
    """Nothing is asked of the database.

    لا يُسأل عن قاعدة البيانات.
    """
    return Live()


@router.get("/ready", summary="Can it take payments · هل هو جاهز", responses={503: {"model": Ready, "description": "Not now · ليس الآن"}})
async def ready(switch: TheSwitch, response: Response) -> Ready:
    """The books can be reached, and a settlement window is open.

    الدفاتر متاحة، وهناك نافذة تسوية مفتوحة.
    """
    missing = await switch.readiness.missing()
    if missing is None:
        return Ready(status="ready")
    response.status_code = 503
    return Ready(status="not_ready", missing=missing)
