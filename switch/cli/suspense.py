"""`switch suspense`: money that the RTGS has moved and no payment explains, and to whom it goes."""

from datetime import datetime
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import BreakId
from switch.cli.output import AsJson, print_json, print_table
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.suspense import Held
from switch.usecases.release_suspense import AMOUNT, BREAK, TO

app = typer.Typer(help="Suspense: money that no payment explains, its age, and to whom it goes.", no_args_is_help=True)


@app.command("list")
def list_held(
    all_of_it: Annotated[bool, typer.Option("--all", help="Also of which nothing is left.")] = False, as_json: AsJson = False
) -> None:
    """What is in suspense, oldest first. Negative: the RTGS has taken it, and it is to come back."""

    async def work(switch: Switch) -> tuple[list[Held], datetime]:
        return await switch.breaks.in_suspense(), switch.clock.now()

    found, now = run(work)
    found = [its for its in found if all_of_it or its.left]
    if as_json:
        print_json(found)
        return
    print_table(
        "المعلّق · Suspense",
        ("break", "business date", "named by the RTGS", "booked", "left", "since (UTC)", "age"),
        (
            (
                *(its.break_id[:12], its.business_date, its.participant, its.booked, its.left, f"{its.since:%Y-%m-%d %H:%M}"),
                f"{its.days(now)} d",
            )
            for its in found
        ),
        right=("booked", "left", "age"),
    )


@app.command()
def release(
    break_id: BreakId,
    to: Annotated[str, typer.Option(help="The code of the bank or biller whose it is, or written_off.", metavar="CODE")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the history.")],
    amount: Annotated[str | None, typer.Option(help="A part of what is left, such as 12.50; left out, all of it.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose to whom it goes, with its effect on every account; another person approves it with `switch proposal approve`."""

    async def work(switch: Switch) -> Proposal:
        found = (await switch.breaks.history(break_id)).found
        content = {BREAK: found.break_id, TO: to} | ({AMOUNT: amount} if amount else {})
        return await proposed(switch, ProposalKind.RELEASE_SUSPENSE, found.break_id, content, reason=reason, by=by)

    show(run(work), as_json)
