"""Receipts: of a completed payment, signed by the switch; each asking gives another signature over the same line."""

from dataclasses import dataclass
from uuid import UUID

from switch.domain.identifiers import ParticipantCode
from switch.domain.payments import Payment
from switch.domain.receipts import Receipt, receipt_of
from switch.ports import Signer
from switch.signatures.receipts import sign_receipt
from switch.store import archive_queries, payment_queries, payments
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    payment: Payment
    receipt: Receipt
    text: str


@dataclass(frozen=True, slots=True)
class Receipts:
    database: Database
    signer: Signer

    async def of_bank(self, bank: ParticipantCode, payment_id: UUID) -> SignedReceipt:
        """Raises PaymentUnknown, ReceiptNotDue."""
        async with self.database.reading() as connection:
            if (payment := await payments.of_party(connection, bank, payment_id)) is None:
                raise await archive_queries.missing(connection, payment_id, bank)
        return self._signed(payment)

    async def named(self, name: str) -> SignedReceipt:
        """By its id or payment reference, of whatever bank. Raises PaymentUnknown, ReceiptNotDue."""
        return self._signed(await self.payment(name))

    async def payment(self, name: str) -> Payment:
        """How the payment of a receipt stands now. Raises PaymentUnknown."""
        async with self.database.reading() as connection:
            payment = await payment_queries.named(connection, name)
            if payment is None:
                raise await archive_queries.missing_named(connection, name)
        return payment

    def _signed(self, payment: Payment) -> SignedReceipt:
        receipt = receipt_of(payment)
        return SignedReceipt(payment, receipt, sign_receipt(self.signer, receipt))
