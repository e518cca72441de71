"""Staff: signing in and out, and what staff have done and looked at."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from switch.api.authentication import SIGN_IN_PATH, staff
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.limits import address_of
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.staff_views import AuditPage, NewSessionView, SessionView, SignInIn, audit_view, new_session_view, session_view
from switch.api.strict_route import StrictRoute
from switch.domain.errors import CursorMalformed, Overloaded
from switch.domain.staff import READS_AUDIT, Role, StaffCaller
from switch.domain.staff_errors import PersonNeeded, SignInRefused, SignInTooSoon

router = APIRouter(prefix="/v1/staff", tags=["staff"], route_class=StrictRoute)

Anybody = Annotated[StaffCaller, Depends(staff(Role))]
Person = Annotated[StaffCaller, Depends(staff(Role, person=True))]
AuditReader = Annotated[StaffCaller, Depends(staff(READS_AUDIT))]


@router.post(
    SIGN_IN_PATH.removeprefix("/v1/staff"),
    status_code=201,
    summary="Sign in · تسجيل الدخول",
    openapi_extra=refuses(SignInRefused, SignInTooSoon, Overloaded),
)
async def sign_in(said: SignInIn, request: Request, switch: TheSwitch) -> NewSessionView:
    """Whatever is wrong, the answer is the same. Who tries too often under a name waits, in the place where it was tried only.

    الجواب واحد أياً كان الخطأ. ومن يكثر المحاولات باسم ما ينتظر، في المكان الذي حاول منه فقط.
    """
    return new_session_view(await switch.sign_in_staff(said.name, said.password, said.code, origin=address_of(request.scope)))


@router.get("/sessions/current", summary="Who I am · من أنا")
async def session(caller: Anybody) -> SessionView:
    """The roles as they are now.

    الأدوار كما هي الآن.
    """
    return session_view(caller)


@router.delete("/sessions/current", status_code=204, summary="Sign out · تسجيل الخروج", openapi_extra=refuses(PersonNeeded))
async def sign_out(caller: Person, switch: TheSwitch) -> None:
    """The session is over at once.

    تنتهي الجلسة فوراً.
    """
    await switch.sign_in_staff.sign_out(caller)


@router.get("/audit", summary="The audit · سجل التدقيق", openapi_extra=refuses(CursorMalformed))
async def audit(
    _: AuditReader,
    switch: TheSwitch,
    who: Annotated[str | None, Query(max_length=80, examples=["staff:nour"])] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> AuditPage:
    """What staff have done and looked at, the newest first; sealed in the proof log, and read by whoever audits: that is kept, too.

    ما فعله الموظفون وما اطلعوا عليه، الأحدث أولاً؛ وهو مختوم في سجل الإثبات، والاطلاع عليه يُسجَّل أيضاً.
    """
    found = await switch.staff.audit(who, id_cursor(cursor), limit + 1)
    items = [audit_view(entry) for entry in found[:limit]]
    return AuditPage.model_construct(items=items, next_cursor=write_cursor(items[-1].audit_id) if len(found) > limit else None)
