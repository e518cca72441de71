"""Change: the net debit cap of a bank, effective for its next payment."""

from dataclasses import dataclass

from switch.domain.directory_rules import require_bank, require_cap, require_deposited
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.ports import Clock
from switch.store import caps
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class ChangeCap:
    clock: Clock
    database: Database

    async def __call__(self, bank: ParticipantCode, cap: Money, *, by: str, deposited: Money | None = None) -> None:
        """`deposited` is the part that a deposit backs; without it that part stays. Raises DepositAboveCap.

        Also below what is owed: that refuses new payments until the position has come down, and undoes nothing that was accepted.
        """
        require_cap(cap)
        require_deposited(cap, deposited)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_bank(await rows.participant(bank))
            await caps.put(connection, bank, cap, rows.at, by, deposited)
