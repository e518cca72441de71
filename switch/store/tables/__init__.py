"""The tables of the switch, one file a noun; importing this package fills `metadata`."""

from switch.store.tables import (
    ledger,
    messages,
    outages,
    outbox,
    participants,
    payment_batches,
    payments,
    proof_log,
    proposals,
    reconciliation,
    settlement,
    truth_checks,
    webhooks,
)
from switch.store.tables.schema import metadata

__all__ = [
    "ledger",
    "messages",
    "metadata",
    "outages",
    "outbox",
    "participants",
    "payment_batches",
    "payments",
    "proof_log",
    "proposals",
    "reconciliation",
    "settlement",
    "truth_checks",
    "webhooks",
]
