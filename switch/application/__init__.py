"""The switch: every use case and every report as a field; the table of contents of the product, a chapter a file."""

from dataclasses import dataclass
from typing import Any

from switch.application.participants import ParticipantCases
from switch.application.payments import PaymentCases
from switch.application.reconciliation import ReconciliationCases
from switch.application.records import RecordCases
from switch.application.reports import Reports
from switch.application.settlement import SettlementCases
from switch.application.staff import StaffCases
from switch.application.webhooks import WebhookCases
from switch.ports import Clock, Signer
from switch.posting.lane import PostingLane
from switch.reports.current_directory import CurrentDirectory
from switch.usecases.own_queues import OwnQueues


@dataclass(frozen=True)
class Switch(
    PaymentCases,
    StaffCases,
    WebhookCases,
    ParticipantCases,
    SettlementCases,
    ReconciliationCases,
    RecordCases,
    Reports,
):
    """Made by bootstrap; used by the API, the jobs and the command line."""

    clock: Clock
    signer: Signer
    lane: PostingLane
    directory: CurrentDirectory

    @property
    def queues(self) -> tuple[OwnQueues[Any], ...]:
        """What runs in the background towards counterparties, to be closed before the database."""
        doing = (self.resolve_payments, self.resolve_reversals, self.deliver_advices, self.deliver_webhooks, self.push_files)
        return tuple(one.queues for one in doing)
