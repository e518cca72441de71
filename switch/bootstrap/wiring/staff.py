"""What takes two people; who staff are, and what they have done and looked at."""

from switch.application.staff import StaffCases
from switch.bootstrap.wiring.parts import Parts
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.issue_staff_token import IssueStaffToken
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.keep_staff import KeepStaff
from switch.usecases.know_staff import KnowStaff
from switch.usecases.passwords import Passwords
from switch.usecases.sign_in_by_provider import SignInByProvider
from switch.usecases.sign_in_staff import SignInStaff


def staff_cases(parts: Parts) -> StaffCases:
    outside = parts.outside
    clock, adapters = outside.clock, outside.adapters
    database, propose, undertakings = parts.database, parts.propose, parts.undertakings
    passwords = Passwords()
    keep_audit = KeepAudit(clock, database)
    return StaffCases(
        propose=propose,
        decide_proposal=DecideProposal(clock, database, undertakings, keep_audit),
        keep_staff=KeepStaff(clock, database, passwords),
        sign_in_staff=SignInStaff(clock, database, passwords, keep_audit),
        sign_in_by_provider=SignInByProvider(clock, database, keep_audit, adapters.identity),
        know_staff=KnowStaff(clock, database),
        issue_staff_token=IssueStaffToken(clock, database),
        keep_audit=keep_audit,
    )
