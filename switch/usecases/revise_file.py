"""Revise: a new revision of a file, under the same sequence number, that says why and what has changed."""

from dataclasses import dataclass, replace

import structlog

from switch.domain.default_notes import standing_notes_in
from switch.domain.errors import FileUnknown
from switch.domain.file_errors import FileRevised, NothingToRevise
from switch.domain.file_revisions import changes_between, require_reason
from switch.domain.settlement_errors import FilesBeingIssued
from switch.domain.statements import DEFAULT_LAYOUT, IssuedFile
from switch.ports import Clock
from switch.store import archive_queries, file_layouts, file_queries, files, nets, windows
from switch.store.database import Connection, Database
from switch.usecases.file_remaking import FileRemaking
from switch.usecases.file_writing import Planned
from switch.usecases.issue_files import require_ledger

_log = structlog.get_logger("switch.files")


@dataclass(frozen=True, slots=True)
class ReviseFile:
    clock: Clock
    database: Database
    remaking: FileRemaking

    async def __call__(self, file_id: str, reason: str, *, by: str) -> IssuedFile:
        """In the layout that its owner has chosen since. The former revision stays as it was.

        Raises FileUnknown, FileRevised, NothingToRevise, TextForbidden, RevisionReasonMissing, FilesBeingIssued, FileTotalsDisagree,
        DateArchived.
        """
        require_reason(reason)
        async with self.database.transaction() as connection:
            file = await file_queries.one(connection, None, file_id)
            if file is None:
                raise FileUnknown()
            header = file.header
            await archive_queries.require_hot(connection, header.business_date)
            await windows.lock(connection, header.window_id)
            if not await files.try_lock(connection, header.currency):
                raise FilesBeingIssued()
            last = (await file_queries.of_participants(connection, header.window_id, [header.participant]))[-1]
            if last.file_id != file_id:
                raise FileRevised(file=file_id, last=last.file_id)
            plan = await self._plan(connection, file, reason)
            revised = await self.remaking.written(connection, plan)
            await files.insert(connection, [revised], self.clock.now())
        _log.info("file.revised", file=revised.file_id, by=by)
        return revised

    async def _plan(self, connection: Connection, file: IssuedFile, reason: str) -> Planned:
        header = file.header
        everybody = await files.owners(connection, header.window_id)
        (owner,) = [each for each in everybody if (each.kind, each.participant) == (header.kind, header.participant)]
        require_ledger(header.window_id, [owner], await nets.balances_of_payments(connection, header.window_id))
        layout = (await file_layouts.chosen(connection)).get(header.participant, DEFAULT_LAYOUT)
        changes = changes_between(file, owner.totals, layout)
        if owner.totals == file.totals and await self._lines_differ(connection, file):
            changes = (*changes, "lines")
        if not changes:
            raise NothingToRevise(file=file.file_id)
        revised = replace(header, revision=header.revision + 1, changes=(f"reason: {reason}", *changes, *standing_notes_in(header.changes)))
        return Planned(revised, owner.totals, layout)

    async def _lines_differ(self, connection: Connection, file: IssuedFile) -> bool:
        return await self.remaking.compared(connection, Planned(file.header, file.totals, file.layout)) != file.sha256
