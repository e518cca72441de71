"""`switch participant`: who takes part, with which status and which keys."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli import outage, participant_limits
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.second_person import At, Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.directory import DirectoryChange, Endpoint, ParticipantKey
from switch.domain.identifiers import participant_code
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.proposals import ProposalKind
from switch.reports.participants import ParticipantFile
from switch.signatures import load_verifying_key
from switch.usecases.agree_on_connection import connection_content
from switch.usecases.agree_on_key import PUBLIC_KEY
from switch.usecases.agree_on_participant import participant_content

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
def show(code: Code, limit: Limit = 20, as_json: AsJson = False) -> None:
    """One participant: as it is, what is agreed on and to come, and how it came to be so, newest first."""

    async def work(switch: Switch) -> tuple[ParticipantFile, Sequence[DirectoryChange]]:
        owner = participant_code(code)
        return await switch.participants.one(owner), await switch.participants.history(owner, limit)

    found, history = run(work)
    if as_json:
        print_json({"file": found, "history": list(history)})
        return
    _say_status(found.participant)
    reached = "–" if found.endpoint is None else f"{found.endpoint.protocol} at {found.endpoint.url}"
    say(f"keys: {', '.join(found.keys) or '–'}; reached: {reached}")
    print_table(
        "يسري لاحقاً · To come",
        ("takes effect (UTC)", "what", "before", "after", "agreed by"),
        (
            (f"{one.effective_at:%Y-%m-%d %H:%M}", change.what, change.before, change.after, one.people)
            for one in found.to_come
            for change in one.foreseen.changes
        ),
    )
    print_table(
        "التاريخ · History",
        ("at (UTC)", "kind", "subject", "became", "by"),
        ((f"{one.changed_at:%Y-%m-%d %H:%M:%S}", one.kind, one.subject, one.status, one.by) for one in history),
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
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Enter a participant, or change what the directory says of it, by two people."""

    def wanted(_: Switch) -> Participant:
        return Participant(participant_code(code), kind, Name(name_ar, name_en), status, category, governorate)

    _change(wanted, participant_content, reason, at, by, as_json)


@app.command()
def suspend(code: Code, by: By = None, as_json: AsJson = False) -> None:
    """Stop a participant at once, by one person: it pays nothing and is paid nothing; what is in doubt is still concluded."""

    async def work(switch: Switch) -> Participant:
        suspended = replace(switch.directory.current().participant(participant_code(code)), status=ParticipantStatus.SUSPENDED)
        await switch.admit_participant(suspended, by=by_whom(by))
        return suspended

    _tell(run(work), as_json)


@app.command()
def move(
    code: Code,
    status: Annotated[ParticipantStatus, typer.Argument(help="The next status of its life.")],
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Move a participant on, by two people: draft, testing, pilot, live; suspended; closed."""
    _move(code, status, reason, at, by, as_json)


@app.command()
def resume(code: Code, reason: Why = None, at: At = None, by: By = None, as_json: AsJson = False) -> None:
    """Make a participant live, the first time or again, by two people."""
    _move(code, ParticipantStatus.LIVE, reason, at, by, as_json)


@app.command()
def close(
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """End a participation for good, by two people."""
    if not yes:
        typer.confirm(f"Close {code} for good?", abort=True)
    _move(code, ParticipantStatus.CLOSED, reason, at, by, as_json)


@app.command()
def connect(
    code: Code,
    url: Annotated[str, typer.Option(help="Where the biller answers.")],
    protocol: Annotated[str, typer.Option(help="The protocol that it speaks, such as json-1.")],
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say where a biller is reached, by two people."""

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.CHANGE_CONNECTION, code, connection_content(Endpoint(participant_code(code), protocol, url))

    async def work(switch: Switch) -> Endpoint:
        endpoint = Endpoint(participant_code(code), protocol, url)
        await switch.connect_biller(endpoint, by=by_whom(by))
        return endpoint

    if (connected := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is not None:
        _tell(connected, as_json)


@key_app.command("add")
def add_key(
    code: Code,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The public key as PEM.")],
    name: Annotated[str, typer.Option(help="Tells the keys of a participant apart.")] = "main",
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Register a public key, by two people: messages that it signed are then the participant's."""
    pem = file.read_text(encoding="ascii", errors="replace")

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.REGISTER_KEY, f"{participant_code(code)}:{name}", {PUBLIC_KEY: pem}

    async def work(switch: Switch) -> ParticipantKey:
        owner = participant_code(code)
        key = ParticipantKey(f"{owner}:{name}", owner, load_verifying_key(f"{owner}:{name}", pem).algorithm, pem)
        await switch.register_key(key, by=by_whom(by))
        return key

    if (registered := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is not None:
        _tell(registered, as_json)


@key_app.command("revoke")
def revoke_key(keyid: Annotated[str, typer.Argument(help="Such as 100010:main.")], by: By = None) -> None:
    """Take a key out of use at once and for good, by one person; what it signed before stays evidence."""
    run(lambda switch: switch.revoke_key(keyid, by=by_whom(by)))
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


def _move(code: str, status: ParticipantStatus, reason: str | None, at: datetime | None, by: str | None, as_json: bool) -> None:
    def wanted(switch: Switch) -> Participant:
        return replace(switch.directory.current().participant(participant_code(code)), status=status)

    _change(wanted, lambda _: {"status": status}, reason, at, by, as_json)


def _change(
    wanted: Callable[[Switch], Participant],
    told: Callable[[Participant], dict[str, str]],
    reason: str | None,
    at: datetime | None,
    by: str | None,
    as_json: bool,
) -> None:
    def asked(switch: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        participant = wanted(switch)
        return ProposalKind.CHANGE_PARTICIPANT, participant.code, told(participant)

    async def work(switch: Switch) -> Participant:
        participant = wanted(switch)
        await switch.admit_participant(participant, by=by_whom(by))
        return participant

    if (changed := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is not None:
        _tell(changed, as_json)


def _tell(done: Participant | Endpoint | ParticipantKey, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    match done:
        case Participant():
            _say_status(done)
        case Endpoint():
            say(f"{done.biller}: {done.protocol} at {done.url}")
        case ParticipantKey():
            say(f"{done.keyid} ({done.algorithm}) is active.")


def _say_status(participant: Participant) -> None:
    say(f"{participant.code} {participant.name.en} ({participant.name.ar}): {participant.status}")
