"""The tables of the switch, one file a noun; importing this package fills `metadata`."""

from switch.store.tables import (
    ledger,
    outages,
    outbox,
    participants,
    payment_batches,
    payments,
    privacy,
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
    "metadata",
    "outages",
    "outbox",
    "participants",
    "payment_batches",
    "payments",
    "privacy",
    "proof_log",
    "proposals",
    "reconciliation",
    "settlement",
    "truth_checks",
    "webhooks",
]
