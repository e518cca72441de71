"""`switch simulate`: the other side of the wire, for the sandbox, the demo and the tests."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from starlette.types import ASGIApp

from switch.cli.output import REFUSED_EXIT_CODE, AsJson, print_json, print_table, progress, say
from switch.client import NotCertain, Refused
from switch.domain.calendar import local_date
from switch.domain.errors import Refusal
from switch.signatures import VerifyingKey
from switch.simulators import serving
from switch.simulators.identity_lies import Lie
from switch.simulators.identity_provider import PretendProvider
from switch.simulators.uploads import upload_all
from switch.telemetry import configure_logging

WRONG_USAGE_EXIT_CODE = 2

app = typer.Typer(help="Pretend billers, a pretend RTGS and a pretend identity provider, each a process of its own.", no_args_is_help=True)

Port = Annotated[int, typer.Option(min=1, max=65535, help="Listen on this port of 127.0.0.1.")]
Keys = Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder with the participants' private keys, <code>.pem.")]
SwitchKey = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="The switch's public key in PEM; only what it has signed is heard.")
]
Books = Annotated[Path, typer.Option(dir_okay=False, help="SQLite file of the books; made where it is not there.")]
Script = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="JSON file of misbehaviour (docs/simulators.md), read again when it changes."),
]


@app.command()
def billers(port: Port, keys: Keys, switch_key: SwitchKey, books: Books, script: Script = None) -> None:
    """Play every biller of the catalogue whose key is there, at /<biller code>/ of one port.

    Their own books: GET /<biller code>/statement?business_date=2026-11-24
    """
    _serve("billers", port, lambda: serving.billers_app(keys_folder=keys, switch_key=_key(switch_key), books=books, script=script))


@app.command()
def rtgs(
    port: Port,
    keys: Keys,
    code: Annotated[str, typer.Option(help="National code of the central bank, whose key signs the answers.")],
    switch_key: SwitchKey,
    books: Books,
    script: Script = None,
    exchange: Annotated[
        Path | None, typer.Option(file_okay=False, help="Take ISO 20022 files out of this folder, too, and answer into it.")
    ] = None,
) -> None:
    """Play the RTGS of the central bank: settles all legs of an instruction or none.

    Its own books: GET /statement?date=2026-11-24 and GET /accounts
    """
    signing_key = serving.load_participant_key(keys, code)
    if signing_key is None:
        raise typer.BadParameter(f"{keys} has no {code}.pem", param_hint="--code")
    _serve(
        "rtgs",
        port,
        lambda: serving.rtgs_app(key=signing_key, switch_key=_key(switch_key), books=books, script=script, exchange=exchange),
    )


@app.command()
def identity(
    port: Port,
    person: Annotated[list[str], typer.Option(help="A subject that may be chosen; may be given several times.")],
    client_id: Annotated[str, typer.Option(help="As whom the switch is registered.")] = "switch",
    secret_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Holds the client's secret; without it the client is a public one.")
    ] = None,
    does: Annotated[Lie | None, typer.Option(help="Lies like this; docs/simulators.md.")] = None,
) -> None:
    """Play the identity provider by which staff sign in (OpenID Connect); it asks for no password, only who one is."""
    secret = None if secret_file is None else secret_file.read_text(encoding="utf-8").strip()
    _serve("identity", port, lambda: PretendProvider(f"http://127.0.0.1:{port}", client_id, secret, tuple(person), does))


@app.command()
def uploads(
    url: Annotated[str, typer.Option(help="Address of the switch, such as http://127.0.0.1:8080.")],
    keys: Keys,
    switch_key: SwitchKey,
    customers: Annotated[int, typer.Option(min=1, max=100_000, help="So many customers of each service.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Upload bills in the name of every biller whose services are of mode “uploaded”. Again with the same numbers changes nothing."""
    today = local_date(datetime.now(UTC))
    try:
        with progress("uploading bills", hidden=as_json) as steps:
            counts = upload_all(url, keys_folder=keys, switch_key=_key(switch_key), how_many=customers, today=today, progress=steps)
    except (Refused, NotCertain) as fault:
        say(str(fault))
        raise typer.Exit(REFUSED_EXIT_CODE) from None
    listed = [{"biller_code": biller, "status": status, "lines": lines} for (biller, status), lines in sorted(counts.items())]
    if as_json:
        print_json(listed)
    else:
        print_table(
            "Uploaded bills / الفواتير المحمّلة", ["biller", "status", "lines"], [tuple(line.values()) for line in listed], right=["lines"]
        )
    if any(line["status"] == "refused" for line in listed):
        raise typer.Exit(REFUSED_EXIT_CODE)


def _serve(name: str, port: int, make: Callable[[], ASGIApp]) -> None:
    configure_logging("info", name)
    try:
        serving.serve(make(), port=port)
    except OSError as fault:
        _wrong(f"port {port} of 127.0.0.1, or a file, cannot be used: {fault}")
    except (ValueError, Refusal) as fault:
        _wrong(str(fault))


def _key(path: Path) -> VerifyingKey:
    return serving.load_switch_key(path)


def _wrong(why: str) -> None:
    print(why, file=sys.stderr)
    raise typer.Exit(WRONG_USAGE_EXIT_CODE)
