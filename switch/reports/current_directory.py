"""The current directory: a copy in memory of who takes part and what may be paid, read again when its version has risen."""

import asyncio

from sqlalchemy.exc import NoResultFound

from switch.domain.directory import Directory
from switch.domain.directory_errors import DirectoryUnreadable
from switch.domain.errors import Refusal
from switch.reports.checks.examination import UNREADABLE
from switch.store import directory
from switch.store.database import Database
from switch.store.vault import vault


class CurrentDirectory:
    """Empty until it is first refreshed. Readers take one frozen value and never see half a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version = 0
        self._directory = Directory()
        self._one_at_a_time = asyncio.Lock()

    def current(self) -> Directory:
        return self._directory

    @property
    def version(self) -> int:
        return self._version

    async def refresh(self) -> None:
        """One reading after the other, so that an older one never comes late and wins. Raises DirectoryUnreadable."""
        async with self._one_at_a_time, self._database.snapshot() as connection:
            try:
                self._version, self._directory = await directory.read(connection)
            except (*UNREADABLE, NoResultFound, Refusal):  # somebody has edited a row beside us
                raise DirectoryUnreadable() from None

    async def refresh_if_changed(self) -> bool:
        """One row is asked for; the whole is read only where another process, or another hand, has changed it. So are master keys."""
        vault().refresh()
        async with self._database.reading() as connection:
            changed = await directory.version(connection) != self._version
        if changed:
            await self.refresh()
        return changed
