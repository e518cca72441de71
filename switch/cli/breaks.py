"""`switch breaks`: where the books of a bank or biller and of the switch differ."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import BusinessDate, business_date_of
from switch.cli.output import AsJson, money, print_json, print_table
from switch.cli.session import run
from switch.domain.identifiers import participant_code
from switch.domain.reconciliation import Break, BreakState

LISTED = 100

app = typer.Typer(help="Breaks: what reconciliation found.", no_args_is_help=True)


@app.command("list")
def list_breaks(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller.")] = None,
    business_date: BusinessDate = None,
    state: Annotated[BreakState | None, typer.Option(help="Only those in this state.")] = None,
    after: Annotated[str | None, typer.Option(help="Go on after this break: its whole id, as --json shows it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = LISTED,
    as_json: AsJson = False,
) -> None:
    """Newest business date first."""

    async def work(switch: Switch) -> list[Break]:
        owner = None if participant is None else participant_code(participant)
        return await switch.breaks.page(owner, business_date_of(business_date), state, after, limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "Breaks",
        ("break", "business date", "kind", "participant", "payment", "at stake", "the switch has", "they have", "state", "opened (UTC)"),
        (
            (
                its.break_id[:12],
                its.business_date,
                its.kind,
                its.participant,
                its.payment_id,
                money(its.minor, its.currency),
                its.ours,
                its.theirs,
                its.state,
                f"{its.opened_at:%Y-%m-%d %H:%M}",
            )
            for its in found
        ),
        right=("at stake",),
    )
