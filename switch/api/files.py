"""Files: what was issued to the caller for each settled window, and its bytes."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BeforeValidator

from switch.api.authentication import ParticipantCaller
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.file_views import FilePage, FileStandingView, ReceiptIn, ReceiptView, receipt_view, standing_view
from switch.api.paging import PAGE, Cursor, Limit, text_cursor, write_cursor
from switch.api.strict_route import JSON, StrictRoute
from switch.application import Switch
from switch.domain.errors import CursorMalformed, FileUnknown
from switch.domain.file_errors import FileTakenAlready, FileWasDifferent, RefusalReasonMissing
from switch.domain.file_receipts import RefusedFor
from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import IssuedFile

router = APIRouter(prefix="/v1/files", tags=["files"], route_class=StrictRoute)

CSV = "text/csv"
MEDIA_TYPES = {
    "csv": f"{CSV}; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}
"""By the ending of a file's name, which its layout gives it."""
_FILE_ID = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)


def _file_id(value: str) -> str:
    """What cannot be a file is as unknown as one that belongs to another."""
    if _FILE_ID.fullmatch(value) is None:
        raise FileUnknown()
    return value


FileIdInPath = Annotated[str, Path(examples=["200019-settlement-SYP-20261124-01-r0"]), BeforeValidator(_file_id)]


@router.get("", summary="Our files · ملفاتنا", openapi_extra=refuses(CursorMalformed))
async def listed(caller: ParticipantCaller, switch: TheSwitch, cursor: Cursor = None, limit: Limit = PAGE) -> FilePage:
    """Settlement files of a biller, statements of a bank.

    ملفات التسوية للجهة المفوترة، وكشوف المصرف.
    """
    return await page_of_files(switch, caller.code, cursor, limit)


async def page_of_files(switch: Switch, participant: ParticipantCode | None, cursor: str | None, limit: int) -> FilePage:
    after = text_cursor(cursor, _FILE_ID)
    if participant is not None and after is not None and not after.startswith(f"{participant}-"):
        raise CursorMalformed()  # whether another has such a file must not be sensed
    found = await switch.files.of_participant(participant, after, limit + 1)
    items = await views(switch, found[:limit])
    return FilePage.model_construct(items=items, next_cursor=write_cursor(items[-1].file_id) if len(found) > limit else None)


async def views(switch: Switch, files: Sequence[IssuedFile]) -> list[FileStandingView]:
    now = switch.clock.now()
    return [standing_view(care, now) for care in await switch.files.care(files)]


@router.get("/{file_id}", summary="One file · ملف واحد", openapi_extra=refuses(FileUnknown))
async def one(file_id: FileIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> FileStandingView:
    """Its totals and digest; the bytes are under `/content`.

    مجاميعه وبصمته؛ والمحتوى تحت `/content`.
    """
    (view,) = await views(switch, [await switch.files.one(caller.code, file_id)])
    return view


@router.get(
    "/{file_id}/content",
    response_class=Response,
    summary="The bytes of a file · محتوى الملف",
    responses={
        200: {
            "description": "The file, byte for byte, in its layout · الملف كما هو بتنسيقه",
            "content": {kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
        }
    },
    openapi_extra=refuses(FileUnknown),
)
async def content(file_id: FileIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> Response:
    """`Content-Digest` is the SHA-256 that the file's own description names; the answer's signature covers it.

    الترويسة `Content-Digest` هي بصمة SHA-256 المذكورة في وصف الملف، وتوقيع الجواب يشملها.
    """
    file = await switch.files.one(caller.code, file_id)
    found = await switch.files.content(caller.code, file_id)
    kind = MEDIA_TYPES.get(file.name.rpartition(".")[2], "application/octet-stream")
    return Response(found, headers={"Content-Disposition": f'attachment; filename="{file.name}"'}, media_type=kind)


@router.get(
    "/{file_id}/signature",
    response_class=Response,
    summary="The signature beside a file · توقيع الملف",
    responses={200: {"description": "As it lies beside the file · كما هو بجانب الملف", "content": {JSON: {"schema": {"type": "object"}}}}},
    openapi_extra=refuses(FileUnknown),
)
async def signature(file_id: FileIdInPath, caller: ParticipantCaller, switch: TheSwitch) -> Response:
    """The switch's signature over the file's SHA-256 and name: it proves the file years later, without us.

    توقيع المحوّل على بصمة الملف واسمه: يثبت الملف بعد سنوات ومن دون الرجوع إلينا.
    """
    return Response(await switch.files.signature(caller.code, file_id), media_type=JSON)


@router.post(
    "/{file_id}/acknowledgement",
    summary="We have taken or refuse a file · اعتماد ملف أو رفضه",
    openapi_extra=refuses(FileUnknown, FileTakenAlready, FileWasDifferent, RefusalReasonMissing),
)
async def acknowledge(file_id: FileIdInPath, said: ReceiptIn, caller: ParticipantCaller, switch: TheSwitch) -> ReceiptView:
    """Every file is to be taken or refused within a day. Taken stands; refused may still be taken. The same again changes nothing.

    يُعتمد كل ملف أو يُرفض خلال يوم. الاعتماد نهائي، والمرفوض يمكن اعتماده لاحقاً. وتكرار الطلب نفسه لا يغيّر شيئاً.
    """
    reasons = [RefusedFor(each.reason, each.line, each.note) for each in said.reasons]
    return receipt_view(await switch.acknowledge_file(caller.code, file_id, said.outcome, said.sha256, reasons, by=caller.code))
