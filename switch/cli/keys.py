"""`switch keys`: the switch's own key, with which it signs its answers, files and orders to billers."""

import typer

from switch.cli.key_files import NoKey, ensure_switch_key, load_switch_public_key
from switch.cli.output import AsJson, print_json, say
from switch.cli.reaching import needs_database_and_key
from switch.settings import load_settings

app = typer.Typer(help="The switch's own key.", no_args_is_help=True)


@app.command()
def init() -> None:
    """Make the switch's key in <data>/keys, or in the token of SWITCH_PKCS11_MODULE, unless it is there."""
    settings = load_settings()
    with needs_database_and_key():
        key = ensure_switch_key(settings)
    where = f"token {settings.pkcs11_token}, " if settings.pkcs11_module else ""
    say(f"{key.keyid} ({key.algorithm}): {where}{settings.keys.absolute()}")


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print the public key, for participants to register at their side."""
    settings = load_settings()
    try:
        key = load_switch_public_key(settings)
    except NoKey as missing:
        typer.echo(f"There is no key at {missing.path}; make it with: switch keys init", err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json({"keyid": key.keyid, "algorithm": key.algorithm, "public_pem": key.pem()})
    else:
        say(f"{key.keyid}  {key.algorithm}\n{key.pem()}")
