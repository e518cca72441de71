"""Payments: content as it was asked for, history that leads to the state, fees by the tariff, and one entry where completed."""

from typing import Any

from sqlalchemy import Row, text

from switch.domain.fees import NO_FEES, Tariff
from switch.domain.identifiers import bucket_for
from switch.domain.ledger import Posting, payment_completed
from switch.domain.payments import TRANSITIONS, Payer, Payment, PaymentState
from switch.domain.pseudonyms import customer_pseudonym, payer_pseudonym
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.catalogue import tariff_of
from switch.store.payments import from_row
from switch.store.vault import erased_mark

NAME, INVARIANT = "payments", "I1"
_BOOKED = (PaymentState.COMPLETED, PaymentState.REVERSED)

_COUNT = text("SELECT count(*) FROM payment")
_TARIFFS = text("SELECT * FROM tariff")
_ROWS = text("""
    SELECT payment.*, key.request_digest AS key_digest, key.payment_id AS key_payment_id, history.steps, entry.entries, entry.postings
    FROM payment
    LEFT JOIN idempotency AS key ON key.bank_code = payment.bank_code AND key.idempotency_key = payment.idempotency_key
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(event.number, event.from_state, event.to_state) ORDER BY event.number) AS steps
        FROM payment_event AS event
        WHERE event.bucket = payment.bucket AND event.payment_id = payment.payment_id
    ) AS history ON true
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT (entry.entry_id, entry.window_id, entry.business_date)) AS entries,
            jsonb_agg(jsonb_build_array(posting.account_code, posting.minor::text, posting.currency, entry.window_id, entry.business_date)
                ORDER BY entry.entry_id, posting.line) AS postings
        FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
        WHERE entry.bucket = payment.bucket AND entry.payment_id = payment.payment_id AND entry.kind = 'payment_completed'
    ) AS entry ON true
    ORDER BY payment.bucket, payment.payment_id
""")


async def examine(look: Examination) -> None:
    tariffs = {row.tariff_id: tariff_of(row) for row in (await look.connection.execute(_TARIFFS)).all()}
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"payment {row.payment_id}"
        try:
            payment = from_row(row)
            _content(look, where, payment, row)
            _fees(look, where, payment, tariffs)
            _history(look, where, payment, row.steps or [])
            _entry(look, where, payment, row)
        except UNREADABLE as fault:
            look.finds(where, f"it cannot be read: {fault}")


def _content(look: Examination, where: str, payment: Payment, row: Row[Any]) -> None:
    request = payment.request
    if not payment.erased and customer_pseudonym(request.customer_reference) != row.customer_pseudonym:
        look.finds(where, "its customer's pseudonym is another one's")
    payer = request.payer or Payer()
    said = erased_mark(row.personal) if payment.erased else payer_pseudonym(payer.name, payer.phone, payer.national_number)
    if request.digest_of(row.customer_pseudonym, said) != payment.request_digest:
        look.finds(where, f"its content is not what its digest was made of (amount {request.amount})")
    if bucket_for(request.service, row.customer_pseudonym) != row.bucket or payment.bucket != row.bucket:
        look.finds(where, f"it does not belong in bucket {row.bucket}")
    if payment.state is not PaymentState.REJECTED and (payment.reason is not None or payment.response_code is not None):
        look.finds(where, f"it is {payment.state} and says why it was rejected")
    if payment.live and payment.biller_reference is not None:
        look.finds(where, f"it is {payment.state} and has a reference of its biller's")
    if row.key_payment_id != payment.payment_id or row.key_digest != payment.request_digest:
        look.finds(where, "its idempotency key does not stand for it", invariant="I2")


def _fees(look: Examination, where: str, payment: Payment, tariffs: dict[str, Tariff]) -> None:
    tariff = tariffs.get(payment.tariff_id) if payment.tariff_id is not None else None
    if payment.tariff_id is not None and tariff is None:
        look.finds(where, f"there is no tariff {payment.tariff_id}")
        return
    charged = NO_FEES if tariff is None else tariff.charge(payment.request.amount)
    if payment.fees != charged:
        look.finds(where, f"fees are {payment.fees}, the tariff says {charged}")


def _history(look: Examination, where: str, payment: Payment, steps: list[tuple[int, str | None, str]]) -> None:
    """From nothing to the state, numbered without a gap, each step allowed; an answer after finality stays where it is."""
    reached: str | None = None
    for number, (stored, begin, end) in enumerate(steps, 1):
        if stored != number or begin != reached:
            look.finds(where, f"its history has a gap before line {stored}", invariant="I8")
        if begin != end and not _allowed(begin, end):
            look.finds(where, f"its history goes from {begin} to {end}", invariant="I8")
        reached = end
    if reached != payment.state or len(steps) != payment.events:
        look.finds(where, f"it is {payment.state} after {payment.events} events, its history has {len(steps)} to {reached}", invariant="I8")


def _allowed(begin: str | None, end: str) -> bool:
    return end == PaymentState.RESERVED if begin is None else PaymentState(end) in TRANSITIONS[PaymentState(begin)]


def _entry(look: Examination, where: str, payment: Payment, row: Row[Any]) -> None:
    if payment.state not in _BOOKED:
        if row.entries:
            look.finds(where, f"it is {payment.state} and has a journal entry", invariant="I9")
        return
    if row.entries != 1:
        look.finds(where, f"it is {payment.state} and has {row.entries} journal entries", invariant="I9")
        return
    assert payment.window_id is not None
    assert payment.business_date is not None
    assert payment.concluded_at is not None
    expected = payment_completed(payment, payment.window_id, payment.business_date, payment.concluded_at)
    stands = tuple(Posting(account, int(minor), currency) for account, minor, currency, *_ in row.postings)
    if stands != expected.postings:
        look.finds(where, f"its entry posts {_told(stands)}, not {_told(expected.postings)}", invariant="I5")
    if row.postings[0][3:] != [payment.window_id, payment.business_date.isoformat()]:
        look.finds(where, "its entry is in another window or on another business date", invariant="I9")


def _told(postings: tuple[Posting, ...]) -> str:
    return ", ".join(f"{posting.account} {posting.minor}" for posting in postings)
