"""Participants for staff: who takes part, what is agreed on and to come, and the history of it."""

from typing import Annotated

from fastapi import APIRouter, Path

from switch.api.authentication import PositionsCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.participant_views import (
    DirectoryChangePage,
    ParticipantFileView,
    ParticipantList,
    change_view,
    file_view,
    participant_view,
)
from switch.api.shapes import ParticipantText
from switch.api.strict_route import StrictRoute
from switch.domain.errors import CheckDigitWrong, CursorMalformed, NationalCodeMalformed, ParticipantUnknown
from switch.domain.identifiers import ParticipantCode

router = APIRouter(prefix="/v1/operator/participants", tags=["operator"], route_class=StrictRoute)

CodeInPath = Annotated[ParticipantText, Path()]


@router.get("", summary="Participants · المشاركون")
async def participants(_: PositionsCaller, switch: TheSwitch) -> ParticipantList:
    """Everybody in the directory, with the status of each.

    كل من في الدليل، وحالة كل منهم.
    """
    return ParticipantList.model_construct(items=[participant_view(one) for one in switch.directory.current().participants.values()])


@router.get(
    "/{code}",
    summary="One participant · مشارك واحد",
    openapi_extra=refuses(ParticipantUnknown, NationalCodeMalformed, CheckDigitWrong),
)
async def participant(code: CodeInPath, _: PositionsCaller, switch: TheSwitch) -> ParticipantFileView:
    """With what is agreed on and takes effect later.

    مع ما اتُّفق عليه ويسري لاحقاً.
    """
    return file_view(await switch.participants.one(ParticipantCode(code)))


@router.get(
    "/{code}/history",
    summary="Its history · تاريخه",
    openapi_extra=refuses(ParticipantUnknown, NationalCodeMalformed, CheckDigitWrong, CursorMalformed),
)
async def participant_history(
    code: CodeInPath, _: PositionsCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE
) -> DirectoryChangePage:
    """What was changed about it, when and by whom; the newest first.

    ما تغيّر فيه ومتى وعلى يد من، الأحدث أولاً.
    """
    found = await switch.participants.history(ParticipantCode(code), limit + 1, id_cursor(cursor))
    items = [change_view(change) for change in found[:limit]]
    following = write_cursor(found[limit - 1].change_id) if len(found) > limit else None
    return DirectoryChangePage.model_construct(items=items, next_cursor=following)
