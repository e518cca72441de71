"""`switch proposal`: what takes two people, decided by the second."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import As, decider
from switch.domain.errors import Refusal
from switch.domain.proposal_errors import ProposalUnknown
from switch.domain.proposals import Foreseen, Proposal, ProposalState
from switch.settings import load_settings

app = typer.Typer(help="What takes two people: list, approve, refuse.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, from `switch proposal list`.")]


@app.command("list")
def list_proposals(
    state: Annotated[ProposalState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Newest first, each with what it would do."""

    async def work(switch: Switch) -> list[Proposal]:
        return await switch.proposals.page(state, limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "الاقتراحات · Proposals",
        ("proposal", "kind", "subject", "state", "proposed by", "reason", "decided by", "takes effect (UTC)", "done (UTC)", "not done"),
        (
            (
                one.proposal_id, one.kind, one.subject, one.state, one.proposed_by, one.reason, one.decided_by,
                _when(one.effective_at), _when(one.carried_out_at), one.ending and one.ending.code,
            )
            for one in found
        ),
    )  # fmt: skip


@app.command("show")
def show_one(proposal: Id, as_json: AsJson = False) -> None:
    """What it is, what it would do as it was proposed, and what it would do now."""

    async def work(switch: Switch) -> tuple[Proposal, Foreseen | Refusal | None]:
        found = await switch.proposals.one(_id(proposal))
        if found.state is not ProposalState.PROPOSED:
            return found, None
        try:
            return found, (await switch.decide_proposal.foresee(found.proposal_id))[1]
        except Refusal as refusal:  # that it cannot be done any more is what is to be seen
            return found, refusal

    found, now = run(work)
    if as_json:
        refused = {"code": now.code, "ar": now.detail("ar"), "en": now.detail("en")} if isinstance(now, Refusal) else None
        print_json({"proposal": found, "now": None if isinstance(now, Refusal) else now, "refused_now": refused})
        return
    show(found, as_json)
    if isinstance(now, Refusal):
        say(f"لم يعد ممكناً · It cannot be done any more: {now.detail('ar')} · {now.detail('en')}")
    elif now is not None and now != found.foreseen:
        _show_foreseen(now, "الآن · Now: ")


@app.command()
def approve(proposal: Id, name: As = None, by: By = None, as_json: AsJson = False) -> None:
    """As another person than the one who proposed it, who has signed in (--as, or `switch staff sign-in`).

    It is foreseen again, and carried out at once, or at its moment where it has one.
    """
    settings = load_settings()

    async def work(switch: Switch) -> Proposal:
        found = await switch.proposals.one(_id(proposal))
        who = await decider(switch, settings, found.kind, name=name, by=by)
        return await switch.decide_proposal.approve(found.proposal_id, by=who)

    show(run(work), as_json)


@app.command()
def refuse(
    proposal: Id,
    reason: Annotated[str, typer.Option(help="Why, for whoever proposed it.")],
    name: As = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Nothing is done, and it cannot be approved any more. What was approved is taken back, where it is not in effect yet."""
    settings = load_settings()

    async def work(switch: Switch) -> Proposal:
        found = await switch.proposals.one(_id(proposal))
        who = await decider(switch, settings, found.kind, name=name, by=by)
        return await switch.decide_proposal.refuse(found.proposal_id, reason=reason, by=who)

    show(run(work), as_json)


def show(found: Proposal, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    about = [
        ("الاقتراح · proposal", found.proposal_id),
        ("النوع · kind", found.kind),
        ("الموضوع · subject", found.subject),
        ("الحالة · state", found.state),
        ("اقترحه · proposed by", found.proposed_by),
        ("السبب · reason", found.reason),
        ("ينتهي · expires (UTC)", f"{found.expires_at:%Y-%m-%d %H:%M:%S}"),
        ("بتّ فيه · decided by", found.decided_by),
        ("سبب القرار · decision's reason", found.decision_reason),
        ("يسري · takes effect (UTC)", _when(found.effective_at)),
        ("نُفّذ · done (UTC)", _when(found.carried_out_at)),
        ("لم يُنفَّذ · not done", found.ending and f"{found.ending.ar} · {found.ending.en}"),
    ]
    print_table("الاقتراح · Proposal", ("", ""), about)
    _show_foreseen(found.foreseen)
    if found.foreseen_again is not None and found.changed:
        _show_foreseen(found.foreseen_again, "عند الموافقة · When approved: ")


def _show_foreseen(foreseen: Foreseen, when: str = "") -> None:
    if foreseen.effects:
        print_table(
            f"{when}أثره · What it does (debit +, credit −)",
            ("account", "amount"),
            ((effect.account, money(effect.minor, effect.currency)) for effect in foreseen.effects),
            right=("amount",),
        )
    if foreseen.changes:
        print_table(
            f"{when}ما يغيّره · What it changes",
            ("what", "before", "after"),
            ((change.what, change.before, change.after) for change in foreseen.changes),
        )


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ProposalUnknown() from None
