"""`switch split`: a service's money goes to several settlement accounts of its biller."""

from datetime import date
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.identifiers import service_code
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.splits import Split
from switch.usecases.split_service import NAME, PARTS, SINCE

app = typer.Typer(help="Services whose money goes to several settlement accounts: list, propose.", no_args_is_help=True)


@app.command("list")
def list_splits(service: Annotated[str | None, typer.Option(help="Only this service's.")] = None, as_json: AsJson = False) -> None:
    """Every split, also those to come and those that newer ones have replaced."""
    wanted = None if service is None else service_code(service)

    async def work(switch: Switch) -> list[Split]:
        if wanted is not None:
            switch.directory.current().service(wanted)
        return await switch.splits.every(wanted)

    found = run(work)
    if as_json:
        print_json(found)
        return
    if not found:
        say("No service is split: each biller is paid on its own account.")
        return
    rows = (
        (
            *(split.split_id, split.service, split.effective_from.isoformat(), part.account.number, part.account.bank),
            *(money(part.fixed_minor, split.currency), f"{part.basis_points:,}"),
        )
        for split in found
        for part in split.parts
    )
    columns = ("split", "service", "from day", "account", "kept at", "fixed", "basis points of the rest")
    print_table("التوزيع على الحسابات · Splits", columns, rows, right=columns[5:])


@app.command()
def propose(
    service: Annotated[str, typer.Argument(help="Whose money is split, such as 200019011.")],
    name: Annotated[str, typer.Option(help="Of the split, such as water-2027.")],
    since: Annotated[date, typer.Option("--from", parser=as_day, metavar=DAY, help="From which day on, tomorrow or later.")],
    part: Annotated[
        list[str],
        typer.Option(metavar="'BANK NUMBER FIXED BASIS_POINTS'", help="Again for each account; the basis points are 10000 together."),
    ],
    reason: Annotated[str, typer.Option(help="Why, for whoever decides.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose to pay a service's money to several accounts; another person must approve it (`switch proposal approve`).

    Of each payment the fixed amounts go first, in their order; the rest by basis points. Payments keep the split of the day on which they
    were accepted; what is taken back comes out of the accounts that were paid. The rule is in docs/settlement.md.
    """
    content = {NAME: name, SINCE: since.isoformat(), PARTS: "\n".join(part)}

    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, ProposalKind.SPLIT_SERVICE, service, content, reason=reason, by=by)

    show(run(work), as_json)
