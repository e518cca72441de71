"""`switch psql`: PostgreSQL's own shell on the books, for whoever looks after the server."""

import os
import subprocess
from pathlib import Path

import typer
from sqlalchemy import make_url

from switch.bootstrap.opening import find_url
from switch.cli.reaching import reached
from switch.postgres_server.binaries import find_binaries
from switch.settings import load_settings

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def psql(context: typer.Context) -> None:
    """PostgreSQL's shell on the switch's database; words are passed on to it: `switch psql -c "SELECT count(*) FROM payment"`.

    Whoever may do this may change the books by hand; `switch verify` then names what was changed.
    """
    settings = load_settings()
    with reached(settings):
        url = make_url(find_url(settings)).set(drivername="postgresql")
        address, password = url._replace(password=None).render_as_string(), {"PGPASSWORD": url.password} if url.password else {}
        words: list[str | Path] = [find_binaries() / "psql", f"--dbname={address}", *context.args]
        done = subprocess.run(words, env=os.environ | password, check=False)  # noqa: S603 - that is what it is for
    raise typer.Exit(done.returncode)
