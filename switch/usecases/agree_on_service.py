"""Agree: on the rules by which a service's payments go, by two people: deadlines, reversal, stand-in, whether it is open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from switch.domain.catalogue import OverdueRule, RefundFees, RefundRule, ReversalRule, Service
from switch.domain.directory import Directory
from switch.domain.directory_rules import require_service
from switch.domain.identifiers import service_code
from switch.domain.money import Money, parse_amount
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, chosen, given, given_number
from switch.domain.stand_in import StandInRule
from switch.usecases.offer_service import OfferService

_NUMBERS = ("answer_seconds", "certain_seconds", "reversal_seconds")
_CHOICES = {"overdue": OverdueRule, "reversal": ReversalRule, "refunds": RefundRule, "refund_fees": RefundFees}
OPEN, STAND_IN_LIMIT, STAND_IN_TOTAL = "open", "stand_in_limit", "stand_in_total"
_ALL = (*_NUMBERS, *_CHOICES, OPEN, STAND_IN_LIMIT, STAND_IN_TOTAL)


@dataclass(frozen=True, slots=True)
class AgreeOnService:
    directory: Callable[[], Directory]
    offer_service: OfferService

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the service; what is not named stays. Raises ServiceUnknown, ContentWrong, ServiceIncoherent."""
        directory = self.directory()
        known = directory.service(service_code(subject))
        wanted = with_rules(known, content)
        require_service(wanted, directory.participant(wanted.biller))
        before, after = _told(known), _told(wanted)
        return Foreseen(changes=tuple(Change(f"{name} of {known.code}", before[name], after[name]) for name in content if name in after))

    async def carry_out(self, proposal: Proposal) -> None:
        """On the service as it is by then."""
        known = self.directory().service(service_code(proposal.subject))
        await self.offer_service(with_rules(known, proposal.content), by=proposal.people)


def with_rules(known: Service, content: Mapping[str, str]) -> Service:
    """Raises ContentWrong, AmountMalformed."""
    if not content or (unknown := next((name for name in content if name not in _ALL), None)) is not None:
        raise ContentWrong(field=_ALL[0] if not content else str(unknown))
    changes: dict[str, Any] = {name: given_number(content, name) for name in _NUMBERS if name in content}
    for name, options in _CHOICES.items():
        if name in content:
            changes[name] = chosen(options, content, name)
    if OPEN in content:
        if content[OPEN] not in ("yes", "no"):
            raise ContentWrong(field=OPEN)
        changes[OPEN] = content[OPEN] == "yes"
    if STAND_IN_LIMIT in content or STAND_IN_TOTAL in content:
        changes["stand_in"] = _stand_in(known, content)
    return replace(known, **changes)


def _stand_in(service: Service, content: Mapping[str, str]) -> StandInRule | None:
    """What is given, and the rest as it was; a limit of 0 ends it."""
    if content.get(STAND_IN_LIMIT) == "0":
        return None
    known = service.stand_in

    def amount(field: str, standing: Money | None) -> Money:
        return parse_amount(given(content, field), service.currency) if field in content or standing is None else standing

    limit, total = (None, None) if known is None else (known.limit, known.total)
    return StandInRule(amount(STAND_IN_LIMIT, limit), amount(STAND_IN_TOTAL, total))


def _told(service: Service) -> dict[str, str]:
    rule = service.stand_in
    return {
        **{name: str(getattr(service, name)) for name in (*_NUMBERS, *_CHOICES)},
        OPEN: "yes" if service.open else "no",
        STAND_IN_LIMIT: "–" if rule is None else rule.limit.text(),
        STAND_IN_TOTAL: "–" if rule is None else rule.total.text(),
    }
