"""`switch statement`: what banks and billers have booked, handed in for reconciliation."""

from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import BusinessDate, business_date_of
from switch.cli.output import AsJson, money, print_json, print_table, progress, say
from switch.cli.session import run
from switch.domain.booked_statements import ImportedStatement
from switch.domain.identifiers import participant_code

LISTED = 100

app = typer.Typer(help="Statements of banks and billers: hand in, list.", no_args_is_help=True)


@app.command("import")
def import_statement(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The statement, in the layout csv-1.")],
    participant: Annotated[str, typer.Option(help="The national code of the bank or biller that hands it in.")],
    as_json: AsJson = False,
) -> None:
    """Take a statement in, whole or not at all. The same file again changes nothing; another one for its date is a new revision."""

    async def work(switch: Switch) -> ImportedStatement:
        owner = switch.directory.current().participant(participant_code(participant))
        with file.open("rb") as opened:
            return await switch.import_statement(owner, opened, steps)

    with progress(f"Taking in {file.name}", hidden=as_json) as steps:
        imported = run(work)
    if as_json:
        print_json(imported)
    elif imported.replayed:
        say(f"{imported.statement_id}: taken in before, at {imported.received_at:%Y-%m-%d %H:%M:%S} UTC; nothing was done.")
    else:
        say(f"{imported.statement_id}: {imported.lines:,} lines, {money(imported.total.minor, imported.currency)} {imported.currency}.")


@app.command("list")
def list_statements(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller.")] = None,
    business_date: BusinessDate = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = LISTED,
    as_json: AsJson = False,
) -> None:
    """What was handed in, newest first. For each participant, date and currency the highest revision counts."""

    async def work(switch: Switch) -> list[ImportedStatement]:
        owner = None if participant is None else participant_code(participant)
        return await switch.breaks.statements(owner, business_date_of(business_date), limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "Statements",
        ("statement", "side", "business date", "revision", "lines", "total", "currency", "received (UTC)"),
        (
            (
                its.statement_id,
                its.side,
                its.business_date,
                its.revision,
                f"{its.lines:,}",
                money(its.total.minor, its.currency),
                its.currency,
                f"{its.received_at:%Y-%m-%d %H:%M:%S}",
            )
            for its in found
        ),
        right=("revision", "lines", "total"),
    )
