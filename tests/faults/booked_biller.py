"""A biller whose books are a file, so that they outlive the process that is killed while it asks."""

import os
import signal
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from switch.domain.advices import Advice
from switch.domain.bills import PresentedBill, Presentment
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint
from switch.domain.identifiers import PaymentId, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, EnquiryOutcome, NotFound, Outcome, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal

PROTOCOL = "booked-1"
DUE_MINOR = 8_143
UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class BookedBiller:
    """`dies` kills this very process, as by kill -9: before it has booked, or after."""

    books: Path
    dies: str = "never"

    async def inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, *, answer_seconds: int
    ) -> Presentment | Refused | Unknown:
        return Presentment((PresentedBill("B1", Money(DUE_MINOR, "SYP"), AmountRuleKind.EXACT),))

    async def pay(self, endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        if self.dies == UNREACHABLE:
            return Unknown("connection refused", asked=False)
        if self.dies == "before_booking":
            os.kill(os.getpid(), signal.SIGKILL)
        with self._opened() as connection:
            connection.execute(
                "INSERT INTO booked VALUES (?, ?, 1) ON CONFLICT (payment_id) DO UPDATE SET asked = asked + 1",
                (str(payment.payment_id), payment.request.amount.minor),
            )
        if self.dies == "after_booking":
            os.kill(os.getpid(), signal.SIGKILL)
        return Accepted(f"BK-{str(payment.payment_id)[-6:]}")

    async def enquire(self, endpoint: Endpoint, payment_id: PaymentId, *, answer_seconds: int, ordered: Money) -> EnquiryOutcome:
        with self._opened() as connection:
            found = connection.execute("SELECT 1 FROM booked WHERE payment_id = ?", (str(payment_id),)).fetchone()
        return Accepted(f"BK-{str(payment_id)[-6:]}") if found else NotFound()

    async def reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, *, answer_seconds: int) -> Outcome:
        if self.dies == "before_taking_back":
            os.kill(os.getpid(), signal.SIGKILL)
        with self._opened() as connection:
            connection.execute("UPDATE booked SET minor = 0 WHERE payment_id = ?", (str(payment.payment_id),))
        if self.dies == "after_taking_back":
            os.kill(os.getpid(), signal.SIGKILL)
        return Accepted(f"BK-{str(payment.payment_id)[-6:]}")

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool:
        return True

    def booked(self) -> list[tuple[str, int]]:
        with self._opened() as connection:
            return list(connection.execute("SELECT payment_id, minor FROM booked ORDER BY payment_id"))

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.books)
        connection.execute("CREATE TABLE IF NOT EXISTS booked (payment_id TEXT PRIMARY KEY, minor INTEGER, asked INTEGER)")
        return connection
