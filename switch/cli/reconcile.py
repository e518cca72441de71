"""`switch reconcile`: a business date as banks and billers have booked it against what the switch has completed."""

from datetime import date
from typing import Annotated

import typer

from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, money, print_json, print_table, progress, say
from switch.cli.session import run
from switch.domain.reconciliation import SideResult

BREAKS_EXIT_CODE = 3


def reconcile(
    business_date: Annotated[date, typer.Argument(parser=as_day, metavar=DAY, help="Such as 2026-11-24.")],
    currency: Annotated[str, typer.Option(help="The currency of the statements.")] = "SYP",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 where a break is open or a statement was not received.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every statement received for DATE; run again at any time, also after newer statements came in."""
    with progress(f"Reconciling {business_date}", hidden=as_json):
        sides = run(lambda switch: switch.reconcile(business_date, currency))
    if as_json:
        print_json(sides)
    else:
        _print(sides, f"Reconciliation of {business_date}, {currency}")
    if strict and any(side.breaks or not side.statement_received for side in sides):
        raise typer.Exit(BREAKS_EXIT_CODE)


def _print(sides: list[SideResult], title: str) -> None:
    if not sides:
        say(f"{title}: no payments and no statements.")
        return
    print_table(
        title,
        ("participant", "side", "statement", "matched", "breaks", "of these", "unreconciled"),
        (
            (
                side.participant,
                side.side,
                "received" if side.statement_received else "not received",
                f"{side.matched:,}",
                f"{side.breaks:,}",
                ", ".join(f"{kind} {count:,}" for kind, count in side.breaks_by_kind.items()),
                money(side.unreconciled_minor, side.currency),
            )
            for side in sides
        ),
        right=("matched", "breaks", "unreconciled"),
    )
