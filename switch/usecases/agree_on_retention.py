"""Agree: on how long a kind of data is kept, by two people: what a shorter time lets go is gone for good."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.privacy import Kept, RetentionRule
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given_number
from switch.store import privacy
from switch.store.database import Database
from switch.usecases.set_retention import SetRetention

DAYS = "days"


@dataclass(frozen=True, slots=True)
class AgreeOnRetention:
    database: Database
    set_retention: SetRetention

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the kind. Raises ContentWrong, RetentionOutOfRange."""
        wanted = _read(subject, content)
        wanted.require_possible()
        known = await self._known(wanted.kind)
        return Foreseen(changes=(Change(f"{wanted.kind} are kept", f"{known.days} days", f"{wanted.days} days"),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: the same rule again is no other one."""
        wanted = _read(proposal.subject, proposal.content)
        if (await self._known(wanted.kind)).days != wanted.days:
            await self.set_retention(wanted, proposal.people)

    async def _known(self, kind: Kept) -> RetentionRule:
        async with self.database.reading() as connection:
            return (await privacy.rules(connection))[kind]


def retention_content(days: int) -> dict[str, str]:
    """Of a proposal."""
    return {DAYS: str(days)}


def _read(subject: str, content: Mapping[str, str]) -> RetentionRule:
    if (kind := next((one for one in Kept if one == subject), None)) is None:
        raise ContentWrong(field="subject")
    return RetentionRule(kind, given_number(content, DAYS))
