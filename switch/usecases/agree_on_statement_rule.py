"""Agree: on how a participant's statements are read and compared, by two people: what is tolerated is no break any more."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from switch.domain.directory import Directory
from switch.domain.identifiers import participant_code
from switch.domain.participants import Participant
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given_number
from switch.domain.reconciliation import Grouping, MatchingRule
from switch.domain.statement_mapping import StatementMapping, mapping_of
from switch.store import statement_rules
from switch.store.database import Database
from switch.usecases.set_statement_rule import SetStatementRule

DAYS, TOLERANCE, GROUPING, MAPPING = "carry_forward_days", "tolerance_minor", "grouping", "mapping"
NONE = "–"


class _Rule(NamedTuple):
    matching: MatchingRule
    mapping: StatementMapping | None


@dataclass(frozen=True, slots=True)
class AgreeOnStatementRule:
    database: Database
    directory: Callable[[], Directory]
    set_statement_rule: SetStatementRule

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the participant. Raises ParticipantUnknown, ContentWrong, MatchingRuleRefused, MappingRefused, LayoutUnknown."""
        owner, wanted = self.directory().participant(participant_code(subject)), _read(content)
        self.set_statement_rule.require_layout(wanted.mapping)
        known = await self._known(owner)
        before, after = _told(known), _told(wanted)
        return Foreseen(changes=tuple(Change(f"{name} of {owner.code}", before[name], after[name]) for name in after))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: the same rule again is no other one."""
        owner, wanted = self.directory().participant(participant_code(proposal.subject)), _read(proposal.content)
        if await self._known(owner) != wanted:
            await self.set_statement_rule(owner, wanted.matching, wanted.mapping, by=proposal.people)

    async def _known(self, owner: Participant) -> _Rule:
        async with self.database.reading() as connection:
            matching, mapping = await statement_rules.newest(connection, owner.code)
        return _Rule(matching, None if mapping is None else mapping_of(mapping))


def statement_rule_content(matching: MatchingRule, mapping: StatementMapping | None) -> dict[str, str]:
    """Of a proposal: the whole rule."""
    return _told(_Rule(matching, mapping))


def _read(content: Mapping[str, str]) -> _Rule:
    named = content.get(GROUPING, NONE)
    if named not in {*Grouping, NONE}:
        raise ContentWrong(field=GROUPING)
    grouping = None if named == NONE else Grouping(named)
    matching = MatchingRule(given_number(content, DAYS), given_number(content, TOLERANCE), grouping)
    if (text := content.get(MAPPING, NONE)) == NONE:
        return _Rule(matching, None)
    try:
        return _Rule(matching, mapping_of(json.loads(text)))
    except (ValueError, RecursionError):
        raise ContentWrong(field=MAPPING) from None


def _told(rule: _Rule) -> dict[str, str]:
    mapping = NONE if rule.mapping is None else json.dumps(rule.mapping.document(), ensure_ascii=False, sort_keys=True)
    matching, grouping = rule.matching, rule.matching.grouping
    return {
        DAYS: str(matching.carry_forward_days), TOLERANCE: str(matching.tolerance_minor),
        GROUPING: NONE if grouping is None else grouping.value, MAPPING: mapping,
    }  # fmt: skip
