"""`switch push`: files that are pushed to SFTP servers of participants."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import asyncssh
import typer

from switch.application import Switch
from switch.bootstrap.opening import PUSH_KEY
from switch.cli.arguments import Limit
from switch.cli.key_files import ensure_key
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.second_person import At, Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.file_pushes import Pushing, PushPlace, push_place
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.proposals import ProposalKind
from switch.settings import load_settings
from switch.usecases.agree_on_push_place import push_place_content

app = typer.Typer(help="Files pushed to participants' own SFTP servers: to, stop, places, list, again, key.", no_args_is_help=True)

Participant = Annotated[str, typer.Argument(help="National code of a bank or biller.")]


@app.command()
def to(
    participant: Participant,
    host: Annotated[str, typer.Option(help="Name or address of its server, on a network that the switch calls.")],
    user: Annotated[str, typer.Option(help="The user that the switch signs in as.")],
    host_key: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The server's public host key, one line, as ssh-keyscan gives it.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of its SFTP server.")] = 22,
    folder: Annotated[str, typer.Option(help="Where its files are put.")] = ".",
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Push a participant's files there, by two people, from the next one on, each with its signature. It can still fetch them as before."""

    def place() -> PushPlace:
        line = host_key.read_text(encoding="ascii", errors="replace").strip()
        return push_place(participant_code(participant), host, port, user, folder, line)

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.CHOOSE_PUSH_PLACE, participant, push_place_content(place())

    async def work(switch: Switch) -> dict[ParticipantCode, PushPlace]:
        await switch.choose_push_place(place(), by=by_whom(by))
        return await switch.file_pushes.places()

    if (chosen := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is not None:
        code = participant_code(participant)
        _show({code: chosen[code]}, as_json)


@app.command()
def stop(participant: Participant, by: By = None) -> None:
    """Push nothing more there. What waits is kept, and goes on when a place is named anew."""

    async def work(switch: Switch) -> None:
        await switch.choose_push_place.stop(participant_code(participant), by=by_whom(by))

    run(work)
    say(f"لا تُدفع ملفات إلى {participant} · Nothing is pushed to {participant}.")


@app.command()
def places(as_json: AsJson = False) -> None:
    """To whom files are pushed, and where."""
    _show(run(lambda switch: switch.file_pushes.places()), as_json)


@app.command("list")
def list_pushes(
    participant: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is not delivered.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """How far each file has come, newest first."""

    async def work(switch: Switch) -> Sequence[Pushing]:
        code = None if participant is None else participant_code(participant)
        return await switch.file_pushes.page(code, limit, waiting=waiting)

    found = run(work)
    if as_json:
        print_json(list(found))
        return
    print_table(
        "ملفات تُدفع · Pushed files",
        ("file", "to", "attempts", "delivered (UTC)", "", "last answer"),
        (
            (
                one.file_id, one.participant, one.attempts, None if one.delivered_at is None else f"{one.delivered_at:%Y-%m-%d %H:%M:%S}",
                "متوقف · parked" if one.parked_at is not None else "", one.last_answer,
            )
            for one in found
        ),
        right=("attempts",),
    )  # fmt: skip


@app.command()
def again(file: Annotated[str, typer.Argument(help="Its id, from `switch push list`.")]) -> None:
    """Push a file that is parked, or was delivered and is lost there."""
    run(lambda switch: switch.push_files.again(file))
    say(f"{file} سيُدفع من جديد · is pushed again.")


@app.command()
def key() -> None:
    """The switch's public key for pushing, for `authorized_keys` of the server; made where there is none."""
    pem = ensure_key(load_settings().keys / PUSH_KEY, "switch:push").pem()
    say(asyncssh.import_private_key(pem).export_public_key("openssh").decode().strip())


def _show(found: dict[ParticipantCode, PushPlace], as_json: bool) -> None:
    if as_json:
        print_json(list(found.values()))
        return
    print_table(
        "إلى أين تُدفع الملفات · Where files are pushed",
        ("participant", "host", "port", "user", "folder", "host key"),
        ((one.participant, one.host, one.port, one.user, one.folder, one.host_key) for one in found.values()),
        right=("port",),
    )
