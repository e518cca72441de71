"""`switch staff`: accounts of staff, their roles and what proves who they are; tokens for programs; the audit."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import segno
import typer

from switch.application import Switch
from switch.cli import staff_identity, staff_session
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.proposal import show as show_proposal
from switch.cli.second_person import WAITS, Why, at_once
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.cli.staff_session import proposer, token_giver
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Proposal, ProposalKind, given_reason
from switch.domain.staff import Role, StaffAccount, StaffToken, begins
from switch.domain.staff_audit import AuditEntry
from switch.domain.staff_errors import StaffUnknown, TokenUnknown
from switch.usecases.agree_on_staff import staff_content
from switch.usecases.issue_staff_token import Issued
from switch.usecases.keep_staff import Enrolled

app = typer.Typer(help="Staff: accounts, roles, second factors, tokens, sign-in, audit.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens with which programs act for one of the staff; they never decide.", no_args_is_help=True)
app.add_typer(token_app, name="token")
app.command("sign-in")(staff_session.sign_in)
app.command("sign-out")(staff_session.sign_out)
app.command("link")(staff_identity.link)
app.command("unlink")(staff_identity.unlink)

Name = Annotated[str, typer.Argument(help="The name of the account, such as nour.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]


@app.command()
def add(
    name: Name,
    role: Roles,
    of: Annotated[str | None, typer.Option("--of", help="For a participant_viewer: the national code of its bank or biller.")] = None,
    reason: Why = None,
) -> None:
    """Add an account: asks for its password, and shows the secret of the second factor once, to be scanned by the person's phone.

    The first two who can decide about accounts are let in by one person; everybody else by two.
    """
    password, roles = new_password(), frozenset(role)

    async def work(switch: Switch, admitted: bool) -> Enrolled:
        whose = None if of is None else participant_code(of)
        return await switch.keep_staff.add(name, roles, password, by=by_whom(), admitted=admitted, participant=whose)

    enrolled = _let_in(work, reason)
    say(f"{name}: {_listed(enrolled.account.roles)}")
    _show_second_factor(enrolled)


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """Everybody who has, or had, an account."""

    async def work(switch: Switch) -> list[StaffAccount]:
        return await switch.staff.accounts()

    found = run(work)
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "roles": sorted(one.roles),
                    "status": one.status,
                    "of": one.participant,
                    "subject": None if one.identity is None else one.identity.subject,
                }
                for one in found
            ]
        )
        return
    shown = ((one.name, _listed(one.roles), one.status, one.participant, one.identity and one.identity.subject) for one in found)
    print_table("الموظفون · Staff", ("name", "roles", "status", "of", "at the provider"), shown)


@app.command("role")
def set_roles(name: Name, role: Roles, reason: Why = None) -> None:
    """Give an account these roles, and no others, by two people; in force for its next call."""
    roles = frozenset(role)

    async def work(switch: Switch, admitted: bool) -> Enrolled:
        if admitted:
            return Enrolled(await switch.keep_staff.set_roles(name, roles, by=by_whom()), "")
        return Enrolled(replace(await _account(switch, name), roles=roles), "")

    say(f"{name}: {_listed(_let_in(work, reason).account.roles)}")


@app.command()
def disable(name: Name) -> None:
    """Close an account at once, by one person: its sessions end, its tokens are good for nothing."""
    run(lambda switch: switch.keep_staff.disable(name, by=by_whom()))
    say(f"{name} is disabled.")


@app.command()
def enable(name: Name, reason: Why = None) -> None:
    """Open a disabled account again, by two people."""

    async def work(switch: Switch, admitted: bool) -> Enrolled:
        if admitted:
            return Enrolled(await switch.keep_staff.enable(name, by=by_whom()), "")
        return Enrolled(await _account(switch, name), "")

    say(f"{name}: {_let_in(work, reason).account.status}")


@app.command()
def password(name: Name, reason: Why = None) -> None:
    """Set a new password; sessions end. Two people let in whoever has it."""
    chosen = new_password()

    async def work(switch: Switch, admitted: bool) -> Enrolled:
        return Enrolled(await switch.keep_staff.set_password(name, chosen, by=by_whom(), admitted=admitted), "")

    _let_in(work, reason)
    say(f"{name} has a new password.")


@app.command()
def totp(name: Name, reason: Why = None) -> None:
    """Make a new second factor, for another phone; the former one is good for nothing, sessions end. Two people let in whoever has it."""

    async def work(switch: Switch, admitted: bool) -> Enrolled:
        return await switch.keep_staff.renew_second_factor(name, by=by_whom(), admitted=admitted)

    _show_second_factor(_let_in(work, reason))


@app.command()
def audit(
    who: Annotated[str | None, typer.Option(help="Only of this one, such as staff:nour.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What staff have done and looked at, the newest first."""

    async def work(switch: Switch) -> list[AuditEntry]:
        return await switch.staff.audit(who, None, limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "سجل التدقيق · Audit",
        ("at (UTC)", "who", "by", "what", "about", "outcome", "reason", "from"),
        (
            (f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, one.via, one.action, one.subject, one.outcome, one.reason, one.origin)
            for one in found
        ),
    )  # fmt: skip


