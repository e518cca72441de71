"""Agree: on a catalogue to be loaded into a directory that is in use, by two people who have seen what is new or changed in it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from switch.domain.catalogue_document import NationalCatalogue, national_catalogue
from switch.domain.directory import Directory
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.domain.texts import require_plain
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.shipped_catalogue import DOCUMENTS

SUBJECT_CHARACTERS = 100
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class AgreeOnCatalogue:
    directory: Callable[[], Directory]
    load_catalogue: LoadCatalogue

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` names it for people. Raises ContentWrong, CatalogueMalformed."""
        require_plain(subject, "subject", SUBJECT_CHARACTERS)
        catalogue, known = _read(content), self.directory()
        tariffs = {line.tariff_id for line in known.tariffs}
        return Foreseen(
            changes=(
                _counted("participants", len(known.participants), (one.code for one in catalogue.participants), known.participants),
                _counted("services", len(known.services), (one.code for one in catalogue.services), known.services),
                _counted("tariff lines", len(tariffs), (one.tariff_id for one in catalogue.tariffs), tariffs),
                *_renamed(catalogue, known),
            )
        )

    async def carry_out(self, proposal: Proposal) -> None:
        await self.load_catalogue(_read(proposal.content), by=proposal.people)


def _read(content: Mapping[str, str]) -> NationalCatalogue:
    return national_catalogue(*(_document(content, name) for name in DOCUMENTS))


def _document(content: Mapping[str, str], name: str) -> dict[str, object]:
    try:
        document = json.loads(given(content, name))
    except (ValueError, RecursionError):
        raise ContentWrong(field=name) from None
    if not isinstance(document, dict):
        raise ContentWrong(field=name)
    return document


def _counted(what: str, before: int, wanted: Iterable[str], known: Iterable[str]) -> Change:
    new = sorted(set(wanted) - set(known))
    named = ", ".join(new[:MOST_NAMED]) + (" …" if len(new) > MOST_NAMED else "")
    return Change(what, str(before), f"{before + len(new)}" + (f"; new: {named}" if new else "; none new"))


def _renamed(catalogue: NationalCatalogue, known: Directory) -> list[Change]:
    """Of participants; what else differs in a service is counted, and is in the document."""
    names = [(one, known.participants[one.code]) for one in catalogue.participants if one.code in known.participants]
    changes = [
        Change(f"name of {one.code}", f"{standing.name.ar} · {standing.name.en}", f"{one.name.ar} · {one.name.en}")
        for one, standing in names
        if one.name != standing.name
    ]
    standing = [(one, known.services[one.code]) for one in catalogue.services if one.code in known.services]
    differing = [one.code for one, other in standing if (one.name, one.rule, one.mode) != (other.name, other.rule, other.mode)]
    return [*changes[:MOST_NAMED], *([Change("services changed", "–", ", ".join(differing[:MOST_NAMED]))] if differing else [])]
