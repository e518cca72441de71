"""Writing an archive: all payments of a date as one compressed file, line by line, its digests and places, and a signed note beside it."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import orjson

from switch.domain.archive_errors import ArchiveDiffers
from switch.domain.archives import FORMAT, ORIGIN, OWNER, file_name, note_name, note_text, ranges_of
from switch.domain.identifiers import bucket_of
from switch.fail_points import FailPoint, fail_point
from switch.ports import FileDrop, Signer
from switch.signatures.notes import read_note, sign_note
from switch.store import archives
from switch.store.archive_files import GZIP
from switch.store.database import Database
from switch.usecases.file_writing import pulled

PAYMENTS_AT_ONCE = 500


@dataclass(slots=True)
class Written:
    """What came out, as it is recorded."""

    name: str
    payments: int = 0
    leaves: int = 0
    size: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    first_xact: int = 2**63 - 1
    last_xact: int = 0
    places: str = "{}"
    totals: str = "{}"

    def add(self, document: archives.Document) -> None:
        self.payments, self.leaves = self.payments + 1, self.leaves + document.leaves
        self.first_xact, self.last_xact = min(self.first_xact, document.first_xact), max(self.last_xact, document.last_xact)


@dataclass(frozen=True, slots=True)
class ArchiveWriting:
    database: Database
    drop: FileDrop
    signer: Signer

    async def __call__(self, day: date, tell: Callable[[int], None]) -> Written:
        """The same once more is the same file. Raises ArchiveDiffers where something is not sealed, FileDiffers where another is there."""
        written = Written(file_name(day))
        loop = asyncio.get_running_loop()

        def write() -> None:
            with closing(pulled(self._lines(day, written), tell, loop)) as lines:
                self.drop.write(OWNER, written.name, _weighed(_compressed(lines), written))

        await asyncio.to_thread(write)
        self._sign(day, written)
        return written

    async def _lines(self, day: date, written: Written) -> AsyncIterator[Sequence[bytes]]:
        yield [orjson.dumps({"format": FORMAT, "business_date": day.isoformat()}) + b"\n"]
        after = (-1, archives.FIRST_ID)
        while part := await self._part(day, after):
            for document in part:
                written.add(document)
            yield [document.line for document in part]
            fail_point(FailPoint.ARCHIVING)
            after = (bucket_of(part[-1].payment_id), part[-1].payment_id)
        async with self.database.snapshot() as connection:
            await archives.prepare(connection)
            places = await archives.places(connection, day, written.first_xact, written.last_xact)
            written.totals = await archives.totals(connection, day)
        if len(places) != written.leaves:
            raise ArchiveDiffers(file=written.name, where=f"{written.leaves - len(places)} rows are not sealed")
        written.places = ranges_of(places)
        end = {"payments": written.payments, "leaves": written.places, "totals": orjson.Fragment(written.totals)}
        yield [orjson.dumps(end) + b"\n"]

    async def _part(self, day: date, after: tuple[int, UUID]) -> list[archives.Document]:
        async with self.database.snapshot() as connection:
            await archives.prepare(connection)
            ids = await archives.planned(connection, day, after, PAYMENTS_AT_ONCE)
            return await archives.documents(connection, ids) if ids else []

    def _sign(self, day: date, written: Written) -> None:
        """One that is there already stays, for no two signatures are alike; it must be for this file."""
        name, text = note_name(written.name), note_text(written.name, day, written.digest.hexdigest(), written.payments)
        if (there := self.drop.read(OWNER, name)) is None:
            self.drop.write(OWNER, name, [sign_note(self.signer, ORIGIN, text).encode()])
        elif (note := read_note(there.decode())) is None or note.text != text:
            raise ArchiveDiffers(file=name, where="it is for another file")


def _compressed(lines: Iterator[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    for line in lines:
        if part := packing.compress(line):
            yield part
    yield packing.flush()


def _weighed(parts: Iterator[bytes], written: Written) -> Iterator[bytes]:
    for part in parts:
        written.digest.update(part)
        written.size += len(part)
        yield part
