"""`switch proposal`: what takes two people, decided by the second."""

from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli.output import AsJson, money, print_json, print_table
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import As, decider
from switch.domain.proposals import Proposal, ProposalState, ProposalUnknown
from switch.settings import load_settings

app = typer.Typer(help="What takes two people: list, approve, refuse.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, from `switch proposal list`.")]


@app.command("list")
def list_proposals(
    state: Annotated[ProposalState | None, typer.Option(help="Only those in this state.")] = None,
    most: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """Newest first, each with what it would do."""

    async def work(switch: Switch) -> list[Proposal]:
        return await switch.proposals.page(state, most)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "الاقتراحات · Proposals",
        ("proposal", "kind", "subject", "state", "proposed by", "reason", "decided by", "done (UTC)"),
        (
            (
                one.proposal_id, one.kind, one.subject, one.state, one.proposed_by, one.reason, one.decided_by,
                None if one.carried_out_at is None else f"{one.carried_out_at:%Y-%m-%d %H:%M:%S}",
            )
            for one in found
        ),
    )  # fmt: skip


@app.command()
def approve(proposal: Id, name: As = None, by: By = None, as_json: AsJson = False) -> None:
    """As another person than the one who proposed it, who has signed in (--as, or `switch staff sign-in`); it is carried out at once."""
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
    """Nothing is done, and it cannot be approved any more."""
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
    ]
    print_table("الاقتراح · Proposal", ("", ""), about)
    if found.foreseen.effects:
        print_table(
            "أثره · What it does (debit +, credit −)",
            ("account", "amount"),
            ((effect.account, money(effect.minor, effect.currency)) for effect in found.foreseen.effects),
            right=("amount",),
        )
    if found.foreseen.changes:
        print_table(
            "ما يغيّره · What it changes",
            ("what", "before", "after"),
            ((change.what, change.before, change.after) for change in found.foreseen.changes),
        )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ProposalUnknown() from None
