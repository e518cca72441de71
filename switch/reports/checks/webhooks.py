"""Webhooks: each event tells its own bank what the payment says of itself, at a line of the history that is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from switch.domain.debt_webhooks import DEBT_KINDS, debt_kind_told
from switch.domain.debts import DebtState, DebtWay
from switch.domain.dispute_webhooks import DISPUTE_KINDS, kind_told
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
        head.note AS head_note, head.signed_at AS head_at, outage.biller_code AS out, outage.begins_at, outage.ends_at,
        outage.reason_ar AS out_ar, outage.reason_en AS out_en, outage.withdrawn_at AS out_no_more,
        debt.defaulter_code, debt.currency AS debt_currency, debt.way AS debt_way, debt.number AS debt_number,
        line.kind AS line_kind, EXISTS (SELECT FROM cap_warning AS warned WHERE told.kind = 'position.warning'
            AND warned.bank_code = told.bank_code AND told.moved = jsonb_build_object(
                'currency', warned.currency, 'window_id', warned.window_id, 'level', warned.level::text,
                'held', warned.held_minor::text, 'posted', warned.posted_minor::text, 'cap', warned.cap_minor::text)) AS warned,
        CASE WHEN complained.bank_code = told.bank_code THEN json_build_object('payment_id', complained.payment_id,
            'reason', complained.reason, 'state', line.state, 'holder', line.holder, 'deadline', line.deadline,
            'remedy', line.remedy, 'outcome', line.outcome) END AS complaint, payment.*
    FROM webhook_delivery AS told
    LEFT JOIN webhook_endpoint AS endpoint USING (endpoint_id)
    LEFT JOIN payment ON payment.bucket = told.bucket AND payment.payment_id = told.payment_id
    LEFT JOIN payment_event AS history
        ON history.bucket = told.bucket AND history.payment_id = told.payment_id AND history.number = told.event_number
    LEFT JOIN proof_head AS head ON told.kind = 'proof_log.head' AND head.size = CASE WHEN told.moved ->> 'size' ~ '^[0-9]{1,18}$'
        THEN CAST(told.moved ->> 'size' AS bigint) END
    LEFT JOIN window_approval AS asked ON told.kind = 'window.approval_asked' AND asked.window_id = told.moved ->> 'window_id'
        AND asked.round = told.event_number AND asked.participant_code = told.bank_code
    LEFT JOIN debt_payment AS debt ON debt.debt_payment_id = told.moved ->> 'debt_payment_id'
    LEFT JOIN outage ON told.kind = 'biller.outage' AND outage.outage_id = CASE WHEN told.moved ->> 'outage_id' ~ :an_id
        THEN CAST(told.moved ->> 'outage_id' AS uuid) END
    LEFT JOIN dispute_event AS line ON told.kind LIKE 'dispute.%' AND line.number = told.event_number
        AND line.dispute_id = CASE WHEN told.moved ->> 'dispute_id' ~ :an_id THEN CAST(told.moved ->> 'dispute_id' AS uuid) END
    LEFT JOIN dispute AS complained ON complained.dispute_id = line.dispute_id
    ORDER BY told.bucket, told.event_id
""").bindparams(an_id="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
"""What a document says of an id may be none: then its row is named, and the others are looked at as well."""

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
            elif not _says(row):
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


def _says(row: Row[Any]) -> bool:
    try:
        return _says_what_it_should(row)
    except UNREADABLE:
        return False


def _says_what_it_should(row: Row[Any]) -> bool:
    match row.kind:
        case WebhookKind.TEST:
            return not row.moved and row.event_number == 0
        case WebhookKind.LOG_HEAD:
            return bool((row.moved.get("note"), row.moved.get("signed_at"), row.event_number) == (row.head_note, _iso(row.head_at), 0))
        case WebhookKind.POSITION_WARNING:
            return bool(row.warned and row.event_number == 0)
        case WebhookKind.WINDOW_APPROVAL_ASKED:
            return bool((row.moved.get("net_minor"), row.moved.get("until")) == _asked(row))
        case WebhookKind.BILLER_OUTAGE:
            over = row.moved.get("withdrawn_at") in (None, _iso(row.out_no_more))
            return bool([row.moved.get(name) for name in _OF_AN_OUTAGE] == _outage(row) and over and row.event_number == 0)
        case kind if kind in DISPUTE_KINDS:
            return row.complaint is not None and _complaint(row.moved) == _complaint(row.complaint) and kind == kind_told(row.line_kind)
        case kind if kind in DEBT_KINDS:
            return [row.moved.get(name) for name in _OF_A_DEBT] == [str(row.debt_minor), *_debt(row)] and kind == _debt_kind(row)
        case _:
            return False


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


_OF_AN_OUTAGE = ("biller_code", "begins_at", "ends_at", "reason_ar", "reason_en")


def _outage(row: Row[Any]) -> list[str | None]:
    return [row.out, _iso(row.begins_at), _iso(row.ends_at), row.out_ar, row.out_en]


_OF_A_DEBT = ("minor", "defaulter_code", "currency", "way")


def _debt(row: Row[Any]) -> list[str | None]:
    return [row.defaulter_code, row.debt_currency, row.debt_way]


def _debt_kind(row: Row[Any]) -> WebhookKind | None:
    told = row.debt_state is not None and row.debt_number == row.event_number
    return debt_kind_told(DebtState(row.debt_state), DebtWay(row.debt_way)) if told else None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
