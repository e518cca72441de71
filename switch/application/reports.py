"""Questions, read only."""

from dataclasses import dataclass

from switch.reports.advices import Advices
from switch.reports.archives import Archives
from switch.reports.breaks import Breaks
from switch.reports.catalogue import Catalogue
from switch.reports.debts import Debts
from switch.reports.default_simulations import DefaultSimulations
from switch.reports.disputes import Disputes
from switch.reports.file_pushes import FilePushes
from switch.reports.files import Files
from switch.reports.issued_reports import IssuedReports
from switch.reports.journal import Journal
from switch.reports.liquidity import Liquidity
from switch.reports.participants import Participants
from switch.reports.payment_batches import PaymentBatches
from switch.reports.payment_stories import PaymentStories
from switch.reports.payments import Payments
from switch.reports.positions import Positions
from switch.reports.privacy import Privacy
from switch.reports.proof_log import ProofLog
from switch.reports.proposals import Proposals
from switch.reports.readiness import Readiness
from switch.reports.receipts import Receipts
from switch.reports.reratings import Reratings
from switch.reports.rtgs_comparison import RtgsComparison
from switch.reports.splits import Splits
from switch.reports.staff import Staff
from switch.reports.statements import Statements
from switch.reports.verification import Verification
from switch.reports.webhooks import Webhooks
from switch.reports.windows import Windows


@dataclass(frozen=True)
class Reports:
    advices: Advices
    archives: Archives
    breaks: Breaks
    catalogue: Catalogue
    debts: Debts
    default_simulations: DefaultSimulations
    disputes: Disputes
    file_pushes: FilePushes
    files: Files
    issued_reports: IssuedReports
    journal: Journal
    liquidity: Liquidity
    participants: Participants
    payment_batches: PaymentBatches
    payments: Payments
    payment_stories: PaymentStories
    positions: Positions
    privacy: Privacy
    proposals: Proposals
    proof_log: ProofLog
    readiness: Readiness
    receipts: Receipts
    reratings: Reratings
    rtgs_comparison: RtgsComparison
    splits: Splits
    staff: Staff
    statements: Statements
    verification: Verification
    webhooks: Webhooks
    windows: Windows
