"""The biller protocol `json-1`: JSON over HTTP, signed both ways, idempotent on our payment id (docs/biller-protocol.md)."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from adapters.codecs.strict_json import Malformed, amount, optional_date, optional_text, text
from adapters.transports.signed_calls import Heard, SignedCalls
from adapters.transports.told import Told
from adapters.transports.unheard import Unheard
from switch.domain.advices import Advice
from switch.domain.bills import PresentedBill, Presentment
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint
from switch.domain.identifiers import PaymentId, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, EnquiryOutcome, NotFound, Outcome, Reason, Refused, Unknown
from switch.domain.participants import Name
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal

MOST_BILLS = 100
LONGEST_REFERENCE_CHARACTERS = 64

# What a biller may give as its reason. Others, and one that is ours alone, are read as `other`: a clear no is a no.
_REASONS = {reason.value: reason for reason in Reason if reason not in (Reason.NOT_REACHED, Reason.NOT_CONFIRMED)}
_RULES = {rule.value: rule for rule in AmountRuleKind}

T = TypeVar("T")
Answered = TypeVar("Answered", Accepted | Refused | Unknown, EnquiryOutcome)


@dataclass(frozen=True, slots=True)
class JsonBiller:
    calls: SignedCalls

    async def inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, *, answer_seconds: int
    ) -> Presentment | Refused | Unknown:
        return await _or_unknown(self._inquire(endpoint, service, customer_reference, answer_seconds))

    async def pay(self, endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        told = Told("pay")
        return await _kept(self._pay(endpoint, payment, answer_seconds, told), told)

    async def enquire(self, endpoint: Endpoint, payment_id: PaymentId, *, answer_seconds: int, ordered: Money) -> EnquiryOutcome:
        """`ordered` must be the amount that the biller says."""
        told = Told("enquire")
        return await _kept(self._enquire(endpoint, payment_id, ordered, answer_seconds, told), told)

    async def reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, *, answer_seconds: int) -> Outcome:
        """Accepted where the biller has taken its booking, or the part of it, back, or has done so before."""
        told = Told("reverse")
        return await _kept(self._reverse(endpoint, payment, reversal, answer_seconds, told), told)

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool | Refused:
        """A refusal comes with what was said; what was taken needs no witness, and what was not is told again."""
        told = Told("advise")
        heard = await _or_unknown(self._advise(endpoint, advice, answer_seconds, told))
        match heard:
            case Refused():
                return replace(heard, heard=told.exchange())
            case Unknown():
                return False
            case _:
                return heard

    async def _inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, answer_seconds: int
    ) -> Presentment | Refused:
        question = {"service_code": service, "customer_reference": customer_reference}
        heard = await self._call(endpoint, "POST", "/inquiries", question, answer_seconds)
        _require_echo(heard, question)
        match _outcome(heard):
            case "presented":
                bills = heard.document.get("bills")
                if not isinstance(bills, list) or len(bills) > MOST_BILLS:
                    raise Malformed("bills is not a list, or too long")
                return Presentment(tuple(_bill(bill) for bill in bills), optional_text(heard.document, "customer_name"))
            case "refused":
                return _refused(heard)
            case other:
                raise Malformed(f"outcome {other} has no meaning here")

    async def _pay(self, endpoint: Endpoint, payment: Payment, answer_seconds: int, told: Told) -> Outcome:
        path = f"/payments/{payment.payment_id}"
        heard = await self._call(endpoint, "PUT", path, _order(payment), answer_seconds, told)
        _require_payment(heard, payment.payment_id, payment.request.amount)
        match _outcome(heard):
            case "accepted":
                return _accepted(heard)
            case "refused":
                return _refused(heard)
            case other:
                raise Malformed(f"outcome {other} has no meaning here")

    async def _enquire(self, endpoint: Endpoint, payment_id: PaymentId, ordered: Money, answer_seconds: int, told: Told) -> EnquiryOutcome:
        heard = await self._call(endpoint, "GET", f"/payments/{payment_id}", None, answer_seconds, told)
        if (outcome := _outcome(heard)) == "not_found":
            _require_echo(heard, {"payment_id": str(payment_id)})
            return NotFound()
        _require_payment(heard, payment_id, ordered)
        match outcome:
            case "accepted":
                return _accepted(heard)
            case "refused":
                return _refused(heard)
            case "reversed":
                return Unknown("the biller has booked it and taken it back")
            case other:
                raise Malformed(f"outcome {other} has no meaning here")

    async def _reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, answer_seconds: int, told: Told) -> Outcome:
        """Parts have an address of their own, and the answer names the reversal: two parts may be of one amount."""
        amount_back, path = reversal.amount, f"/payments/{payment.payment_id}/reversal"
        question = {"payment_id": str(payment.payment_id), "amount": amount_back.text(), "currency": amount_back.currency}
        if part := reversal.is_part_of(payment):
            path = f"/payments/{payment.payment_id}/refunds/{reversal.reversal_id}"
            question["reversal_id"] = str(reversal.reversal_id)
        heard = await self._call(endpoint, "PUT" if part else "POST", path, question, answer_seconds, told)
        _require_payment(heard, payment.payment_id, amount_back)
        if part:
            _require_echo(heard, {"reversal_id": str(reversal.reversal_id)})
        match _outcome(heard):
            case "refunded" if part:
                return _accepted(heard)
            case "reversed" if not part:
                return _accepted(heard)
            case "refused":
                return _refused(heard)
            case other:
                raise Malformed(f"outcome {other} has no meaning here")

    async def _advise(self, endpoint: Endpoint, advice: Advice, answer_seconds: int, told: Told) -> bool | Refused:
        question: dict[str, Any] = {
            "event_id": str(advice.event_id),
            "kind": advice.kind,
            "created_at": advice.created_at.isoformat(),
            "content": advice.content,
        }
        heard = await self._call(endpoint, "POST", "/advices", question, answer_seconds, told)
        _require_echo(heard, {"event_id": question["event_id"]})
        if _outcome(heard) == "refused" and advice.content.get("stood_in"):
            return _refused(heard)
        return heard.status == 200 and _outcome(heard) == "acknowledged"

    async def _call(
        self, endpoint: Endpoint, method: str, path: str, document: dict[str, Any] | None, answer_seconds: int, told: Told | None = None
    ) -> Heard:
        """A yes is said with 200; a no may also be said with 4xx; anything else says nothing."""
        heard = await self.calls.call(endpoint.biller, endpoint.url, method, path, document, deadline_seconds=answer_seconds, told=told)
        if heard.status != 200 and not (400 <= heard.status < 500 and heard.document.get("outcome") in ("refused", "not_found")):
            raise Unheard(f"status {heard.status}")
        return heard


async def _or_unknown(asking: Awaitable[T]) -> T | Unknown:
    """Whatever a biller does, it is no error of ours."""
    try:
        return await asking
    except Unheard as unheard:
        return Unknown(unheard.why, unheard.asked)
    except Malformed as malformed:
        return Unknown(str(malformed))
    except Exception as fault:  # noqa: BLE001 - the edge: an outcome that we failed to read is not known
        return Unknown(type(fault).__name__)


async def _kept(asking: Awaitable[Answered], told: Told) -> Answered | Unknown:
    """With what was said over the line, also where it was nothing that can be read."""
    outcome = await _or_unknown(asking)
    return replace(outcome, heard=told.exchange(outcome.why if isinstance(outcome, Unknown) else ""))


def _order(payment: Payment) -> dict[str, Any]:
    request = payment.request
    return {
        "payment_id": str(payment.payment_id),
        "payment_reference": payment.reference,
        "bank_code": request.bank,
        "service_code": request.service,
        "customer_reference": request.customer_reference,
        "bill_number": request.bill_number,
        "amount": request.amount.text(),
        "currency": request.amount.currency,
        "channel": request.channel,
        "ordered_at": payment.reserved_at.isoformat(),
        "business_date": None if payment.business_date is None else payment.business_date.isoformat(),
    }


def _outcome(heard: Heard) -> str:
    return text(heard.document, "outcome", 20)


def _require_echo(heard: Heard, question: dict[str, str]) -> None:
    for field, asked in question.items():
        if heard.document.get(field) != asked:
            raise Malformed(f"the answer is for another {field}")


def _require_payment(heard: Heard, payment_id: PaymentId, ordered: Money) -> None:
    _require_echo(heard, {"payment_id": str(payment_id)})
    if amount(heard.document) != ordered:
        raise Malformed("the answer is for another amount")


def _accepted(heard: Heard) -> Accepted:
    if heard.status != 200:
        raise Unheard(f"status {heard.status}")
    return Accepted(text(heard.document, "biller_reference", LONGEST_REFERENCE_CHARACTERS))


def _refused(heard: Heard) -> Refused:
    reason = _REASONS.get(text(heard.document, "reason", 40), Reason.OTHER)
    return Refused(reason, optional_text(heard.document, "response_code", 20) or "")


def _bill(document: Any) -> PresentedBill:
    if not isinstance(document, dict):
        raise Malformed("a bill is not an object")
    rule = _RULES.get(text(document, "rule", 20))
    if rule is None:
        raise Malformed("rule is not one of ours")
    description = document.get("description")
    if description is not None and not isinstance(description, dict):
        raise Malformed("description is not an object")
    return PresentedBill(
        bill_number=text(document, "bill_number", LONGEST_REFERENCE_CHARACTERS),
        due=amount(document),
        rule=rule,
        issued_on=optional_date(document, "issued_on"),
        due_on=optional_date(document, "due_on"),
        description=None if description is None else Name(ar=text(description, "ar"), en=text(description, "en")),
    )
