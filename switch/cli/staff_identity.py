"""Linking accounts of staff with the identity provider: as whom it knows them; by two people, and undone by one."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, say
from switch.cli.proposal import show as show_proposal
from switch.cli.second_person import WAITS, Why, at_once
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.cli.staff_session import proposed
from switch.domain.identity_claims import ProviderIdentity, is_subject
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Proposal, ProposalKind, given_reason
from switch.domain.staff import begins
from switch.domain.staff_errors import StaffUnknown
from switch.usecases.agree_on_staff import SUBJECT, staff_content

Name = Annotated[str, typer.Argument(help="The name of the account, such as nour.")]


def link(
    name: Name,
    subject: Annotated[str, typer.Argument(help="Its subject at the provider (`sub`), as the provider's own administration shows it.")],
    reason: Why = None,
    as_json: AsJson = False,
) -> None:
    """Let an account come in by the identity provider, by two people; never by an e-mail address, and no account is made by signing in."""

    async def work(switch: Switch) -> Proposal | None:
        identity = ProviderIdentity(switch.sign_in_by_provider.rule.issuer, subject)
        if not is_subject(subject):
            raise ContentWrong(field=SUBJECT)
        accounts = await switch.staff.accounts()
        if (account := next((one for one in accounts if one.name == name), None)) is None:
            raise StaffUnknown()
        if at_once(reason) or begins(accounts):
            await switch.keep_staff.admit(name, account.roles, identity, by=by_whom())
            return None
        why = given_reason(reason or "")
        return await proposed(switch, ProposalKind.ADMIT_STAFF, name, staff_content(account, identity), reason=why, by=None)

    proposal = run(work)
    if proposal is not None:
        show_proposal(proposal, as_json=as_json)
    if as_json:
        if proposal is None:
            print_json({"name": name, "subject": subject})
        return
    say(f"{name} is {subject} at the identity provider." if proposal is None else WAITS)


def unlink(name: Name, as_json: AsJson = False) -> None:
    """At once, by one person: nobody comes in by the identity provider as this account, and its sessions end."""
    run(lambda switch: switch.keep_staff.unlink(name, by=by_whom()))
    if as_json:
        print_json({"name": name, "subject": None})
    else:
        say(f"{name} comes in by password and code only.")
