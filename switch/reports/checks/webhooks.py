"""Webhooks: each event tells its own bank what the payment says of itself, at a line of the history that is there."""

from typing import Any

from sqlalchemy import Row, text

from switch.domain.payments import PaymentState
from switch.domain.webhooks import KIND_OF, WebhookKind, moved_part
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.payments import from_row

NAME, INVARIANT = "webhooks", "I4"

_STATE_OF = {kind: state for state, kind in KIND_OF.items()}
_FIXED = {
    PaymentState.COMPLETED: ("window_id", "business_date", "concluded_at", "biller_reference"),
    PaymentState.REJECTED: ("reason", "response_code", "concluded_at"),
    PaymentState.IN_DOUBT: (),
    PaymentState.REVERSED: ("window_id", "business_date", "biller_reference"),
}
"""What of a payment never changes once it has come into this state."""
_COUNT = text("SELECT count(*) FROM webhook_delivery")
_ROWS = text("""
    SELECT told.event_id, told.bank_code AS told_bank, told.kind, told.payment_id AS told_of, told.moved, told.event_number,
        endpoint.bank_code AS owner, history.to_state AS came_to, history.from_state AS came_from, head.note AS head_note, payment.*
    FROM webhook_delivery AS told
    LEFT JOIN webhook_endpoint AS endpoint USING (endpoint_id)
    LEFT JOIN payment ON payment.bucket = told.bucket AND payment.payment_id = told.payment_id
    LEFT JOIN payment_event AS history
        ON history.bucket = told.bucket AND history.payment_id = told.payment_id AND history.number = told.event_number
    LEFT JOIN proof_head AS head ON told.kind = 'proof_log.head' AND head.size = CAST(told.moved ->> 'size' AS bigint)
    ORDER BY told.bucket, told.event_id
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"webhook event {row.event_id}"
        if row.owner != row.told_bank:
            look.finds(where, f"it is for {row.told_bank} and goes to an end point of {row.owner}", invariant="I11")
        elif row.kind == WebhookKind.LOG_HEAD:
            if row.told_of is not None or row.moved.get("note") != row.head_note:
                look.finds(where, "it tells of a head that the proof log has not")
        elif row.kind == WebhookKind.TEST:
            if row.told_of is not None or row.moved:
                look.finds(where, "it is a test and tells of a payment")
        elif row.payment_id is None:
            look.finds(where, f"there is no payment {row.told_of}")
        elif row.bank_code != row.told_bank:
            look.finds(where, f"it tells {row.told_bank} of a payment of {row.bank_code}", invariant="I11")
        elif (wrong := _wrong(row)) is not None:
            look.finds(where, wrong)


def _wrong(row: Row[Any]) -> str | None:
    state = _STATE_OF.get(row.kind)
    if state is None or row.moved.get("state") != state or row.came_to != state or row.came_from == row.came_to:
        return f"a {row.kind} is not what line {row.event_number} of payment {row.told_of} gives rise to"
    try:
        stands = moved_part(from_row(row))
    except UNREADABLE:
        return None  # the payment itself is a finding
    if any(row.moved.get(name) != stands[name] for name in _FIXED[state]):
        return f"it says otherwise than payment {row.told_of}"
    return None
