"""Set: how long the approval of closed windows is awaited in a currency, what silence counts for, and how losses are shared. Two people."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.approvals import SettlementRule, read_rule
from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.proposals import Change, Foreseen, Proposal
from switch.store import approvals
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SetSettlementRule:
    """In force for windows that are asked about from then on; what was asked before stands."""

    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the currency. Raises CurrencyUnsupported, SettlementRuleRefused."""
        if subject not in SCALES:
            raise CurrencyUnsupported(currency=subject[:8])
        async with self.database.reading() as connection:
            present = await approvals.rule(connection, subject)
        wanted = read_rule(content, present)
        return Foreseen(changes=tuple(Change(*line) for line in _lines(present, wanted)))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: the same rule again is no other one."""
        async with self.database.transaction() as connection:
            present = await approvals.rule(connection, proposal.subject)
            wanted = read_rule(proposal.content, present)
            if wanted != present:
                await approvals.set_rule(connection, proposal.subject, wanted, proposal)


def _lines(present: SettlementRule, wanted: SettlementRule) -> list[tuple[str, str, str]]:
    return [
        ("approval_seconds", str(present.approval_seconds), str(wanted.approval_seconds)),
        ("silence", present.silence, wanted.silence),
        ("sharing", present.sharing, wanted.sharing),
    ]
