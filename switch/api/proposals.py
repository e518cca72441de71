"""Proposals: what takes two people, proposed by one of the staff and decided by another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator

from switch.api.audit import tell_audit
from switch.api.authentication import staff
from switch.api.dependencies import TheSwitch
from switch.api.described import refuses
from switch.api.paging import PAGE, Cursor, Limit, id_cursor, write_cursor
from switch.api.proposal_views import ForeseenView, ProposalIn, ProposalPage, ProposalView, RefusalIn, foreseen_view, proposal_view
from switch.api.shapes import id_or
from switch.api.strict_route import StrictRoute
from switch.application import Switch
from switch.domain.effective_dates import EffectiveRefused
from switch.domain.errors import CursorMalformed, NotAllowed, PaymentUnknown
from switch.domain.proposal_errors import OwnProposal, PaymentNotOverdue, ProposalChanged, ProposalDecided, ProposalUnknown, ReasonMissing
from switch.domain.proposals import Proposal, ProposalState
from switch.domain.staff import EVERY_ROLE, PROPOSES, StaffCaller, may_decide
from switch.domain.staff_errors import PersonNeeded

router = APIRouter(prefix="/v1/proposals", tags=["proposals"], route_class=StrictRoute)

Reader = Annotated[StaffCaller, Depends(staff(EVERY_ROLE))]
Proposer = Annotated[StaffCaller, Depends(staff(PROPOSES))]
Decider = Annotated[StaffCaller, Depends(staff(PROPOSES, person=True))]
IdInPath = Annotated[UUID, Path(), BeforeValidator(id_or(ProposalUnknown))]


@router.get("", summary="Proposals · الاقتراحات", openapi_extra=refuses(CursorMalformed))
async def listed(
    _: Reader,
    switch: TheSwitch,
    state: Annotated[ProposalState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> ProposalPage:
    """Newest first, each with what it would do.

    الأحدث أولاً، ومع كل اقتراح ما يفعله.
    """
    found = await switch.proposals.page(state, limit + 1, before=id_cursor(cursor))
    items = [proposal_view(one) for one in found[:limit]]
    return ProposalPage.model_construct(items=items, next_cursor=write_cursor(items[-1].proposal_id) if len(found) > limit else None)


@router.get("/{proposal_id}", summary="One proposal · اقتراح واحد", openapi_extra=refuses(ProposalUnknown))
async def one(proposal_id: IdInPath, _: Reader, switch: TheSwitch) -> ProposalView:
    """What it would do, who proposed it, what became of it.

    ما يفعله ومن اقترحه وما آل إليه.
    """
    return proposal_view(await switch.proposals.one(proposal_id))


@router.get("/{proposal_id}/foreseen", summary="What it would do now · ما يفعله الآن", openapi_extra=refuses(ProposalUnknown, NotAllowed))
async def foreseen(proposal_id: IdInPath, caller: Proposer, request: Request, switch: TheSwitch) -> ForeseenView:
    """Foreseen again, for whoever is to approve it. Where it cannot be done any more, that refusal is the answer.

    يُحسب من جديد لمن سيبتّ فيه؛ وإن تعذّر تنفيذه فالجواب هو سبب الرفض.
    """
    await _theirs(switch, caller, proposal_id, request)
    return foreseen_view(*await switch.decide_proposal.foresee(proposal_id))


@router.post(
    "",
    status_code=201,
    summary="Propose · تقديم اقتراح",
    openapi_extra=refuses(NotAllowed, ReasonMissing, EffectiveRefused, PaymentUnknown, PaymentNotOverdue),
)
async def propose(said: ProposalIn, caller: Proposer, request: Request, switch: TheSwitch) -> ProposalView:
    """Nothing is done yet: another person decides, within a day. Which roles propose and decide a kind: docs/staff.md.

    لا يُفعل شيء بعد: يبتّ فيه شخص آخر خلال يوم.
    """
    tell_audit(request, subject=f"{said.kind} {said.subject}", reason=said.reason)
    if not may_decide(caller.roles, said.kind):
        raise NotAllowed()
    proposed = await switch.propose(said.kind, said.subject, said.content, reason=said.reason, by=caller.by, effective_at=said.effective_at)
    return proposal_view(proposed)


@router.post(
    "/{proposal_id}/approval",
    summary="Approve · موافقة",
    openapi_extra=refuses(ProposalUnknown, ProposalDecided, ProposalChanged, OwnProposal, PersonNeeded),
)
async def approve(proposal_id: IdInPath, caller: Decider, request: Request, switch: TheSwitch) -> ProposalView:
    """By a person who has signed in, and is not who proposed it. It is foreseen again, and carried out at once or at its moment.

    من شخص سجّل دخوله وليس صاحب الاقتراح؛ ويُحسب أثره من جديد، ثم يُنفَّذ فوراً أو في وقته.
    """
    found = await _theirs(switch, caller, proposal_id, request)
    return proposal_view(await switch.decide_proposal.approve(found.proposal_id, by=caller.by))


@router.post(
    "/{proposal_id}/refusal",
    summary="Refuse · رفض",
    openapi_extra=refuses(ProposalUnknown, ProposalDecided, ReasonMissing, PersonNeeded),
)
async def refuse(proposal_id: IdInPath, said: RefusalIn, caller: Decider, request: Request, switch: TheSwitch) -> ProposalView:
    """Nothing is done, and it cannot be approved any more. Whoever proposed it may take it back; what was approved, until it takes effect.

    لا يُفعل شيء ولا تجوز الموافقة عليه بعدها. ويسحبه صاحبه بهذه الطريقة، ولو ووفق عليه ولم يسرِ بعد.
    """
    found = await _theirs(switch, caller, proposal_id, request, said.reason)
    return proposal_view(await switch.decide_proposal.refuse(found.proposal_id, reason=said.reason, by=caller.by))


async def _theirs(switch: Switch, caller: StaffCaller, proposal_id: UUID, request: Request, reason: str | None = None) -> Proposal:
    """Of a kind that their roles have to do with. Raises ProposalUnknown, NotAllowed."""
    found = await switch.proposals.one(proposal_id)
    tell_audit(request, subject=f"{proposal_id} {found.kind} {found.subject}", reason=reason)
    if not may_decide(caller.roles, found.kind):
        raise NotAllowed()
    return found
