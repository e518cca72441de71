"""Webhook events: every move into a state that is told is told to each end point of its bank and to nobody else, as it was then."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.admission import Conclude, Reserve, admit_batch
from switch.domain.books import Books, Changes, Move, OpenWindow
from switch.domain.identifiers import ParticipantCode, WebhookEndpointId, WindowId, bucketed_id
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment, PaymentState
from switch.domain.positions import Position
from switch.domain.webhooks import KIND_OF, NOBODY, WebhookKind, moved_part, payment_then, told
from tests.seeded import BANK, OTHER_BANK, START, WINDOW, order

ENDPOINTS = tuple(WebhookEndpointId(bucketed_id(0, START)) for _ in range(2))
LISTENING = {BANK: ENDPOINTS}
OUTCOMES = st.lists(
    st.sampled_from([Unknown("silence"), Accepted("B-1"), Refused(Reason.OTHER, "57"), Refused(Reason.BILL_ALREADY_PAID)]), max_size=4
)
ORDERS = st.lists(st.tuples(st.sampled_from([BANK, OTHER_BANK]), st.booleans(), OUTCOMES), max_size=4)


def moved(orders: list[tuple[ParticipantCode, bool, list[Outcome]]]) -> Changes:
    commands: list[Reserve | Conclude] = []
    for bank, accept, outcomes in orders:
        reserve = order(1_000, bank=bank, accept=accept)
        commands.append(reserve)
        commands += [Conclude(reserve.payment.payment_id, outcome, START, "biller", START) for outcome in outcomes]
    positions = {(bank, "SYP"): Position(bank, "SYP", cap=1_000_000) for bank in (BANK, OTHER_BANK)}
    books = Books(positions=positions, windows={"SYP": OpenWindow(WindowId(WINDOW), START.date())})
    _, changes = admit_batch(commands, books)
    return changes


@given(ORDERS)
def test_each_change_of_state_is_told_once_to_each_that_listens_and_to_nobody_else(
    orders: list[tuple[ParticipantCode, bool, list[Outcome]]],
) -> None:
    changes = moved(orders)
    assert told(changes.moves, NOBODY) == []
    events = told(changes.moves, LISTENING)
    banks = {payment.payment_id: payment.request.bank for payment in (changes.reserved | changes.concluded).values()}
    expected = [
        (line.payment_id, line.number, KIND_OF[line.to_state], endpoint)
        for line in changes.events
        if line.from_state is not line.to_state and line.to_state in KIND_OF and banks[line.payment_id] == BANK
        for endpoint in ENDPOINTS
    ]
    assert [(event.payment_id, event.number, event.kind, event.endpoint_id) for event in events] == expected
    assert {event.bank for event in events} <= {BANK}
    assert len({event.event_id for event in events}) * len(ENDPOINTS) == len(events)


@given(ORDERS)
def test_a_payment_is_told_as_it_was_whatever_became_of_it_since(orders: list[tuple[ParticipantCode, bool, list[Outcome]]]) -> None:
    changes = moved(orders)
    now = changes.reserved | changes.concluded
    for payment, _ in changes.moves:
        then = payment_then(now[payment.payment_id], moved_part(payment))
        assert replace(then, attempts=payment.attempts, next_attempt_at=payment.next_attempt_at, events=payment.events) == payment


def test_a_reversal_is_told_too() -> None:
    payment: Payment = order(1_000).payment
    done = replace(payment, events=1).completed(Accepted("B-1"), WindowId(WINDOW), date(2026, 11, 24), START)
    reversed_ = done._moved(PaymentState.REVERSED)
    (event, _) = told([Move(reversed_, START + timedelta(seconds=1))], LISTENING)
    assert (event.kind, event.number) == (WebhookKind.PAYMENT_REVERSED, 3)
    assert payment_then(done, event.moved).state is PaymentState.REVERSED
