"""Advance: what the calendar says is due is done: windows open, close, settle, and their files are issued. Safe to repeat, anywhere."""

from collections.abc import Awaitable
from dataclasses import dataclass

import structlog

from switch.domain.approvals import WindowNotApproved
from switch.domain.errors import Refusal
from switch.domain.identifiers import WindowId
from switch.domain.money import SCALES
from switch.domain.settlement_errors import FilesBeingIssued, RtgsNotSure, WindowAborted, WindowNotOpen
from switch.ports import Clock
from switch.store import window_queries
from switch.store.database import Database
from switch.usecases.close_window import CloseWindow
from switch.usecases.issue_files import IssueFiles
from switch.usecases.open_window import OpenWindow
from switch.usecases.settle_window import SettleWindow
from switch.usecases.window_nets import WindowNets

BY = "calendar"

_ELSEWHERE = (WindowNotOpen, WindowAborted, WindowNotApproved, FilesBeingIssued, RtgsNotSure)
"""Another hand was quicker, or has to come first."""
_log = structlog.get_logger("switch.windows")


@dataclass(frozen=True, slots=True)
class AdvanceWindows:
    clock: Clock
    database: Database
    open_window: OpenWindow
    close_window: CloseWindow
    settle_window: SettleWindow
    issue_files: IssueFiles

    async def __call__(self) -> None:
        """A window that is refused waits for staff, with its reason, and holds up no other."""
        for currency in SCALES:
            await self.open_window(currency)
        async with self.database.reading() as connection:
            closing = await window_queries.due_to_close(connection, self.clock.now())
        for window in closing:
            closed = self.close_window(window.currency, by=BY, only=window.window_id)
            await self._unless_refused("closed", window.window_id, closed)
        async with self.database.reading() as connection:
            settling = await window_queries.due_to_settle(connection, self.clock.now())
        for window_id in settling:
            await self._unless_refused("settled", window_id, self.settle_window(window_id))
        async with self.database.reading() as connection:
            issuing = await window_queries.due_to_issue(connection)
        for window_id in issuing:
            await self._unless_refused("files_issued", window_id, self.issue_files(window_id))

    async def _unless_refused(self, step: str, window_id: WindowId, work: Awaitable[object]) -> None:
        try:
            await work
        except _ELSEWHERE:
            return
        except Refusal as refusal:
            await WindowNets(self.database).let_wait(window_id, str(refusal))
            _log.error("window.refused", window=window_id, step=step, code=refusal.code)
        else:
            _log.info(f"window.{step}", window=window_id)
