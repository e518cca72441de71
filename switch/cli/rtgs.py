"""`switch rtgs`: what the RTGS says of a day, beside what the switch holds for settled."""

from datetime import date
from typing import Annotated

import typer

from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run

WRONG_EXIT_CODE = 3

app = typer.Typer(help="The RTGS of the central bank: compare its statement with the settled windows.", no_args_is_help=True)


@app.callback()
def rtgs() -> None:
    """Keeps `compare` a command of its own."""


@app.command()
def compare(
    day: Annotated[date, typer.Argument(parser=as_day, metavar=DAY, help="A day in Damascus, such as 2026-11-24.")],
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "SYP",
    as_json: AsJson = False,
) -> None:
    """Compare the last camt.053 of the RTGS for a day with the windows settled on it, leg by leg. Exit code 3 where they differ.

    Each difference stands as a break until a newer statement agrees, like those of `switch reconcile`.
    """
    found = run(lambda switch: switch.reconcile_rtgs(currency, day))
    if as_json:
        print_json(
            {
                "statement": found.statement.statement_id,
                "entries": len(found.statement.entries),
                "instructions": found.instructions,
                "differences": found.differences,
            }
        )
    elif found.differences:
        rows = (
            (each.kind, each.instruction_id, f"{each.participant} {each.account}".strip(), each.ours or None, each.theirs or None)
            for each in found.differences
        )
        print_table(
            "فروق مع RTGS · The RTGS and the switch differ",
            ("kind", "instruction", "participant", "ours", "theirs"),
            rows,
            right=("ours", "theirs"),
        )
    else:
        statement = found.statement
        say(f"{statement.statement_id}: {len(statement.entries)} entries of {found.instructions} instructions, all as we have them.")
    if found.differences:
        raise typer.Exit(WRONG_EXIT_CODE)
