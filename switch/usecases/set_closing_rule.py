"""Set a closing rule: two people of the central bank choose a class of breaks that is closed as it is found; or take the rule back."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.breaks import ClosingRule
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.proposals import Change, Foreseen, Proposal, chosen, given_number
from switch.domain.reconciliation import BreakKind
from switch.ports import Clock
from switch.store import closing_rules
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SetClosingRule:
    clock: Clock
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """What counts now, and what would count then. Raises ClosingRuleRefused, NationalCodeMalformed."""
        rule = read(content)
        async with self.database.reading() as connection:
            current = await closing_rules.current(connection)
        before = next((each.words() for each in current if (each.kind, each.participant) == (rule.kind, rule.participant)), "none")
        return Foreseen(changes=(Change(f"closing rule {subject}", before, rule.words()),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once for each proposal."""
        async with self.database.transaction() as connection:
            await closing_rules.append(connection, read(proposal.content), proposal.proposal_id, self.clock.now(), proposal.people)


def write(rule: ClosingRule) -> dict[str, str]:
    return {
        "kind": rule.kind,
        "participant": rule.participant or "",
        "most_minor": str(rule.most_minor),
        "most_days": str(rule.most_days),
        "active": "yes" if rule.active else "no",
    }


def read(content: Mapping[str, str]) -> ClosingRule:
    """Raises ContentWrong, NationalCodeMalformed."""
    named = content.get("participant")
    participant: ParticipantCode | None = participant_code(named) if named else None
    most_minor, most_days = given_number(content, "most_minor"), given_number(content, "most_days")
    return ClosingRule(chosen(BreakKind, content, "kind"), participant, most_minor, most_days, content.get("active") == "yes")
