"""The nets of a closed window: proven against ledger and payments, then kept as its bilateral matrix. Before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from switch.domain.identifiers import WindowId
from switch.domain.nets import Collected, Nets, agreed_nets, require_accounts
from switch.domain.settlement import Bilateral
from switch.domain.settlement_errors import NetsDisagree, SettlementOwnerMissing
from switch.domain.splits import AccountNet
from switch.store import claims, nets, splits, windows
from switch.store.database import Connection, Database
from switch.usecases.account_nets import account_nets


@dataclass(frozen=True, slots=True)
class WindowNets:
    database: Database

    async def fix(self, window_id: WindowId) -> Nets:
        """Once or many times; a disagreement is kept with the window, which then waits for staff. Raises NetsDisagree."""
        try:
            async with self.database.transaction() as connection:
                await windows.lock(connection, window_id)
                return await proven_nets(connection, window_id)
        except (NetsDisagree, SettlementOwnerMissing) as refusal:
            await self.let_wait(window_id, str(refusal))
            raise

    async def let_wait(self, window_id: WindowId, reason: str) -> None:
        async with self.database.transaction() as connection:
            await windows.let_wait(connection, window_id, reason)


async def proven_nets(connection: Connection, window_id: WindowId) -> Nets:
    """Wants the window locked. The matrix is written the first time, and must be the same each other time."""
    balances = await nets.balances(connection, window_id)
    collected = await nets.collected(connection, window_id)
    claimed = await claims.of_windows(connection, [window_id])
    found = agreed_nets(window_id, balances, collected, await nets.authorities(connection), claimed)
    kept = await windows.cells(connection, window_id)
    if kept and kept != found.cells:
        differing = next(cell for cell in (*kept, *found.cells) if cell not in kept or cell not in found.cells)
        name = f"cell {differing.debtor} to {differing.creditor}"
        raise NetsDisagree(window=window_id, account=name, ledger=_cell(kept, differing), payments=_cell(found.cells, differing))
    if found.cells and not kept:
        await windows.add_cells(connection, window_id, found.cells)
    return replace(found, accounts=await _accounts(connection, window_id, collected))


async def _accounts(connection: Connection, window_id: WindowId, collected: Sequence[Collected]) -> tuple[AccountNet, ...]:
    """Kept the first time; `switch verify` splits every payment anew."""
    kept = await splits.kept(connection, window_id)
    found = kept or await account_nets(connection, window_id, collected)
    require_accounts(window_id, collected, found)
    if found and not kept:
        await splits.keep(connection, window_id, found)
    return found


def _cell(matrix: tuple[Bilateral, ...], wanted: Bilateral) -> int:
    return sum(cell.minor for cell in matrix if (cell.debtor, cell.creditor) == (wanted.debtor, wanted.creditor))
