"""The RTGS's statement of a day beside the windows that were settled on it, what left suspense, and debts that were paid."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from switch.domain.calendar import local_moment
from switch.domain.debts import DebtPayment, DebtWay
from switch.domain.rtgs_statements import Compared, RtgsStatement, SettledInstruction, compare
from switch.domain.settlement_errors import RtgsStatementMissing
from switch.store import debts, settlement_instructions, suspense
from switch.store.database import Database

StatementOf = Callable[[str, date], Awaitable[RtgsStatement | None]]
"""The last statement of a currency and a day in Damascus; None where there is none."""


@dataclass(frozen=True, slots=True)
class RtgsComparison:
    database: Database
    statement_of: StatementOf

    async def __call__(self, currency: str, day: date) -> Compared:
        """Raises RtgsStatementMissing, FileMalformed."""
        statement = await self.statement_of(currency, day)
        if statement is None:
            raise RtgsStatementMissing(day=day.isoformat(), currency=currency[:8])
        begin, end = local_moment(day), local_moment(day + timedelta(days=1))
        async with self.database.reading() as connection:
            settled = await settlement_instructions.settled_between(connection, currency, begin, end)
            paid_on = await suspense.paid_on_between(connection, currency, begin, end)
            paid = [_as_stated(each, statement) for each in await debts.settled_between(connection, currency, begin, end)]
        return Compared(statement, len(settled) + len(paid), compare(statement, [*settled, *paid_on, *paid]))


def _as_stated(made: DebtPayment, statement: RtgsStatement) -> SettledInstruction:
    """What was noted has an instruction of its own at the RTGS, which the statement names beside the reference that was noted."""
    instruction, reference = made.instruction, made.rtgs_reference or ""
    if made.way is DebtWay.NOTED:
        names = (entry.instruction_id for entry in statement.entries if entry.rtgs_reference == reference)
        instruction = replace(instruction, instruction_id=next(names, instruction.instruction_id))
    return SettledInstruction(instruction, reference)
