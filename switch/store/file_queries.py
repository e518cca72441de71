"""Issued files as they are asked for. Reads only."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import IssuedFile
from switch.store.files import from_row

_PAGE = text("""
    SELECT * FROM issued_file
    WHERE (CAST(:code AS text) IS NULL OR participant_code = :code)
      AND (CAST(:after AS text) IS NULL
           OR (settled_at, file_id) < (SELECT settled_at, file_id FROM issued_file
               WHERE file_id = :after AND (CAST(:code AS text) IS NULL OR participant_code = :code)))
    ORDER BY settled_at DESC, file_id DESC LIMIT :limit
""")
_ONE = text("SELECT * FROM issued_file WHERE file_id = :file AND (CAST(:code AS text) IS NULL OR participant_code = :code)")
_OF_WINDOW = text("SELECT * FROM issued_file WHERE window_id = :window ORDER BY kind, participant_code, revision")
_OF_PARTICIPANTS = text("""
    SELECT * FROM issued_file WHERE window_id = :window AND participant_code = ANY(:codes) ORDER BY kind, participant_code, revision
""")
_BEFORE = text("""
    SELECT * FROM issued_file WHERE participant_code = :code AND kind = :kind AND currency = :currency AND sequence = :sequence
    ORDER BY revision DESC LIMIT 1
""")


async def page(connection: AsyncConnection, code: ParticipantCode | None, after: str | None, limit: int) -> list[IssuedFile]:
    rows = (await connection.execute(_PAGE, {"code": code, "after": after, "limit": limit})).all()
    return [from_row(row) for row in rows]


async def one(connection: AsyncConnection, code: ParticipantCode | None, file_id: str) -> IssuedFile | None:
    row = (await connection.execute(_ONE, {"file": file_id, "code": code})).one_or_none()
    return None if row is None else from_row(row)


async def of_window(connection: AsyncConnection, window_id: str) -> list[IssuedFile]:
    return [from_row(row) for row in (await connection.execute(_OF_WINDOW, {"window": window_id})).all()]


async def of_participants(connection: AsyncConnection, window_id: str, codes: Sequence[ParticipantCode]) -> list[IssuedFile]:
    return [from_row(row) for row in (await connection.execute(_OF_PARTICIPANTS, {"window": window_id, "codes": list(codes)})).all()]


async def before(connection: AsyncConnection, file: IssuedFile) -> IssuedFile | None:
    """The file of the same participant, kind and currency with the number before."""
    header = file.header
    parameters = {"code": header.participant, "kind": header.kind, "currency": header.currency, "sequence": header.sequence - 1}
    row = (await connection.execute(_BEFORE, parameters)).one_or_none()
    return None if row is None else from_row(row)
