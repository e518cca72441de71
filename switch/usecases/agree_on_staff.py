"""Agree: on whom of the staff to let in, with which roles, and as whom the identity provider knows them; by two people."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.identity_claims import ProviderIdentity, is_issuer, is_subject
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.domain.staff import Role, StaffAccount, StaffStatus, require_roles
from switch.domain.staff_errors import IdentityTaken, StaffUnknown
from switch.store import staff
from switch.store.database import Database
from switch.usecases.keep_staff import KeepStaff

ROLES, ISSUER, SUBJECT = "roles", "issuer", "subject"


@dataclass(frozen=True, slots=True)
class AgreeOnStaff:
    database: Database
    keep_staff: KeepStaff

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the account. Raises StaffUnknown, ContentWrong, ViewerMixed, IdentityTaken."""
        roles, identity = _read(content), _identity(content)
        async with self.database.reading() as connection:
            if (known := await staff.find_account(connection, subject)) is None:
                raise StaffUnknown()
            taken = None if identity is None else await staff.find_account_of(connection, identity)
        if taken is not None and taken.name != subject:
            raise IdentityTaken()
        require_roles(roles, known.participant)
        changes = (
            Change(f"{subject} is of", *[known.participant or "the switch"] * 2),
            Change(f"roles of {subject}", _listed(known.roles), _listed(roles)),
            Change(f"account {subject}", known.status, StaffStatus.ACTIVE),
        )
        if identity is None:
            return Foreseen(changes=changes)
        return Foreseen(changes=(*changes, Change(f"{subject} at the identity provider", _told(known.identity), _told(identity))))

    async def carry_out(self, proposal: Proposal) -> None:
        content = proposal.content
        await self.keep_staff.admit(proposal.subject, _read(content), _identity(content), by=proposal.people)


def staff_content(account: StaffAccount, identity: ProviderIdentity | None = None) -> dict[str, str]:
    """Of a proposal; without an identity, the account keeps the one that it has then."""
    told = {} if identity is None else {ISSUER: identity.issuer, SUBJECT: identity.subject}
    return {ROLES: _listed(account.roles)} | told


def _read(content: Mapping[str, str]) -> frozenset[Role]:
    try:
        return frozenset(Role(role) for role in given(content, ROLES).split(","))
    except ValueError:
        raise ContentWrong(field=ROLES) from None


def _identity(content: Mapping[str, str]) -> ProviderIdentity | None:
    if ISSUER not in content and SUBJECT not in content:
        return None
    issuer, subject = given(content, ISSUER), given(content, SUBJECT)
    if not is_issuer(issuer):
        raise ContentWrong(field=ISSUER)
    if not is_subject(subject):
        raise ContentWrong(field=SUBJECT)
    return ProviderIdentity(issuer, subject)


def _told(identity: ProviderIdentity | None) -> str:
    return "–" if identity is None else f"{identity.subject} · {identity.issuer}"


def _listed(roles: frozenset[Role]) -> str:
    return ",".join(sorted(roles))
