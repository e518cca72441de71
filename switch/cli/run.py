"""`switch run`: the whole sandbox in one command; Ctrl-C stops everything, the data stays."""

import os
import shlex

import typer

from switch.cli.output import say
from switch.cli.sandbox import CannotStart, Sandbox
from switch.cli.sandbox.place import keep
from switch.cli.sandbox.uploads import upload_open_bills
from switch.settings import Settings, load_settings
from switch.telemetry import configure_logging

EXAMPLE_BANK = "100010"
EXAMPLE_SERVICE = "200019011"
EXAMPLE_REFERENCE = "100452371"


def run() -> None:
    """Start the switch with its own PostgreSQL, pretend billers and a pretend RTGS. Ctrl-C stops everything; the data is kept."""
    settings = load_settings()
    configure_logging("warning", "run")
    say("المحوّل الوطني لدفع الفواتير: بيئة تجريبية · The national bill-payment switch: a sandbox")
    try:
        with Sandbox(settings, say) as sandbox:
            keep(settings.data)
            if not sandbox.stopping:
                upload_open_bills(sandbox)
            if not sandbox.stopping:
                say(_welcome(settings))
            sandbox.supervise()
            say("جارٍ الإيقاف… · Stopping…")
    except CannotStart as why:
        typer.echo(f"لا يمكن البدء · Cannot start: {why}", err=True)
        raise typer.Exit(1) from None
    say("توقف كل شيء والبيانات محفوظة. · Everything has stopped; the data is kept.")


def _welcome(settings: Settings) -> str:
    switch = f"{_surroundings()}.venv/bin/switch"
    return f"""
المحوّل يعمل · The switch is running
  الواجهة البرمجية · API         {settings.api_url}
  مرجع الواجهة · Reference       {settings.api_url}/docs
  البيانات والسجلات · Data, logs {settings.data.absolute()}

ادفع فاتورة كهرباء كأنك مصرف · Pay an electricity bill as a bank would (in another terminal):
  {switch} bank pay --as {EXAMPLE_BANK} --service {EXAMPLE_SERVICE} --reference {EXAMPLE_REFERENCE}
أو بالأداة curl · or with curl, signed:
  curl -sS -K <({switch} sign GET {settings.api_url}/v1/position --as {EXAMPLE_BANK})

للإيقاف Ctrl-C · Ctrl-C stops everything
"""


def _surroundings() -> str:
    """What the other terminal must have set, too, to find this switch and its keys."""
    own = {name: os.environ[name] for name in ("SWITCH_DATA", "SWITCH_HOST", "SWITCH_PORT") if name in os.environ}
    return "".join(f"{name}={shlex.quote(value)} " for name, value in own.items())