@token_app.command("issue")
def issue_token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, such as nightly-export.")],
    role: Roles,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 90,
    reads_only: Annotated[bool, typer.Option("--reads-only/--may-propose", help="Whether it may only read, or propose, too.")] = True,
) -> None:
    """Issue a token within some of your own account's roles, signed in (`switch staff sign-in`); it is shown once."""

    async def work(switch: Switch) -> Issued:
        by = await token_giver(switch, name)
        return await switch.issue_staff_token(name, label, frozenset(role), days, reads_only=reads_only, by=by)

    issued = run(work)
    say(f"{issued.token.token_id} for {name} until {issued.token.expires_at:%Y-%m-%d}; it is not shown again:")
    say(issued.secret)


@token_app.command("list")
def list_tokens(name: Annotated[str | None, typer.Argument(help="Only of this account.")] = None, as_json: AsJson = False) -> None:
    """Newest first, those that are over too."""

    async def work(switch: Switch) -> list[StaffToken]:
        return await switch.staff.tokens(name)

    found = run(work)
    if as_json:
        print_json([_document(one) for one in found])
        return
    print_table(
        "الرموز · Tokens",
        ("token", "of", "label", "scope", "reads only", "until (UTC)", "revoked"),
        (
            (one.token_id, one.name, one.label, _listed(one.roles), one.reads_only, f"{one.expires_at:%Y-%m-%d %H:%M}", one.revoked_at)
            for one in found
        ),
    )


@token_app.command("revoke")
def revoke_token(token: Annotated[str, typer.Argument(help="Its id, from `switch staff token list`.")]) -> None:
    """At once and for good."""
    run(lambda switch: switch.issue_staff_token.revoke(_id(token), by=by_whom()))
    say(f"{token} is revoked.")


def _let_in(work: Callable[[Switch, bool], Awaitable[Enrolled]], reason: str | None) -> Enrolled:
    """Done at once where one person is enough; else done so that nobody gets in by it, and proposed. Raises ReasonMissing."""

    async def asked(switch: Switch) -> tuple[Enrolled, Proposal | None]:
        if at_once(reason) or begins(await switch.staff.accounts()):
            return await work(switch, True), None
        why = given_reason(reason or "")
        who = await proposer(switch, ProposalKind.ADMIT_STAFF, None)
        enrolled = await work(switch, False)
        content = staff_content(enrolled.account)
        return enrolled, await switch.propose(ProposalKind.ADMIT_STAFF, enrolled.account.name, content, reason=why, by=who)

    enrolled, proposal = run(asked)
    if proposal is not None:
        show_proposal(proposal, as_json=False)
        say(WAITS)
    return enrolled


async def _account(switch: Switch, name: str) -> StaffAccount:
    """Raises StaffUnknown."""
    if (found := next((one for one in await switch.staff.accounts() if one.name == name), None)) is None:
        raise StaffUnknown()
    return found


def new_password() -> str:
    """Asked twice, never shown; from a pipe where nobody sits before it."""
    chosen: str = typer.prompt("كلمة السر · Password", hide_input=True, confirmation_prompt=True, err=True)
    return chosen


def _show_second_factor(enrolled: Enrolled) -> None:
    say("امسحه بتطبيق المصادقة، فلن يظهر ثانية · Scan it with the authenticator app; it is not shown again:")
    segno.make(enrolled.otpauth, error="l").terminal(compact=True)
    say(enrolled.otpauth)


def _document(token: StaffToken) -> dict[str, object]:
    return {
        "token_id": token.token_id,
        "name": token.name,
        "label": token.label,
        "roles": sorted(token.roles),
        "reads_only": token.reads_only,
        "issued_at": token.issued_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }


def _listed(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(roles))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise TokenUnknown() from None
