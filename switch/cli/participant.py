"""`switch participant`: who takes part, with which status and which keys."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli import outage, participant_limits
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.identifiers import participant_code
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.signatures import load_verifying_key

app = typer.Typer(help="Participants: list, admit, suspend, resume, close, connect; and their keys.", no_args_is_help=True)
key_app = typer.Typer(help="The public keys of participants.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.add_typer(outage.app, name="outage")
app.add_typer(participant_limits.app, name="limits")

Code = Annotated[str, typer.Argument(help="The national code, six digits.")]


@app.command("list")
def list_participants(
    kind: Annotated[ParticipantKind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[ParticipantStatus | None, typer.Option(help="Only this status.")] = None,
    as_json: AsJson = False,
) -> None:
    """Everybody in the directory, by code."""

    async def work(switch: Switch) -> list[Participant]:
        everyone = switch.directory.current().participants.values()
        return [one for one in everyone if kind in (None, one.kind) and status in (None, one.status)]

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Participants ({len(found)})",
        ("code", "kind", "name", "name in Arabic", "status", "category", "governorate"),
        ((one.code, one.kind, one.name.en, one.name.ar, one.status, one.category, one.governorate) for one in found),
    )


@app.command()
def admit(
    code: Code,
    kind: Annotated[ParticipantKind, typer.Option(help="It never changes.")],
    name_ar: Annotated[str, typer.Option(help="The name in Arabic.")],
    name_en: Annotated[str, typer.Option(help="The name in English.")],
    status: Annotated[ParticipantStatus, typer.Option(help="Draft and testing ones cannot pay or be paid yet.")] = ParticipantStatus.DRAFT,
    category: Annotated[str | None, typer.Option(help="Of a biller, such as electricity.")] = None,
    governorate: Annotated[str | None, typer.Option(help="Of a biller that serves one.")] = None,
) -> None:
    """Enter a participant, or change what the directory says of it."""

    async def work(switch: Switch) -> Participant:
        participant = Participant(participant_code(code), kind, Name(name_ar, name_en), status, category, governorate)
        await switch.admit_participant(participant, by=by_whom())
        return participant

    _say_status(run(work))


@app.command()
def suspend(code: Code) -> None:
    """Stop a participant at once: it pays nothing and is paid nothing; what is in doubt is still concluded."""
    _move(code, ParticipantStatus.SUSPENDED)


@app.command()
def resume(code: Code) -> None:
    """Make a participant live, the first time or again."""
    _move(code, ParticipantStatus.LIVE)


@app.command()
def close(code: Code, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """End a participation for good."""
    if not yes:
        typer.confirm(f"Close {code} for good?", abort=True)
    _move(code, ParticipantStatus.CLOSED)


@app.command()
def connect(
    code: Code,
    url: Annotated[str, typer.Option(help="Where the biller answers.")],
    protocol: Annotated[str, typer.Option(help="The protocol that it speaks.")],
) -> None:
    """Say where a biller is reached."""

    async def work(switch: Switch) -> Endpoint:
        endpoint = Endpoint(participant_code(code), protocol, url)
        await switch.connect_biller(endpoint, by=by_whom())
        return endpoint

    connected = run(work)
    say(f"{connected.biller}: {connected.protocol} at {connected.url}")


@key_app.command("add")
def add_key(
    code: Code,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The public key as PEM.")],
    name: Annotated[str, typer.Option(help="Tells the keys of a participant apart.")] = "main",
) -> None:
    """Register a public key: messages that it signed are the participant's from now on."""

    async def work(switch: Switch) -> ParticipantKey:
        owner = participant_code(code)
        keyid, pem = f"{owner}:{name}", file.read_text(encoding="ascii", errors="replace")
        key = ParticipantKey(keyid, owner, load_verifying_key(keyid, pem).algorithm, pem)
        await switch.register_key(key, by=by_whom())
        return key

    registered = run(work)
    say(f"{registered.keyid} ({registered.algorithm}) is active.")


@key_app.command("revoke")
def revoke_key(keyid: Annotated[str, typer.Argument(help="Such as 100010:main.")]) -> None:
    """Take a key out of use at once and for good; what it signed before stays evidence."""
    run(lambda switch: switch.revoke_key(keyid, by=by_whom()))
    say(f"{keyid} is revoked.")


@key_app.command("list")
def list_keys(code: Annotated[str | None, typer.Argument(help="Only those of this participant.")] = None, as_json: AsJson = False) -> None:
    """The active keys."""

    async def work(switch: Switch) -> list[ParticipantKey]:
        owner = None if code is None else participant_code(code)
        return [key for key in switch.directory.current().keys.values() if owner in (None, key.participant)]

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Keys ({len(found)})", ("key id", "participant", "algorithm"), ((key.keyid, key.participant, key.algorithm) for key in found)
    )


def _move(code: str, status: ParticipantStatus) -> None:
    async def work(switch: Switch) -> Participant:
        known = switch.directory.current().participant(participant_code(code))
        moved = replace(known, status=status)
        await switch.admit_participant(moved, by=by_whom())
        return moved

    _say_status(run(work))


def _say_status(participant: Participant) -> None:
    say(f"{participant.code} {participant.name.en} ({participant.name.ar}): {participant.status}")
