"""Acknowledge: the receiver of a file says that it has taken it, or refuses it with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from switch.domain.errors import FileUnknown
from switch.domain.file_receipts import FileReceipt, ReceiptOutcome, RefusedFor, receipt_for
from switch.domain.identifiers import ParticipantCode
from switch.ports import Clock
from switch.store import file_receipts
from switch.store.database import Database
from switch.store.files import from_row


@dataclass(frozen=True, slots=True)
class AcknowledgeFile:
    clock: Clock
    database: Database

    async def __call__(
        self,
        owner: ParticipantCode | None,
        file_id: str,
        outcome: ReceiptOutcome,
        sha256: str,
        reasons: Sequence[RefusedFor] = (),
        *,
        by: str,
    ) -> FileReceipt:
        """`sha256` is of what was received; `owner` is None where staff write down what they were told.

        Raises FileUnknown, FileTakenAlready, FileWasDifferent, RefusalReasonMissing.
        """
        async with self.database.transaction() as connection:
            row = await file_receipts.lock(connection, owner, file_id)
            if row is None:
                raise FileUnknown()
            former = await file_receipts.newest(connection, file_id)
            receipt = receipt_for(from_row(row), former, outcome, sha256, reasons, self.clock.now(), by)
            if receipt is not former:
                await file_receipts.insert(connection, receipt)
        return receipt
