"""Signing in at the console: who decides proves who they are, once for a command or for a session that is kept (file, 0600)."""

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

import typer

from switch.application import Switch
from switch.cli.audit import console
from switch.cli.output import say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.errors import NotAllowed
from switch.domain.proposals import Proposal, ProposalKind, given_reason
from switch.domain.provider_sign_in import ProviderAnswer
from switch.domain.staff import StaffCaller, may_decide
from switch.domain.staff_errors import PersonNeeded, StaffAccountNeeded
from switch.settings import Settings, load_settings
from switch.usecases.sign_in_staff import SignedIn

TOKEN_VARIABLE = "SWITCH_STAFF_TOKEN"  # noqa: S105 - the name of a variable

As = Annotated[str | None, typer.Option("--as", help="The staff account to sign in as; asks for its password and code.")]


def sign_in(
    name: Annotated[str | None, typer.Argument(help="The account, such as nour; not with --oidc.")] = None,
    oidc: Annotated[bool, typer.Option("--oidc", help="By the identity provider, in a browser on whichever machine.")] = False,
) -> None:
    """Sign in for the commands that follow; the session is kept in a file that only this user of the machine can read.

    With --oidc an address is shown. Open it in a browser, on this machine or another, and prove there who you are. The browser ends at
    an address that shows no page, which is as it should be: copy that address and paste it here. Nothing waits on a line meanwhile, so
    this works over a bad one, and over SSH; there are ten minutes for it.
    """
    if oidc == (name is not None):
        raise typer.BadParameter("either the NAME of an account, or --oidc")
    signed_in = _by_password(name) if name is not None else _by_provider()
    _keep(load_settings(), signed_in.token)
    say(f"{signed_in.caller.name} until {signed_in.session.ends_at:%H:%M} UTC, or a quarter of an hour without a command")


def _by_password(name: str) -> SignedIn:
    password, code = _asked()
    return run(lambda switch: switch.sign_in_staff(name, password, code, origin=console()))


def _by_provider() -> SignedIn:
    begun = run(lambda switch: switch.sign_in_by_provider.start(origin=console(), console=True))
    say(f"افتح هذا العنوان في متصفح · Open this address in a browser (until {begun.ends_at:%H:%M} UTC):")
    say(begun.address)
    say(
        "ثم انسخ العنوان الذي انتهى إليه المتصفح، وإن لم تظهر صفحة، والصقه هنا"
        " · Then copy the address at which the browser has ended, though no page shows there, and paste it here:"
    )
    answer: ProviderAnswer = typer.prompt("العنوان · Address", err=True, value_proc=lambda pasted: answer_in(pasted, begun.binding))
    return run(lambda switch: switch.sign_in_by_provider.finish(answer, origin=console()))


def answer_in(pasted: str, binding: str) -> ProviderAnswer:
    """The whole address, or what stands behind its question mark; terminals break long lines. Raises typer.BadParameter."""
    query = "".join(pasted.split()).partition("#")[0]
    fields = dict(parse_qsl(query.partition("?")[2] or query))
    if not fields.get("state") or not (fields.get("code") or fields.get("error")):
        raise typer.BadParameter(
            "there is no state and code in it; copy the whole address · ليس فيه state و code؛ انسخ العنوان كاملاً", param_hint="Address"
        )
    return ProviderAnswer(binding, fields["state"], fields.get("code"), fields.get("error"), fields.get("iss"))


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


async def proposer(switch: Switch, kind: ProposalKind, by: str | None) -> str:
    """Who proposes: proven, too, or somebody would propose in another's name what they then approve; in a sandbox a name is enough.

    Raises StaffAccountNeeded, NotAllowed, SessionOver.
    """
    settings = load_settings()
    if settings.sandbox:
        return by_whom(by)
    if (token := os.environ.get(TOKEN_VARIABLE) or _kept(settings)) is None or by is not None:
        raise StaffAccountNeeded()
    caller = await switch.know_staff(token)
    if caller.reads_only or not may_decide(caller.roles, kind):
        raise NotAllowed()
    return caller.by


async def proposed(
    switch: Switch,
    kind: ProposalKind,
    subject: str,
    content: Mapping[str, str],
    *,
    reason: str,
    by: str | None,
    effective_at: datetime | None = None,
) -> Proposal:
    """As `switch.propose`, by the proposer. Raises ReasonMissing, too."""
    why = given_reason(reason)
    who = await proposer(switch, kind, by)
    return await switch.propose(kind, subject, content, reason=why, by=who, effective_at=effective_at)


async def token_giver(switch: Switch, name: str) -> str:
    """Who gives a program a token of this account, in whose name it then acts: the owner alone, signed in; in a sandbox anybody.

    Raises StaffAccountNeeded, PersonNeeded, NotAllowed, SessionOver.
    """
    settings = load_settings()
    if settings.sandbox:
        return by_whom()
    if (token := _kept(settings)) is None:
        raise StaffAccountNeeded()
    caller = await switch.know_staff(token)
    if caller.session is None:
        raise PersonNeeded()
    if caller.name != name:
        raise NotAllowed()
    return caller.by


async def looker(switch: Switch, by: str | None) -> str:
    """In whose name somebody looks at who has paid: whoever has signed in, or the user of this machine; another's name in a sandbox only.

    Raises StaffAccountNeeded, SessionOver.
    """
    settings = load_settings()
    if settings.sandbox:
        return by_whom(by)
    if by is not None:
        raise StaffAccountNeeded()
    token = os.environ.get(TOKEN_VARIABLE) or _kept(settings)
    return by_whom() if token is None else (await switch.know_staff(token)).by


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
