"""`switch tariff rerate`, `reratings`: a tariff that was wrong for days that are over."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.reratings import Rerating
from switch.usecases.change_tariff import DOCUMENT
from switch.usecases.rerate_tariff import SINCE, UNTIL


def rerate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The lines as they should have been, JSON; as for `try`.")],
    name: Annotated[str, typer.Option(help="Of the re-rating, such as water-fee-november.")],
    since: Annotated[date, typer.Option("--from", parser=as_day, metavar=DAY, help="First business date.")],
    until: Annotated[date, typer.Option("--to", parser=as_day, metavar=DAY, help="Last business date; all its windows are closed.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever decides.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose to adjust what payments of these days have paid too much or too little; shows who pays and who gets what.

    Another person must approve it (`switch proposal approve`); then each payment whose fee was another one gets an adjusting entry in
    the open window, once. A line in FILE takes the place of the published line of the same service, channel, slab and day.
    """
    try:
        document = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        document = ""
    content = {DOCUMENT: document, SINCE: since.isoformat(), UNTIL: until.isoformat()}

    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, ProposalKind.RERATE_TARIFF, name, content, reason=reason, by=by)

    show(run(work), as_json)


def reratings(
    carry_on: Annotated[bool, typer.Option("--carry-on", help="Carry out what is left of them, without the worker.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every re-rating, and how far it is carried out; the worker goes on with those that are not finished."""

    async def work(switch: Switch) -> list[Rerating]:
        while carry_on and await switch.rerate_payments():
            pass
        return await switch.reratings.every()

    found = run(work)
    if as_json:
        print_json([_document(each) for each in found])
        return
    if not found:
        say("Nothing was re-rated.")
        return
    columns = ("re-rating", "from", "to", "by", "payments", "adjusted", "finished")
    print_table("إعادات احتساب الرسوم · Re-ratings", columns, map(_row, found), right=("payments", "adjusted"))


def _row(each: Rerating) -> tuple[str, ...]:
    stands = each.waits or "goes on" if each.finished_at is None else f"{each.finished_at:%Y-%m-%d %H:%M}"
    return (each.rerating_id, f"{each.since}", f"{each.until}", each.by, f"{each.payments:,}", f"{each.adjusted:,}", stands)


def _document(each: Rerating) -> dict[str, object]:
    return {
        "rerating_id": each.rerating_id,
        "from": each.since,
        "to": each.until,
        "by": each.by,
        "proposal_id": each.proposal_id,
        "approved_at": each.approved_at,
        "payments": each.payments,
        "adjusted": each.adjusted,
        "waits": each.waits,
        "finished_at": each.finished_at,
    }
