"""All pretend billers in one process, each under its code: the protocol `json-1` from the biller's side (docs/biller-protocol.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from switch.domain.advices import AdviceKind
from switch.domain.calendar import local_date
from switch.domain.catalogue import Mode
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money, parse_amount
from switch.signatures import SigningKey
from switch.simulators.biller_books import BillerBooks, Booking, Order
from switch.simulators.bills import IssuedBill, open_bills
from switch.simulators.charging import ChargedService, ChargingBiller
from switch.simulators.customers import is_known
from switch.simulators.misbehaving import misbehaving
from switch.simulators.mischief import Mischief, Rule, Script
from switch.simulators.wire import Asked, Reply, json_reply

WRONG_BY_MINOR = 100


@dataclass(frozen=True, slots=True)
class Billers:
    played: Mapping[ParticipantCode, ChargingBiller]
    keys: Mapping[ParticipantCode, SigningKey]
    books: BillerBooks
    script: Script

    async def answer(self, asked: Asked) -> Reply | None:
        biller = self.played.get(ParticipantCode(asked.path[0])) if asked.path else None
        if biller is None:
            return json_reply(404, {"code": "no_such_biller"})
        call = _call(asked)
        if call is None:
            return json_reply(404, {"code": "no_such_call"}, self.keys[biller.code])

        def act(rule: Rule | None) -> Reply:
            try:
                status, document = self._answer(biller, call, asked, rule)
            except (Refusal, KeyError, TypeError, ValueError):
                status, document = 400, {"code": "malformed"}
            return json_reply(status, document, self.keys[biller.code])

        return await misbehaving(self.script, biller.code, call, act)

    def show(self, asked: Asked) -> Reply | None:
        """`/<biller>/statement?business_date=`: the biller's own books, to whoever runs the sandbox."""
        if len(asked.path) == 2 and asked.path[1] == "statement" and asked.path[0] in self.played:
            return json_reply(200, self.books.statement(ParticipantCode(asked.path[0]), asked.query.get("business_date")))
        return None

    def _answer(self, biller: ChargingBiller, call: str, asked: Asked, rule: Rule | None) -> tuple[int, dict[str, Any]]:
        match call:
            case "inquire":
                return self._inquire(biller, asked.document)
            case "pay":
                return self._pay(biller, asked, rule)
            case "enquire":
                return self._enquire(biller, asked.path[2], rule)
            case "reverse":
                return self._reverse(biller, asked, rule)
            case _:
                return self._advise(biller, asked.document, rule)

    def _inquire(self, biller: ChargingBiller, document: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        service = biller.services.get(document["service_code"])  # type: ignore[call-overload]
        customer_reference = document["customer_reference"]
        answer = {"service_code": document["service_code"], "customer_reference": customer_reference}
        if service is None or not service.mode.asks_biller:
            return 200, answer | {"outcome": "refused", "reason": "service_closed", "response_code": "S01"}
        if not is_known(service, customer_reference):
            return 200, answer | {"outcome": "refused", "reason": "customer_unknown", "response_code": "C14"}
        today = local_date(datetime.now(UTC))
        due = open_bills(service, customer_reference, today, self.books.paid) if service.mode is Mode.ONLINE else []
        bills = [_presented(bill) for bill in due]
        return 200, answer | {"outcome": "presented", "customer_name": None, "bills": bills}

    def _pay(self, biller: ChargingBiller, asked: Asked, rule: Rule | None) -> tuple[int, dict[str, Any]]:
        order, does = _order(asked.document), rule and rule.does
        if order.payment_id != asked.path[2]:
            return 400, {"code": "malformed"}
        booking = self.books.find(biller.code, order.payment_id)
        if booking is None:
            service = biller.services.get(order.service_code)
            because = "other" if does is Mischief.REFUSE else self._objection(service, order)
            wrong = Money(order.amount.minor + WRONG_BY_MINOR, order.amount.currency)
            said = wrong if does is Mischief.OTHER_AMOUNT else None
            booked = wrong if does in (Mischief.OTHER_AMOUNT, Mischief.MISWRITTEN) else None
            now = datetime.now(UTC)
            self.books.book(biller.code, order, now, refused_because=because, said=said, booked=booked)
            if because is None and does is Mischief.TWICE_BOOKED:
                self.books.book(biller.code, order, now, copy=1)
            booking = self.books.find(biller.code, order.payment_id)
            assert booking is not None
        elif replace(booking.order, business_date=None) != replace(order, business_date=None):
            return 409, {"payment_id": order.payment_id, "outcome": "conflict"}
        return 200, _standing(booking, rule)

    def _objection(self, service: ChargedService | None, order: Order) -> str | None:
        """Why an honest biller would not take it."""
        if service is None or not service.mode.asks_biller:
            return "service_closed"
        if not is_known(service, order.customer_reference):
            return "customer_unknown"
        if service.mode is Mode.PREPAID:
            allowed = not (service.rule.minimum and order.amount < service.rule.minimum)
            return None if allowed and not (service.rule.maximum and order.amount > service.rule.maximum) else "limit_exceeded"
        due = open_bills(service, order.customer_reference, local_date(datetime.now(UTC)), self.books.paid)
        bill = next((bill for bill in due if bill.bill_number == order.bill_number), None)
        if bill is None:
            paid = self.books.paid(service.code, order.customer_reference, order.bill_number or "")
            return "bill_already_paid" if paid else "bill_unknown"
        try:
            service.rule.require(order.amount, bill.due)
        except Refusal:
            return "amount_wrong"
        return None

    def _enquire(self, biller: ChargingBiller, payment_id: str, rule: Rule | None) -> tuple[int, dict[str, Any]]:
        booking = self.books.find(biller.code, payment_id)
        if booking is None:
            return 200, {"payment_id": payment_id, "outcome": "not_found"}
        return 200, _standing(booking, rule)

    def _reverse(self, biller: ChargingBiller, asked: Asked, rule: Rule | None) -> tuple[int, dict[str, Any]]:
        payment_id, does, now = asked.path[2], rule and rule.does, datetime.now(UTC)
        booking = self.books.find(biller.code, payment_id)
        if booking is None or booking.refused_because is not None:
            return 409, {"payment_id": payment_id, "outcome": "conflict"}
        if does is Mischief.REFUSE:
            return 200, _standing(booking, Rule(Mischief.REFUSE_THOUGH_BOOKED, 1, frozenset()))
        if asked.path[3] == "refunds":
            return self._refund(biller, booking, asked, rule)
        if does is not Mischief.UNBOOKED:
            self.books.reverse(biller.code, payment_id, now)
        return 200, _standing(replace(booking, reversed=True), rule)

    def _refund(self, biller: ChargingBiller, booking: Booking, asked: Asked, rule: Rule | None) -> tuple[int, dict[str, Any]]:
        """A part of it; the answer names the reversal that it is for."""
        part, reversal_id = parse_amount(asked.document["amount"], asked.document["currency"]), asked.path[4]
        unbooked = rule is not None and rule.does is Mischief.UNBOOKED
        if asked.document["reversal_id"] != reversal_id:
            return 400, {"code": "malformed"}
        wrong = rule is not None and rule.does in (Mischief.OTHER_AMOUNT, Mischief.MISWRITTEN)
        taken = Money(part.minor + WRONG_BY_MINOR, part.currency) if wrong else part
        if not unbooked and not self.books.refund(biller.code, booking.order.payment_id, reversal_id, taken.minor, datetime.now(UTC)):
            return 409, {"payment_id": booking.order.payment_id, "outcome": "conflict"}
        said = taken if rule is not None and rule.does is Mischief.OTHER_AMOUNT else part
        answer = _standing(replace(booking, said=said), rule) | {"reversal_id": reversal_id}
        return 200, answer | ({"outcome": "refunded"} if answer["outcome"] == "accepted" else {})

    def _advise(self, biller: ChargingBiller, document: Mapping[str, Any], rule: Rule | None) -> tuple[int, dict[str, Any]]:
        order, does, now = _order(document["content"]), rule and rule.does, datetime.now(UTC)
        if does is not Mischief.UNBOOKED:
            wrong = Money(order.amount.minor + WRONG_BY_MINOR, order.amount.currency) if does is Mischief.MISWRITTEN else None
            self.books.book(biller.code, order, now, told_by="advice", booked=wrong)
            if does is Mischief.TWICE_BOOKED:
                self.books.book(biller.code, order, now, told_by="advice", copy=1)
        if document["kind"] == AdviceKind.PAYMENT_REVERSED:
            self.books.reverse(biller.code, order.payment_id, now)
        if document["kind"] == AdviceKind.PAYMENT_REFUNDED:
            part = parse_amount(document["content"]["refunded"], order.amount.currency)
            self.books.refund(biller.code, order.payment_id, document["content"]["reversal_id"], part.minor, now)
        self.books.note_advice(biller.code, document["event_id"], order.payment_id, now)
        return 200, {"event_id": document["event_id"], "outcome": "acknowledged"}


def _presented(bill: IssuedBill) -> dict[str, Any]:
    return {
        "bill_number": bill.bill_number,
        "amount": bill.due.text(),
        "currency": bill.due.currency,
        "rule": bill.rule,
        "issued_on": bill.issued_on.isoformat(),
        "due_on": bill.due_on.isoformat(),
        "description": {"ar": bill.description.ar, "en": bill.description.en},
    }


def _call(asked: Asked) -> str | None:
    match asked.method, asked.path[1:]:
        case "POST", ("inquiries",):
            return "inquire"
        case "PUT", ("payments", _):
            return "pay"
        case "GET", ("payments", _):
            return "enquire"
        case ("POST", ("payments", _, "reversal")) | ("PUT", ("payments", _, "refunds", _)):
            return "reverse"
        case "POST", ("advices",):
            return "advise"
        case _:
            return None


def _order(document: Mapping[str, Any]) -> Order:
    return Order(
        payment_id=document["payment_id"],
        bank_code=document["bank_code"],
        service_code=document["service_code"],
        customer_reference=document["customer_reference"],
        bill_number=document["bill_number"],
        amount=parse_amount(document["amount"], document["currency"]),
        business_date=document["business_date"],
    )


def _standing(booking: Booking, rule: Rule | None) -> dict[str, Any]:
    does = rule and rule.does
    answer: dict[str, Any] = {
        "payment_id": str(uuid4()) if does is Mischief.OTHER_PAYMENT else booking.order.payment_id,
        "amount": booking.said.text(),
        "currency": booking.said.currency,
    }
    if booking.refused_because is not None or does is Mischief.REFUSE_THOUGH_BOOKED:
        return answer | {"outcome": "refused", "reason": booking.refused_because or "other", "response_code": "R05"}
    return answer | {"outcome": "reversed" if booking.reversed else "accepted", "biller_reference": booking.biller_reference}
