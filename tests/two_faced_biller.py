"""A biller on a real socket that lies by a script: what it books and what it says are two things. It knows the protocol by its page only.

docs/biller-protocol.md. A `Lie` says of each question about a customer's payment what is booked, and what is answered.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from switch.signatures import SigningKey
from tests.contract.played import Question, raw, signed

DUE = "81.43"


class Act(NamedTuple):
    """`books`: how often the truth is booked (0: not at all), as which amount; `says`: an outcome of the protocol, or no answer at all."""

    says: str
    books: int = 1
    as_amount: str | None = None
    says_amount: str | None = None


HONEST = Act("yes")
REFUSED = Act("no", books=0)


@dataclass(frozen=True)
class Lie:
    """Each call's acts in their order, the last of them for ever after."""

    pay: tuple[Act, ...] = (HONEST,)
    enquire: tuple[Act, ...] = ()
    """Empty: what it has booked, or that it has not found it."""
    reverse: tuple[Act, ...] = (HONEST,)
    advise: tuple[Act, ...] = (HONEST,)
    forgets: bool = False
    """In the end it takes the booking out of its books, whatever it has said."""


class Row(NamedTuple):
    """One line of its books, as it hands them in."""

    payment_id: str
    customer: str
    amount: str
    back: bool


@dataclass
class TwoFacedBiller:
    key: SigningKey
    lies: dict[str, Lie] = field(default_factory=dict)
    """By customer reference; everybody else is treated honestly."""
    rows: list[Row] = field(default_factory=list)
    out: bool = False
    """Whether it answers nobody at all."""
    asked: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """How often it was asked what about each payment."""
    _customer: dict[str, str] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)

    def play(self, question: Question) -> bytes | None:
        if self.out:
            return None
        path = question.target.path
        if path.endswith("/inquiries"):
            return signed(question, self.key, _presented(question.document))
        if path.endswith("/advices"):
            return self._advised(question, question.document)
        payment_id = re.findall(r"/payments/([0-9a-f-]{36})", path)[0]
        if question.target.method == "GET":
            return self._enquired(question, payment_id)
        if path.endswith(payment_id):
            self._customer[payment_id] = question.document["customer_reference"]
            return self._ordered(question, payment_id)
        return self._asked_back(question, payment_id, question.document)

    def _ordered(self, question: Question, payment_id: str) -> bytes | None:
        act = self._act(payment_id, "pay", self._lie(payment_id).pay)
        self._book(f"pay {payment_id}", payment_id, DUE, act, back=False)
        return self._say(question, act, {"payment_id": payment_id}, DUE, "accepted")

    def _enquired(self, question: Question, payment_id: str) -> bytes | None:
        acts = self._lie(payment_id).enquire
        booked = any(row.payment_id == payment_id for row in self.rows)
        act = self._act(payment_id, "enquire", acts) if acts else Act("yes" if booked else "not found")
        return self._say(question, act, {"payment_id": payment_id}, DUE, "accepted")

    def _asked_back(self, question: Question, payment_id: str, document: Any) -> bytes | None:
        act = self._act(payment_id, "reverse", self._lie(payment_id).reverse)
        part, amount = "reversal_id" in document, document["amount"]
        self._book(document.get("reversal_id", f"back {payment_id}"), payment_id, amount, act, back=True)
        echo = {name: document[name] for name in ("payment_id", "reversal_id") if name in document}
        return self._say(question, act, echo, amount, "refunded" if part else "reversed")

    def _advised(self, question: Question, document: Any) -> bytes | None:
        content, event = document["content"], {"event_id": document["event_id"]}
        payment_id = content["payment_id"]
        self._customer[payment_id] = content["customer_reference"]
        act = self._act(payment_id, "advise", self._lie(payment_id).advise)
        self._book(
            document["event_id"], payment_id, content.get("refunded", content["amount"]), act, back=document["kind"] != "payment.completed"
        )
        return self._say(question, act, event, None, "acknowledged")

    def _lie(self, payment_id: str) -> Lie:
        return self.lies.get(self._customer.get(payment_id, ""), Lie())

    def _act(self, payment_id: str, call: str, acts: tuple[Act, ...]) -> Act:
        number = self.asked[payment_id][call]
        self.asked[payment_id][call] += 1
        return acts[min(number, len(acts) - 1)]

    def _book(self, what: str, payment_id: str, amount: str, act: Act, *, back: bool) -> None:
        """Once for each order, however often it is repeated."""
        if act.books and what not in self._heard:
            self._heard.add(what)
            self.rows += [Row(payment_id, self._customer[payment_id], act.as_amount or amount, back)] * act.books

    def _say(self, question: Question, act: Act, echo: dict[str, str], amount: str | None, yes: str) -> bytes | None:
        money = {} if amount is None else {"amount": act.says_amount or amount, "currency": "SYP"}
        match act.says:
            case "yes":
                return signed(question, self.key, echo | money | {"outcome": yes, "biller_reference": "B-1"})
            case "no":
                return signed(question, self.key, echo | money | {"outcome": "refused", "reason": "other", "response_code": "R9"})
            case "not found":
                return signed(question, self.key, echo | {"outcome": "not_found"})
            case "500":
                return raw(500, b"{}")
            case _:
                return None

    def statement(self) -> list[Row]:
        return [row for row in self.rows if not self.lies.get(row.customer, Lie()).forgets]


def _presented(asked: Any) -> dict[str, Any]:
    bill = {"bill_number": "B1", "amount": DUE, "currency": "SYP", "rule": "exact"}
    return {**asked, "outcome": "presented", "customer_name": None, "bills": [bill]}
