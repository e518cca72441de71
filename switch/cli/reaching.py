"""What a long-running command says where the database or the switch's key is not there, instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.exc import InterfaceError, OperationalError

CANNOT_START_EXIT_CODE = 1


@contextmanager
def needs_database_and_key() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as missing:
        _fail(f"{missing.filename} is not there; `switch keys init` makes the switch's key, `switch run` makes everything")
    except (OperationalError, InterfaceError) as unreachable:
        _fail(f"the database cannot be reached; `switch run` starts one, or set SWITCH_DATABASE_URL: {unreachable.orig}")


def _fail(why: str) -> None:
    typer.echo(f"لا يمكن البدء · Cannot start: {why}", err=True)
    raise typer.Exit(CANNOT_START_EXIT_CODE)
