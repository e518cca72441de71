"""The command line: one file a group of commands; this one puts them together."""

from typing import Annotated

import typer

from switch.cli import (
    bank,
    breaks,
    cap,
    catalogue,
    demo,
    files,
    keys,
    migrate,
    openapi,
    participant,
    reconcile,
    run,
    serve,
    settle,
    sign,
    simulate,
    statement,
    tariff,
    verify,
    window,
    worker,
)
from switch.cli.output import language

app = typer.Typer(
    name="switch",
    help="A national electronic bill-payment switch: payments, settlement windows, files, reconciliation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(window.app, name="window")
app.add_typer(files.app, name="files")
app.command("settle")(settle.settle)
app.add_typer(statement.app, name="statement")
app.command("reconcile")(reconcile.reconcile)
app.add_typer(breaks.app, name="breaks")
app.command("verify")(verify.verify)
app.add_typer(participant.app, name="participant")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(tariff.app, name="tariff")
app.add_typer(cap.app, name="cap")
app.add_typer(migrate.app, name="migrate")
app.add_typer(simulate.app, name="simulate")
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(keys.app, name="keys")
app.add_typer(bank.app, name="bank")
app.command("sign")(sign.sign)
app.command("openapi")(openapi.openapi)


@app.callback()
def main(arabic: Annotated[bool, typer.Option("--arabic", help="Say refusals in Arabic.")] = False) -> None:
    language.set("ar" if arabic else "en")
