"""Set a term of disputes: two people choose who answers a complaint first, how long clocks run and what silence means."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.dispute_terms import DisputeReason, DisputeTerm, Party, Silence
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.ports import Clock
from switch.store import dispute_queries, disputes
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SetDisputeTerm:
    clock: Clock
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """What counts now, and what would count for disputes opened then. Raises DisputeTermRefused, ContentWrong."""
        term = read(content)
        async with self.database.reading() as connection:
            current = (await dispute_queries.terms(connection, self.clock.now()))[term.reason]
        return Foreseen(changes=(Change(f"term of {subject}", current.words(), term.words()),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once for each proposal."""
        async with self.database.transaction() as connection:
            await disputes.add_term(connection, read(proposal.content), proposal.proposal_id, self.clock.now(), proposal.people)


def write(term: DisputeTerm) -> dict[str, str]:
    return {name: str(getattr(term, name)) for name in DisputeTerm.__slots__}


def read(content: Mapping[str, str]) -> DisputeTerm:
    """Raises DisputeTermRefused, ContentWrong."""
    field = ""
    try:
        said = {field: kind(given(content, field)) for field, kind in _FIELDS.items()}
    except ValueError:
        raise ContentWrong(field=next((name for name, kind in _FIELDS.items() if not _reads(kind, content[name])), field)) from None
    return DisputeTerm(**said)


def _reads(kind: type, text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


_FIELDS: Mapping[str, type] = {
    "reason": DisputeReason,
    "first": Party,
    "answer_hours": int,
    "answer_silence": Silence,
    "review_hours": int,
    "review_silence": Silence,
    "decide_hours": int,
    "open_days": int,
}
