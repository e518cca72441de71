"""Questions, read only."""

from switch.application.reports import Reports
from switch.bootstrap.wiring.parts import Parts
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
from switch.reports.splits import Splits
from switch.reports.staff import Staff
from switch.reports.statements import Statements
from switch.reports.verification import Verification
from switch.reports.webhooks import Webhooks
from switch.reports.windows import Windows


def reports(parts: Parts) -> Reports:
    outside = parts.outside
    clock, adapters, signer = outside.clock, outside.adapters, outside.signer
    database, log, rtgs_comparison = parts.database, parts.log, parts.rtgs_comparison
    current = parts.directory.current
    return Reports(
        advices=Advices(database),
        archives=Archives(database, adapters.drop, log.keys),
        breaks=Breaks(database),
        catalogue=Catalogue(clock, database, current),
        debts=Debts(database),
        default_simulations=DefaultSimulations(database),
        disputes=Disputes(clock, database),
        file_pushes=FilePushes(database),
        files=Files(database, adapters.drop),
        issued_reports=IssuedReports(database),
        journal=Journal(database),
        liquidity=Liquidity(clock, database),
        participants=Participants(database, current),
        payment_batches=PaymentBatches(database, clock),
        payments=Payments(database),
        payment_stories=PaymentStories(database),
        positions=Positions(database),
        privacy=Privacy(database),
        proposals=Proposals(clock, database),
        proof_log=ProofLog(database, log.origin),
        readiness=Readiness(database),
        receipts=Receipts(database, signer),
        reratings=Reratings(database),
        rtgs_comparison=rtgs_comparison,
        splits=Splits(database),
        staff=Staff(database),
        statements=Statements(database),
        verification=Verification(database, adapters.drop, log),
        webhooks=Webhooks(database, current),
        windows=Windows(clock, database),
    )
