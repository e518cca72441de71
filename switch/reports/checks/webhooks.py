"""Webhooks: each event tells its own bank what the payment says of itself, at a line of the history that is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from switch.domain.debt_webhooks import DEBT_KINDS
from switch.domain.dispute_webhooks import DISPUTE_KINDS
from switch.domain.payments import PaymentState
from switch.domain.webhooks import KIND_OF, WebhookKind, moved_part
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.payments import from_row

NAME, INVARIANT = "webhooks", "I4"

_BESIDE_THE_STATE = {
    WebhookKind.PAYMENT_REFUNDED: " taken back",
    WebhookKind.REVERSAL_REFUSED: "reversal refused: ",
    WebhookKind.STAND_IN_REFUSED: "stand-in refused: ",
}
"""Of a completed payment that stays so, and what the line of its history says that each tells."""
_STATE_OF = {kind: state for state, kind in KIND_OF.items()} | dict.fromkeys(_BESIDE_THE_STATE, PaymentState.COMPLETED)
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
        endpoint.bank_code AS owner, history.to_state AS came_to, history.from_state AS came_from,
        history.note AS history_note, asked.net_minor,
        asked.until, debt.state AS debt_state, CASE WHEN debt.defaulter_code = told.bank_code THEN debt.minor ELSE (
            SELECT sum(part.minor)::bigint FROM debt_part AS part
            WHERE part.debt_payment_id = debt.debt_payment_id AND part.creditor_code = told.bank_code) END AS debt_minor,
        head.note AS head_note, outage.biller_code AS out, outage.begins_at, outage.ends_at,
        CASE WHEN complained.bank_code = told.bank_code THEN json_build_object('payment_id', complained.payment_id,
            'reason', complained.reason, 'state', line.state, 'holder', line.holder, 'deadline', line.deadline,
            'remedy', line.remedy, 'outcome', line.outcome) END AS complaint, payment.*
    FROM webhook_delivery AS told
    LEFT JOIN webhook_endpoint AS endpoint USING (endpoint_id)
    LEFT JOIN payment ON payment.bucket = told.bucket AND payment.payment_id = told.payment_id
    LEFT JOIN payment_event AS history
        ON history.bucket = told.bucket AND history.payment_id = told.payment_id AND history.number = told.event_number
    LEFT JOIN proof_head AS head ON told.kind = 'proof_log.head' AND head.size = CAST(told.moved ->> 'size' AS bigint)
    LEFT JOIN window_approval AS asked ON told.kind = 'window.approval_asked' AND asked.window_id = told.moved ->> 'window_id'
        AND asked.round = told.event_number AND asked.participant_code = told.bank_code
    LEFT JOIN debt_payment AS debt ON debt.debt_payment_id = told.moved ->> 'debt_payment_id'
    LEFT JOIN outage ON told.kind = 'biller.outage' AND outage.outage_id = CAST(told.moved ->> 'outage_id' AS uuid)
    LEFT JOIN dispute_event AS line ON told.kind LIKE 'dispute.%' AND line.number = told.event_number
        AND line.dispute_id = CAST(told.moved ->> 'dispute_id' AS uuid)
    LEFT JOIN dispute AS complained ON complained.dispute_id = line.dispute_id
    ORDER BY told.bucket, told.event_id
""")

_DOUBLED = text("""
    SELECT 'webhook event ' || unnest(array_agg(event_id)), 'another one tells of the same line of payment ' || payment_id
    FROM webhook_delivery WHERE payment_id IS NOT NULL GROUP BY bucket, endpoint_id, payment_id, event_number HAVING count(*) > 1
""")


