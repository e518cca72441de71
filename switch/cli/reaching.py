"""Reaching the database and the switch's key: the kept server is started where it rests, and what is missing is said in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from switch.bootstrap.opening import DATABASE_TROUBLE
from switch.cli.output import tell_refusal
from switch.domain.errors import Refusal
from switch.postgres_server import DataDirectoryInUse, NoPostgres, PostgresServer, ServerFailed, WrongVersion
from switch.settings import Settings, SettingsWrong

CANNOT_START_EXIT_CODE = 1


@contextmanager
def reached(settings: Settings) -> Iterator[None]:
    """The database is up within: a named one, the one that `switch run` has running, or else the kept one, started for as long as this.

    Raises typer.Exit(1) where there is none, where it cannot be reached, or where the switch's key is missing.
    """
    with needs_database_and_key():
        if settings.database_url is not None:
            yield
            return
        server = PostgresServer(settings.data / "postgres")
        if not server.has_data:
            _fail(
                f"there are no books in {settings.data.absolute()}; `switch run` makes them, SWITCH_DATA or SWITCH_DATABASE_URL name others"
            )
        try:
            server.start()
        except DataDirectoryInUse:
            yield
            return
        try:
            if not server.wait_ready():
                raise ServerFailed(f"PostgreSQL did not start:\n{server.last_words()}")
            yield
        finally:
            server.stop()


@contextmanager
def needs_database_and_key() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as missing:
        _fail(f"{missing.filename} is not there; `switch keys init` makes the switch's key, `switch run` makes everything")
    except DATABASE_TROUBLE as unreachable:
        why = getattr(unreachable, "orig", "the line broke at COMMIT")
        _fail(f"the database cannot be reached; `switch run` starts one, or set SWITCH_DATABASE_URL: {why}")
    except Refusal as refusal:
        tell_refusal(refusal)
        raise typer.Exit(CANNOT_START_EXIT_CODE) from None
    except (NoPostgres, ServerFailed, SettingsWrong, WrongVersion) as failed:
        _fail(str(failed))


def _fail(why: str) -> None:
    typer.echo(f"لا يمكن البدء · Cannot start: {why}", err=True)
    raise typer.Exit(CANNOT_START_EXIT_CODE)
