"""Default simulation: who would pay more, whose guarantee would be used and whose cap would be passed if some did not pay."""

from collections.abc import Sequence
from dataclasses import dataclass

from switch.domain.approvals import SettlementRule
from switch.domain.defaults import DefaultPlan, members_of, without
from switch.domain.errors import WindowUnknown
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.nets import legs_of
from switch.domain.settlement import SettlementLeg, require_zero_sum
from switch.store import approvals, claims, nets, windows
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class DefaultSimulation:
    """In minor units of the currency; `windows` are those that it looks at."""

    currency: str
    windows: tuple[WindowId, ...]
    without: tuple[ParticipantCode, ...]
    rule: SettlementRule
    before: tuple[SettlementLeg, ...]
    plan: DefaultPlan


@dataclass(frozen=True, slots=True)
class DefaultSimulations:
    database: Database

    async def of_window(self, window_id: str, defaulters: Sequence[ParticipantCode]) -> DefaultSimulation:
        """Open ones, too, as they stand now. Raises WindowUnknown."""
        async with self.database.snapshot() as connection:
            window = await windows.find(connection, window_id)
            if window is None:
                raise WindowUnknown(window=window_id[:40])
            return await _simulated(connection, window.currency, [window.window_id], defaulters)

    async def live(self, currency: str, defaulters: Sequence[ParticipantCode]) -> DefaultSimulation:
        """Everything that is owed at this moment: in the open window and in all that are not settled."""
        async with self.database.snapshot() as connection:
            return await _simulated(connection, currency, await claims.unsettled(connection, currency), defaulters)


async def _simulated(
    connection: Connection, currency: str, looked_at: Sequence[WindowId], defaulters: Sequence[ParticipantCode]
) -> DefaultSimulation:
    authorities = await nets.authorities(connection)
    balances = await nets.balances(connection, *looked_at)
    claimed = await claims.of_windows(connection, looked_at)
    standings = await claims.standings(connection, currency)
    rule = await approvals.rule(connection, currency)
    legs = legs_of(balances, authorities)
    plan = without(defaulters, members_of(legs, balances, standings, claimed, rule.sharing), authorities.require_overseer())
    require_zero_sum(plan.legs)
    return DefaultSimulation(currency, tuple(looked_at), tuple(sorted(set(defaulters))), rule, legs, plan)
