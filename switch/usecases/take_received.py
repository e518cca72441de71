"""Take in what participants have put into their folders over SFTP: statements, each signed by its sender; the answer lies beside it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import structlog

from switch.domain.directory import Directory
from switch.domain.errors import Refusal
from switch.domain.file_signatures import FileSignature, read_signature
from switch.domain.participants import Participant
from switch.domain.received_files import (
    MOST_BYTES,
    ReceivedFile,
    ReceivedFileAltered,
    ReceivedFileSignatureWrong,
    ReceivedFileUnsigned,
    ReceivedOutcome,
    Waiting,
    day_in_name,
    document,
    refused_answer,
    taken_answer,
)
from switch.ports import Clock, FileInbox
from switch.signatures import load_verifying_key
from switch.store import received_files
from switch.store.database import Database
from switch.usecases.import_statement import ImportStatement, sha256_of

_log = structlog.get_logger("switch.files")


@dataclass(frozen=True, slots=True)
class TakeReceived:
    clock: Clock
    database: Database
    directory: Callable[[], Directory]
    inbox: FileInbox
    import_statement: ImportStatement

    async def __call__(self) -> int:
        """How many were answered. Safe to repeat after a crash anywhere: what was taken in is known by its bytes, and answered again."""
        waiting = await asyncio.to_thread(self.inbox.waiting, self.clock.now())
        answered = 0
        for file in waiting:
            try:
                answered += await self._take(file)
            except FileNotFoundError:
                continue  # taken away by its sender, or answered by another worker
        await asyncio.to_thread(self.inbox.tidy, self.clock.now())
        return answered

    async def _take(self, file: Waiting) -> bool:
        """False for one that may still be growing."""
        sender = self.directory().participants.get(file.participant)
        if sender is None:
            return False
        beside = await asyncio.to_thread(self.inbox.signature, file.participant, file.name)
        try:
            with self.inbox.copied(file.participant, file.name, MOST_BYTES) as copy:
                return await self._answer(file, sender, copy, beside)
        except Refusal as too_large:
            await self._refuse(file, "", beside, too_large)
            return True

    async def _answer(self, file: Waiting, sender: Participant, copy: BinaryIO, beside: bytes) -> bool:
        sha256 = await asyncio.to_thread(sha256_of, copy)
        try:
            self._check(file, sha256, read_signature(beside))
        except Refusal as refusal:
            if not file.quiet:
                return False
            await self._refuse(file, sha256, beside, refusal)
            return True
        try:
            imported = await self.import_statement(sender, copy, business_date=day_in_name(file.name))
        except Refusal as refusal:
            await self._refuse(file, sha256, beside, refusal)
            return True
        await self._keep(file, sha256, beside, ReceivedOutcome.TAKEN, statement_id=imported.statement_id)
        answer = document(taken_answer(file.name, imported))
        await asyncio.to_thread(self.inbox.answer, file.participant, file.name, ReceivedOutcome.TAKEN, answer)
        return True

    def _check(self, file: Waiting, sha256: str, signature: FileSignature | None) -> None:
        """Raises ReceivedFileUnsigned, ReceivedFileAltered, ReceivedFileSignatureWrong."""
        if signature is None:
            raise ReceivedFileUnsigned(file=file.name)
        if (signature.name, signature.sha256) != (file.name, sha256):
            raise ReceivedFileAltered(found=sha256)
        key = self.directory().keys.get(signature.keyid)
        if key is None or key.participant != file.participant or key.algorithm != signature.algorithm:
            raise ReceivedFileSignatureWrong(participant=file.participant)
        if not load_verifying_key(key.keyid, key.public_pem, key.algorithm).verify(signature.signature, signature.line()):
            raise ReceivedFileSignatureWrong(participant=file.participant)

    async def _refuse(self, file: Waiting, sha256: str, beside: bytes, refusal: Refusal) -> None:
        await self._keep(file, sha256, beside, ReceivedOutcome.REFUSED, code=refusal.code)
        answer = document(refused_answer(file.name, sha256, refusal))
        await asyncio.to_thread(self.inbox.answer, file.participant, file.name, ReceivedOutcome.REFUSED, answer)

    async def _keep(
        self,
        file: Waiting,
        sha256: str,
        beside: bytes,
        outcome: ReceivedOutcome,
        *,
        code: str | None = None,
        statement_id: str | None = None,
    ) -> None:
        now = self.clock.now()
        signature = beside.decode(errors="replace").replace("\x00", "")
        received = ReceivedFile(file.participant, file.name, sha256, file.size, signature, outcome, code, statement_id, now)
        async with self.database.transaction() as connection:
            await received_files.append(connection, received)
        _log.info("file.received", participant=file.participant, file=file.name, outcome=outcome, code=code, statement=statement_id)
