"""What takes two people; who staff are, and what they have done and looked at."""

from dataclasses import dataclass

from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.issue_staff_token import IssueStaffToken
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.keep_staff import KeepStaff
from switch.usecases.know_staff import KnowStaff
from switch.usecases.propose import Propose
from switch.usecases.sign_in_by_provider import SignInByProvider
from switch.usecases.sign_in_staff import SignInStaff


@dataclass(frozen=True)
class StaffCases:
    propose: Propose
    decide_proposal: DecideProposal
    keep_staff: KeepStaff
    sign_in_staff: SignInStaff
    sign_in_by_provider: SignInByProvider
    know_staff: KnowStaff
    issue_staff_token: IssueStaffToken
    keep_audit: KeepAudit
