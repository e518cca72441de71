"""The command line: one file a group of commands; `commands.py` is their table."""

from typing import Annotated

import typer

from switch.cli.commands import Commands
from switch.cli.output import REFUSED_EXIT_CODE, language, tell_refusal
from switch.domain.errors import Refusal
from switch.settings import SettingsWrong

__all__ = ["REFUSED_EXIT_CODE", "Refusal", "SettingsWrong", "app", "tell_refusal"]

app = typer.Typer(
    name="switch",
    cls=Commands,
    help="A national electronic bill-payment switch: payments, settlement windows, files, reconciliation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main(arabic: Annotated[bool, typer.Option("--arabic", help="Say refusals in Arabic.")] = False) -> None:
    language.set("ar" if arabic else "en")
