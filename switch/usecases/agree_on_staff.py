"""Agree: on whom of the staff to let in and with which roles, by two people: a new account, other roles, other credentials."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain.proposals import Change, ContentWrong, Foreseen, Proposal, given
from switch.domain.staff import Role, StaffAccount, StaffStatus, require_roles
from switch.domain.staff_errors import StaffUnknown
from switch.store import staff
from switch.store.database import Database
from switch.usecases.keep_staff import KeepStaff

ROLES = "roles"


@dataclass(frozen=True, slots=True)
class AgreeOnStaff:
    database: Database
    keep_staff: KeepStaff

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """`subject` is the account. Raises StaffUnknown, ContentWrong, ViewerMixed."""
        roles = _read(content)
        async with self.database.reading() as connection:
            if (known := await staff.find_account(connection, subject)) is None:
                raise StaffUnknown()
        require_roles(roles, known.participant)
        return Foreseen(
            changes=(
                Change(f"{subject} is of", *[known.participant or "the switch"] * 2),
                Change(f"roles of {subject}", _listed(known.roles), _listed(roles)),
                Change(f"account {subject}", known.status, StaffStatus.ACTIVE),
            )
        )

    async def carry_out(self, proposal: Proposal) -> None:
        await self.keep_staff.admit(proposal.subject, _read(proposal.content), by=proposal.people)


def staff_content(account: StaffAccount) -> dict[str, str]:
    """Of a proposal."""
    return {ROLES: _listed(account.roles)}


def _read(content: Mapping[str, str]) -> frozenset[Role]:
    try:
        return frozenset(Role(role) for role in given(content, ROLES).split(","))
    except ValueError:
        raise ContentWrong(field=ROLES) from None


def _listed(roles: frozenset[Role]) -> str:
    return ",".join(sorted(roles))
