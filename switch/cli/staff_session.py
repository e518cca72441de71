"""Signing in at the console: who decides proves who they are, once for a command or for a session that is kept (file, 0600)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.audit import console
from switch.cli.output import say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.errors import NotAllowed
from switch.domain.proposals import ProposalKind
from switch.domain.staff import StaffCaller, may_decide
from switch.domain.staff_errors import PersonNeeded, StaffAccountNeeded
from switch.settings import Settings, load_settings

TOKEN_VARIABLE = "SWITCH_STAFF_TOKEN"  # noqa: S105 - the name of a variable

As = Annotated[str | None, typer.Option("--as", help="The staff account to sign in as; asks for its password and code.")]


def sign_in(name: Annotated[str, typer.Argument(help="The account, such as nour.")]) -> None:
    """Sign in for the commands that follow; the session is kept in a file that only this user of the machine can read."""
    password, code = _asked()
    signed_in = run(lambda switch: switch.sign_in_staff(name, password, code, origin=console()))
    _keep(load_settings(), signed_in.token)
    say(f"{name} until {signed_in.session.ends_at:%H:%M} UTC, or a quarter of an hour without a command")


def sign_out() -> None:
    """End the kept session."""
    settings = load_settings()
    token = _kept(settings)

    async def work(switch: Switch) -> None:
        if token is not None:
            await switch.sign_in_staff.sign_out(await switch.know_staff(token))

    try:
        run(work)
    finally:
        _file(settings).unlink(missing_ok=True)
    say("Signed out.")


async def decider(switch: Switch, settings: Settings, kind: ProposalKind, *, name: str | None, by: str | None) -> str:
    """Who decides on a proposal of this kind: an account that has proven who it is; in a sandbox a name is enough.

    Raises StaffAccountNeeded, PersonNeeded, NotAllowed, SignInRefused, SessionOver.
    """
    if name is not None:
        password, code = _asked()
        caller = (await switch.sign_in_staff(name, password, code, origin=console())).caller
        await switch.sign_in_staff.sign_out(caller)
    elif (token := os.environ.get(TOKEN_VARIABLE) or _kept(settings)) is not None and by is None:
        caller = await switch.know_staff(token)
    elif settings.sandbox:
        return by_whom(by)
    else:
        raise StaffAccountNeeded()
    return _require(caller, kind)


def _require(caller: StaffCaller, kind: ProposalKind) -> str:
    if caller.session is None:
        raise PersonNeeded()
    if not may_decide(caller.roles, kind):
        raise NotAllowed()
    return caller.by


def _asked() -> tuple[str, str]:
    password: str = typer.prompt("كلمة السر · Password", hide_input=True, err=True)
    code: str = typer.prompt("الرمز · Code", err=True)
    return password, code.strip()


def _file(settings: Settings) -> Path:
    return settings.run / f"staff-session-{os.getuid()}"


def _keep(settings: Settings, token: str) -> None:
    settings.run.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _file(settings)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token)


def _kept(settings: Settings) -> str | None:
    with suppress(FileNotFoundError):
        return _file(settings).read_text(encoding="ascii").strip() or None
    return None
