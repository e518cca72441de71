"""Outages: hours in which a biller will not answer, declared by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BeforeValidator

from switch.api.authentication import BillerCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.outage_views import OutageIn, OutageList, OutageView, outage_view
from switch.api.shapes import id_or
from switch.api.strict_route import StrictRoute
from switch.domain.biller_errors import OutageRefused, OutageUnknown
from switch.domain.outages import OutageId
from switch.domain.participants import Name
from switch.reports.catalogue import coming

router = APIRouter(prefix="/v1/outages", tags=["outages"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Declare an outage · إعلان توقف", openapi_extra=refuses(OutageRefused))
async def declare(declared: OutageIn, biller: BillerCaller, switch: TheSwitch) -> OutageView:
    """While it lasts nothing is asked of the biller and its advices wait; payers are told until when, and why. The same again is the same.

    لا تُسأل الجهة المفوترة عن شيء خلاله وتنتظر إشعاراتها، ويُخبَر الدافعون حتى متى ولماذا. والإعلان نفسه مرة أخرى هو نفسه.
    """
    reason = Name(declared.reason.ar, declared.reason.en)
    return outage_view(await switch.declare_outage(biller.code, declared.begins_at, declared.ends_at, reason, by=biller.code))


@router.get("", summary="Own outages · توقفاتنا")
async def outages(biller: BillerCaller, switch: TheSwitch) -> OutageList:
    """Those that last and those that are to come.

    القائمة والمقبلة.
    """
    found = coming(switch.directory.current(), biller.code, switch.clock.now())
    return OutageList.model_construct(items=[outage_view(one) for one in found])


@router.delete("/{outage_id}", status_code=204, summary="Withdraw an outage · سحب توقف", openapi_extra=refuses(OutageUnknown))
async def withdraw(
    outage_id: Annotated[UUID, Path(), BeforeValidator(id_or(OutageUnknown))], biller: BillerCaller, switch: TheSwitch
) -> None:
    """Before it begins, or while it lasts: then the biller is asked again at once.

    قبل بدايته أو خلاله: وعندها تُسأل الجهة المفوترة من جديد فوراً.
    """
    await switch.withdraw_outage(biller.code, OutageId(outage_id), by=biller.code)