async def examine(look: Examination) -> None:
    await look.where_wrong(_DOUBLED)
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"webhook event {row.event_id}"
        if row.owner != row.told_bank:
            look.finds(where, f"it is for {row.told_bank} and goes to an end point of {row.owner}", invariant="I11")
        elif row.kind in _OF_NO_PAYMENT:
            if row.told_of is not None:
                look.finds(where, f"a {row.kind} tells of a payment")
            elif not _says_what_it_should(row):
                look.finds(where, "it says otherwise than what its bank was to be told")
        elif row.payment_id is None:
            look.finds(where, f"there is no payment {row.told_of}")
        elif row.bank_code != row.told_bank:
            look.finds(where, f"it tells {row.told_bank} of a payment of {row.bank_code}", invariant="I11")
        elif (wrong := _wrong(row)) is not None:
            look.finds(where, wrong)


_OF_NO_PAYMENT = frozenset(
    {
        *(WebhookKind.TEST, WebhookKind.LOG_HEAD, WebhookKind.POSITION_WARNING, WebhookKind.WINDOW_APPROVAL_ASKED),
        *(WebhookKind.BILLER_OUTAGE, *DISPUTE_KINDS, *DEBT_KINDS),
    }
)


def _says_what_it_should(row: Row[Any]) -> bool:
    match row.kind:
        case WebhookKind.TEST:
            return not row.moved
        case WebhookKind.LOG_HEAD:
            return bool(row.moved.get("note") == row.head_note)
        case WebhookKind.WINDOW_APPROVAL_ASKED:
            return bool((row.moved.get("net_minor"), row.moved.get("until")) == _asked(row))
        case WebhookKind.BILLER_OUTAGE:
            return bool([row.moved.get(name) for name in ("biller_code", "begins_at", "ends_at")] == _outage(row))
        case kind if kind in DISPUTE_KINDS:
            return row.complaint is not None and _complaint(row.moved) == _complaint(row.complaint)
        case kind if kind in DEBT_KINDS:
            wanted = "refused" if kind == WebhookKind.DEBT_PAYMENT_REFUSED else "done"
            return bool((row.moved.get("minor"), row.debt_state) == (str(row.debt_minor), wanted))
        case _:
            return True


def _wrong(row: Row[Any]) -> str | None:
    state, says = _STATE_OF.get(row.kind), _BESIDE_THE_STATE.get(row.kind)
    stays = row.came_from == row.came_to and (says or "") in (row.history_note or "")
    if state is None or row.moved.get("state") != state or row.came_to != state or stays is not (says is not None):
        return f"a {row.kind} is not what line {row.event_number} of payment {row.told_of} gives rise to"
    try:
        stands = moved_part(from_row(row))
    except UNREADABLE:
        return None  # the payment itself is a finding
    if int(row.moved.get("refunded_minor", -1)) not in _refunded(row):
        return f"it tells of {row.moved.get('refunded_minor')} minor units taken back of payment {row.told_of}"
    if any(row.moved.get(name) != stands[name] for name in _FIXED[state]):
        return f"it says otherwise than payment {row.told_of}"
    return None


def _refunded(row: Row[Any]) -> range:
    """What can have been taken back when this was told."""
    if row.kind == WebhookKind.PAYMENT_REFUNDED:
        return range(1, min(row.refunded_minor + 1, row.amount_minor))
    if row.kind in _BESIDE_THE_STATE:
        return range(min(row.refunded_minor + 1, row.amount_minor))
    return range(row.amount_minor, row.amount_minor + 1) if row.kind == WebhookKind.PAYMENT_REVERSED else range(1)


def _asked(row: Row[Any]) -> tuple[str | None, str | None]:
    return str(row.net_minor), None if row.until is None else row.until.isoformat()


def _complaint(said: Mapping[str, Any]) -> list[Any]:
    deadline = said.get("deadline")
    return [deadline and datetime.fromisoformat(deadline), *(said.get(name) for name in _OF_A_COMPLAINT)]


_OF_A_COMPLAINT = ("payment_id", "reason", "state", "holder", "remedy", "outcome")


def _outage(row: Row[Any]) -> list[str | None]:
    return [row.out, *(None if moment is None else moment.isoformat() for moment in (row.begins_at, row.ends_at))]
