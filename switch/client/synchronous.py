"""The client for programs that wait for each answer."""

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from switch.client import operations
from switch.client.answers import PaymentAnswer
from switch.client.calls import Answer, Call, Document, Pause, Silence
from switch.client.line import ANSWER_SECONDS, answer_or_silence, request_of, signed_by, silence
from switch.client.operations import Operation
from switch.client.orders import BillLine, PaymentOrder
from switch.client.patience import Patience
from switch.signatures import SignatureError, SigningParty, VerifyingKey

T = TypeVar("T")


class SwitchClient:
    """Raises Refused where the switch says no, NotCertain where no answer could be had. One thread at a time."""

    def __init__(
        self,
        url: str,
        signing_key: SigningParty,
        answer_key: VerifyingKey,
        *,
        patience: Patience | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._line = httpx2.Client(
            base_url=url, auth=signed_by(signing_key, answer_key), timeout=answer_seconds, transport=transport, verify=tls or True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    # --- banks ---------------------------------------------------------------------------------------------------

    def billers(self) -> list[Document]:
        return self._run(operations.listed(self._patience, "/v1/billers"))

    def services(self) -> list[Document]:
        return self._run(operations.listed(self._patience, "/v1/services"))

    def inquire(self, service_code: str, customer_reference: str, channel: str = "mobile") -> Document:
        """The presentment: an `inquiry_id` and the offers under it."""
        asked = {"service_code": service_code, "customer_reference": customer_reference, "channel": channel}
        return self._run(operations.post(self._patience, "/v1/inquiries", asked))

    def pay(self, order: PaymentOrder, key: str) -> PaymentAnswer:
        """Repeats itself after silence with the same key. Raises Refused, or NotCertain where no answer could be had."""
        return self._run(operations.pay(self._patience, order, key))

    def payment(self, payment_id: str) -> Document:
        return self._run(operations.one(self._patience, f"/v1/payments/{payment_id}"))

    def payment_under_key(self, key: str) -> Document | None:
        """What became of an order; None where nothing stands under the key. Raises Refused where a refusal does.

        Nothing is certain thirty seconds after the last try: until then the order may still be on its way.
        """
        return self._run(operations.under_key(self._patience, key))

    def payments(self, most: int | None = None, *, state: str | None = None, bank_reference: str | None = None) -> list[Document]:
        """Newest first."""
        return self._run(operations.listed(self._patience, "/v1/payments", most, state=state, bank_reference=bank_reference))

    def reverse(
        self, payment_id: str, reason: str, key: str, bank_reference: str | None = None, amount: Document | None = None
    ) -> Document:
        """Take a completed payment back, or the `amount` of it, where its service allows that.

        A reversal that is not `final` is not certain yet. Raises Refused, NotCertain.
        """
        return self._run(operations.reverse(self._patience, payment_id, reason, key, bank_reference, amount))

    def reversals(self, payment_id: str) -> list[Document]:
        """All that were asked for."""
        return self._run(operations.reversals(self._patience, payment_id))

    def hand_in_batch(self, batch_reference: str, orders: Mapping[str, PaymentOrder]) -> Document:
        """Many payments together, each under its own key; they are paid in the background. At most 10,000."""
        return self._run(operations.hand_in_batch(self._patience, batch_reference, orders))

    def batch(self, batch_id: str) -> Document:
        """How far it is: `done`, and `counts` of its lines by state."""
        return self._run(operations.one(self._patience, f"{operations.BATCHES}/{batch_id}"))

    def batch_lines(self, batch_id: str, most: int | None = None) -> list[Document]:
        """The answer of each line, in their order."""
        return self._run(operations.listed(self._patience, f"{operations.BATCHES}/{batch_id}/lines", most))

    def batches(self, most: int | None = None) -> list[Document]:
        """Newest first."""
        return self._run(operations.listed(self._patience, operations.BATCHES, most))

    def position(self) -> list[Document]:
        """One for each currency."""
        found: list[Document] = (self._run(operations.one(self._patience, "/v1/position")))["positions"]
        return found

    # --- banks and billers -----------------------------------------------------------------------------------------

    def debts(self) -> Document:
        """What is still owed from defaults: ours, and to us."""
        return self._run(operations.one(self._patience, "/v1/debts"))

    def windows(self, most: int | None = None) -> list[Document]:
        return self._run(operations.listed(self._patience, "/v1/windows", most))

    def window(self, window_id: str) -> Document:
        """With our own net in it."""
        return self._run(operations.one(self._patience, f"/v1/windows/{window_id}"))

    def approve_window(self, window_id: str, amount: str, currency: str = "SYP") -> Document:
        """Our debit of a closed window, exactly as it shows it."""
        return self._run(operations.approve_window(self._patience, window_id, amount, currency))

    def object_to_window(self, window_id: str, reason: str) -> Document:
        return self._run(operations.object_to_window(self._patience, window_id, reason))

    def files(self, most: int | None = None) -> list[Document]:
        return self._run(operations.listed(self._patience, "/v1/files", most))

    def file_content(self, file_id: str) -> bytes:
        return self._run(operations.content(self._patience, f"/v1/files/{file_id}/content"))

    def take_file(self, file_id: str, content: bytes) -> Document:
        """Say that we have checked and loaded it, as these bytes. It stands."""
        return self._run(operations.take_file(self._patience, file_id, content))

    def refuse_file(self, file_id: str, content: bytes, reasons: Sequence[Document]) -> Document:
        """Each reason such as `{"reason": "line_unknown", "line": 12, "note": "…"}`; all of them are in docs/file-formats.md."""
        return self._run(operations.refuse_file(self._patience, file_id, content, reasons))

    def hand_in_statement(self, statement: bytes, media_type: str = "text/csv", **query: str) -> Document:
        """What we booked on a business date, in a layout of docs/file-formats.md; `layout="mt940"`, `business_date="2026-11-24"`."""
        return self._run(operations.hand_in_statement(self._patience, statement, media_type, query))

    def breaks(self, most: int | None = None, **query: str) -> list[Document]:
        """In our own statements, or handed to us; `state="open"`, `business_date="2026-11-24"`."""
        return self._run(operations.listed(self._patience, operations.BREAKS, most, **query))

    def break_history(self, break_id: str) -> Document:
        """Both sides, who has it, by when, and what was done; with the attachments."""
        return self._run(operations.one(self._patience, f"{operations.BREAKS}/{break_id}"))

    def work_on_break(self, break_id: str, move: str, **said: str) -> Document:
        """`move`: take, comments (with a `text`) or hand-back (with a `note`)."""
        return self._run(operations.post(self._patience, f"{operations.BREAKS}/{break_id}/{move}", said or None))

    def attach_to_break(self, break_id: str, attached: bytes, media_type: str, name: str) -> Document:
        """A PDF, PNG, JPEG or text."""
        return self._run(operations.attach(self._patience, f"{operations.BREAKS}/{break_id}", attached, media_type, name))

    def break_attachment(self, break_id: str, sha256: str) -> bytes:
        return self._run(operations.content(self._patience, f"{operations.BREAKS}/{break_id}/attachments/{sha256}"))

    # --- disputes, of banks and billers ------------------------------------------------------------------------------

    def open_dispute(
        self, payment_id: str, reason: str, text: str, key: str, *, contact: str = "", amount: Document | None = None
    ) -> Document:
        """About our own payment; nothing moves by it. The same key is the same dispute. Raises Refused, NotCertain."""
        return self._run(operations.open_dispute(self._patience, payment_id, reason, text, key, contact, amount))

    def disputes(self, most: int | None = None, **query: str) -> list[Document]:
        """Newest first; `holder="biller"` finds what waits for a biller."""
        return self._run(operations.listed(self._patience, operations.DISPUTES, most, **query))

    def dispute(self, dispute_id: str) -> Document:
        """With its history and attachments."""
        return self._run(operations.one(self._patience, f"{operations.DISPUTES}/{dispute_id}"))

    def dispute_reasons(self) -> list[Document]:
        """Who opens, who answers first, in how many hours, and what silence means."""
        found: list[Document] = self._run(operations.one(self._patience, f"{operations.DISPUTES}/reasons"))["items"]
        return found

    def answer_dispute(
        self, dispute_id: str, note: str, *, accepted: bool, remedy: str | None = None, amount: Document | None = None
    ) -> Document:
        return self._run(operations.answer_dispute(self._patience, dispute_id, note, accepted, remedy, amount))

    def move_dispute(self, dispute_id: str, move: str, note: str, *, to: str | None = None) -> Document:
        """`move`: hand-over (`to` whom), comments, escalation, confirmation or withdrawal."""
        return self._run(operations.move_dispute(self._patience, dispute_id, move, note, to))

    def attach_to_dispute(self, dispute_id: str, attached: bytes, media_type: str, name: str) -> Document:
        """A PDF, PNG, JPEG or text."""
        return self._run(operations.attach(self._patience, f"{operations.DISPUTES}/{dispute_id}", attached, media_type, name))

    def dispute_attachment(self, dispute_id: str, sha256: str) -> bytes:
        return self._run(operations.content(self._patience, f"{operations.DISPUTES}/{dispute_id}/attachments/{sha256}"))

    # --- billers ---------------------------------------------------------------------------------------------------

    def upload_bills(self, lines: Iterable[BillLine]) -> list[Document]:
        """One result a line."""
        return self._run(operations.upload_bills(self._patience, lines))

    def waiting_advices(self, most: int | None = None) -> list[Document]:
        return self._run(operations.listed(self._patience, "/v1/advices", most))

    def acknowledge(self, event_id: str) -> None:
        self._run(operations.post(self._patience, f"/v1/advices/{event_id}/acknowledgement"))

    # --- staff and overseers ---------------------------------------------------------------------------------------

    def operator(self, report: str, **query: str) -> Document:
        """One page of `/v1/operator/<report>`: trial-balance, journal, positions, payments, windows, breaks, files."""
        return self._run(operations.one(self._patience, f"/v1/operator/{report}", **query))

    def operator_list(self, report: str, most: int | None = None, **query: str) -> list[Document]:
        return self._run(operations.listed(self._patience, f"/v1/operator/{report}", most, **query))

    def _run(self, operation: Operation[T]) -> T:
        step = next(operation)
        while True:
            try:
                match step:
                    case Pause(seconds=seconds):
                        time.sleep(seconds)
                        step = operation.send(None)
                    case Call():
                        step = operation.send(self._ask(step))
            except StopIteration as end:
                result: T = end.value
                return result

    def _ask(self, call: Call) -> Answer | Silence:
        try:
            return answer_or_silence(self._line.send(request_of(self._line, call)))
        except (httpx2.HTTPError, SignatureError) as fault:
            return silence(fault)
