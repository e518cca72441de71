"""Payment batches: each line that can be read is what its digest was made of, and belongs to a batch that is there."""

from sqlalchemy import text

from switch.domain.identifiers import ParticipantCode
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.payment_batches import ordered_line

NAME, INVARIANT = "payment batches", "I1"

_COUNT = text("SELECT count(*) FROM payment_batch_line WHERE refusal IS NULL")
_ROWS = text("""
    SELECT line.*, batch.bank_code, batch.erased_at FROM payment_batch_line AS line
    LEFT JOIN payment_batch AS batch USING (bucket, batch_id)
    WHERE line.refusal IS NULL ORDER BY bucket, batch_id, line
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"line {row.line} of payment batch {row.batch_id}"
        if row.bank_code is None:
            look.finds(where, "there is no such batch")
            continue
        if row.personal is None:
            if row.erased_at is None:
                look.finds(where, "it was erased before its time", invariant="I15")
            continue  # what it ordered is sealed by its digest
        try:
            line = ordered_line(ParticipantCode(row.bank_code), row)
        except UNREADABLE as fault:
            look.finds(where, f"it cannot be read: {fault}")
            continue
        if line.request.digest() != row.request_digest:
            look.finds(where, "it is not what its digest was made of")
