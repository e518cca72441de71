"""`switch migrate`: the schema of the database is brought up to date, or looked at."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import typer

from switch.bootstrap.migrating import look_at_schema, migrate_database
from switch.cli.output import REFUSED_EXIT_CODE, AsJson, print_json, say, tell_refusal
from switch.cli.reaching import reached
from switch.domain.errors import Refusal
from switch.settings import load_settings

WRONG_EXIT_CODE = 3
T = TypeVar("T")

app = typer.Typer(help="The schema of the database: up, check.", no_args_is_help=True)


@app.command()
def up() -> None:
    """Apply what is missing. Nothing to do where it is current."""
    settings = load_settings()
    before = _told(lambda: asyncio.run(look_at_schema(settings)))
    _told(lambda: migrate_database(settings))
    if before.found == before.needed:
        say(f"The schema is at revision {before.needed}; there was nothing to do.")
    else:
        say(f"The schema went from {before.found or 'nothing'} to revision {before.needed}.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Compare the database with what this program needs: revision, tables, and the triggers that keep the invariants."""
    settings = load_settings()
    schema = _told(lambda: asyncio.run(look_at_schema(settings)))
    if as_json:
        print_json(schema)
    else:
        say(f"Revision {schema.found or '–'}; this program needs {schema.needed}.")
        for line in schema.drift:
            say(f"  {line}")
        say("The schema is right." if schema.right else "The schema is NOT right.")
    if not schema.right:
        raise typer.Exit(WRONG_EXIT_CODE)


def _told(work: Callable[[], T]) -> T:
    try:
        with reached(load_settings()):
            return work()
    except Refusal as refusal:
        tell_refusal(refusal)
        raise typer.Exit(REFUSED_EXIT_CODE) from None
