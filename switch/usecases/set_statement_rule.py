"""Set: how one participant's statements are read and compared, from the next one on."""

from dataclasses import dataclass

from switch.domain.file_errors import LayoutUnknown
from switch.domain.participants import Participant
from switch.domain.reconciliation import MatchingRule
from switch.domain.statement_mapping import StatementMapping
from switch.ports import Clock
from switch.store import statement_rules
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SetStatementRule:
    clock: Clock
    database: Database
    layouts: frozenset[str]

    async def __call__(self, participant: Participant, rule: MatchingRule, mapping: StatementMapping | None, *, by: str) -> None:
        """The rules before are kept. Raises LayoutUnknown."""
        self.require_layout(mapping)
        document = None if mapping is None else mapping.document()
        async with self.database.transaction() as connection:
            await statement_rules.append(connection, participant.code, rule, document, self.clock.now(), by)

    def require_layout(self, mapping: StatementMapping | None) -> None:
        """Raises LayoutUnknown."""
        if mapping is not None and mapping.layout not in self.layouts:
            raise LayoutUnknown(layout=mapping.layout[:20], known=", ".join(sorted(self.layouts)))
