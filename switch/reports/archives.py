"""Archives: which there are, whether their files are what was recorded, and a payment read out of one."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from switch.domain.archive_errors import ArchiveDiffers, ArchiveUnknown
from switch.domain.archives import ORIGIN, OWNER, Archive, ArchivedAt, note_name, note_text
from switch.domain.errors import PaymentUnknown
from switch.ports import FileDrop
from switch.signatures import VerifyingKey
from switch.signatures.notes import is_signed, read_note
from switch.store import archive_queries
from switch.store.archive_files import digest_of, lines_of
from switch.store.database import Database

MOST_LISTED = 10_000

__all__ = ["Archive", "ArchivedAt", "Archives"]


@dataclass(frozen=True, slots=True)
class Archives:
    database: Database
    drop: FileDrop
    keys: tuple[VerifyingKey, ...]
    """With which notes were ever signed."""

    async def listed(self, most: int = MOST_LISTED) -> list[Archive]:
        """Newest first."""
        async with self.database.snapshot() as connection:
            return await archive_queries.archives(connection, most)

    async def wrong_with(self, day: date) -> str | None:
        """What is wrong with the file of a date, or with its note; None where both are as recorded. Raises ArchiveUnknown."""
        async with self.database.snapshot() as connection:
            if (its := await archive_queries.find(connection, day)) is None:
                raise ArchiveUnknown(business_date=day.isoformat())
        return await asyncio.to_thread(self._wrong_with, its)

    async def where(self, name: str) -> ArchivedAt:
        """Raises PaymentUnknown."""
        async with self.database.snapshot() as connection:
            if (its := await archive_queries.where_named(connection, name)) is None:
                raise PaymentUnknown()
            return its

    async def show(self, name: str) -> tuple[ArchivedAt, dict[str, Any]]:
        """All rows of a payment, as its file has them. Raises PaymentUnknown, ArchiveDiffers."""
        its = await self.where(name)
        return its, await asyncio.to_thread(self._found, its)

    def _wrong_with(self, its: Archive) -> str | None:
        with_digest = None
        if (file := self.drop.open(OWNER, its.name)) is not None:
            with file:
                with_digest = digest_of(file)
        if with_digest != (its.sha256, its.size):
            return "its file is not there" if with_digest is None else "its file is not the one that was recorded"
        there = self.drop.read(OWNER, note_name(its.name))
        note = None if there is None else read_note(there.decode(errors="replace"))
        if note is None or note.text != note_text(its.name, its.business_date, its.sha256, its.payments):
            return "its note is not there, or is not for this file"
        return None if is_signed(note, ORIGIN, self.keys) else "no key of the switch has signed its note"

    def _found(self, its: ArchivedAt) -> dict[str, Any]:
        name = its.file or "–"
        if its.file is None or (file := self.drop.open(OWNER, name)) is None:
            raise ArchiveDiffers(file=name, where="it is not there")
        begin = b'{"payment_id":"%s"' % str(its.payment_id).encode()
        with file:
            line = next((line for line in lines_of(file) if line.startswith(begin)), None)
        if line is None:
            raise ArchiveDiffers(file=name, where=f"payment {its.payment_id}")
        found: dict[str, Any] = orjson.loads(line)["rows"]
        return found
