"""The tables of the switch, one file a noun; importing this package fills `metadata`."""

from switch.store.tables import (
    ledger,
    liquidity,
    outages,
    outbox,
    participants,
    payment_batches,
    payments,
    proof_log,
    proposals,
    reconciliation,
    settlement,
    staff,
    truth_checks,
    webhooks,
)
from switch.store.tables.schema import metadata

__all__ = [
    "ledger",
    "liquidity",
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
    "staff",
    "truth_checks",
    "webhooks",
]
