"""The tables of the switch, one file a noun; importing this package fills `metadata`."""

from switch.store.tables import ledger, outbox, participants, payment_batches, payments, proof_log, reconciliation, settlement
from switch.store.tables.schema import metadata

__all__ = ["ledger", "metadata", "outbox", "participants", "payment_batches", "payments", "proof_log", "reconciliation", "settlement"]
