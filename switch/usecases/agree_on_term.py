"""Agree: on the term of a kind of break, and on who acts first, by two people."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, chosen, given_number
from switch.domain.reconciliation import BreakKind
from switch.store import break_work
from switch.store.database import Database
from switch.usecases.work_breaks import WorkBreaks

HOURS, PARTICIPANT_ACTS = "hours", "participant_acts"
MOST_HOURS = 8760


@dataclass(frozen=True, slots=True)
class AgreeOnTerm:
    database: Database
    work_breaks: WorkBreaks

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the kind of break. Raises ContentWrong."""
        kind, hours, acts = _read(subject, content)
        return Foreseen(changes=(Change(f"term of {kind}", _told(await self._known(kind)), _told((hours, acts))),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: the same term again is no other one."""
        kind, hours, acts = _read(proposal.subject, proposal.content)
        if await self._known(kind) != (hours, acts):
            await self.work_breaks.set_term(kind, hours, participant_acts=acts, by=proposal.people)

    async def _known(self, kind: BreakKind) -> tuple[int, bool] | None:
        async with self.database.reading() as connection:
            return next(((hours, acts) for one, hours, acts in await break_work.terms(connection) if one is kind), None)


def term_content(hours: int, *, participant_acts: bool) -> dict[str, str]:
    """Of a proposal."""
    return {HOURS: str(hours), PARTICIPANT_ACTS: "yes" if participant_acts else "no"}


def _read(subject: str, content: Mapping[str, str]) -> tuple[BreakKind, int, bool]:
    hours = given_number(content, HOURS)
    if not 1 <= hours <= MOST_HOURS:
        raise ContentWrong(field=HOURS)
    if content.get(PARTICIPANT_ACTS) not in ("yes", "no"):
        raise ContentWrong(field=PARTICIPANT_ACTS)
    return chosen(BreakKind, {"subject": subject}, "subject"), hours, content[PARTICIPANT_ACTS] == "yes"


def _told(term: tuple[int, bool] | None) -> str:
    return "–" if term is None else f"{term[0]} h, the {'participant' if term[1] else 'switch'} acts first"
