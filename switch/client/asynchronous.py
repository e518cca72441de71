"""The client for programs that do many things at once."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from switch.client import operations
from switch.client.answers import PaymentAnswer
from switch.client.calls import Answer, Call, Document, Pause, Silence
from switch.client.line import ANSWER_SECONDS, MOST_CONNECTIONS, answer_or_silence, request_of, signed_by, silence
from switch.client.operations import Operation
from switch.client.orders import BillLine, PaymentOrder
from switch.client.patience import Patience
from switch.signatures import SignatureError, SigningParty, VerifyingKey

T = TypeVar("T")


class AsyncSwitchClient:
    """Raises Refused where the switch says no, NotCertain where no answer could be had. As many calls at once as are wanted."""

    def __init__(
        self,
        url: str,
        signing_key: SigningParty,
        answer_key: VerifyingKey,
        *,
        patience: Patience | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        most_connections: int = MOST_CONNECTIONS,
    ) -> None:
        self._patience = patience or Patience()
        self._line = httpx2.AsyncClient(
            base_url=url,
            auth=signed_by(signing_key, answer_key),
            timeout=answer_seconds,
            transport=transport,
            verify=tls or True,
            limits=httpx2.Limits(max_connections=most_connections, max_keepalive_connections=most_connections),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._line.aclose()

    # --- banks ---------------------------------------------------------------------------------------------------

    async def billers(self) -> list[Document]:
        return await self._run(operations.listed(self._patience, "/v1/billers"))

    async def services(self) -> list[Document]:
        return await self._run(operations.listed(self._patience, "/v1/services"))

    async def inquire(self, service_code: str, customer_reference: str, channel: str = "mobile") -> Document:
        """The presentment: an `inquiry_id` and the offers under it."""
        asked = {"service_code": service_code, "customer_reference": customer_reference, "channel": channel}
        return await self._run(operations.post(self._patience, "/v1/inquiries", asked))

    async def pay(self, order: PaymentOrder, key: str) -> PaymentAnswer:
        """Repeats itself after silence with the same key. Raises Refused, or NotCertain where no answer could be had."""
        return await self._run(operations.pay(self._patience, order, key))

    async def payment(self, payment_id: str) -> Document:
        return await self._run(operations.one(self._patience, f"/v1/payments/{payment_id}"))

    async def payment_under_key(self, key: str) -> Document | None:
        """What became of an order; None where nothing stands under the key. Raises Refused where a refusal does.

        Nothing is certain thirty seconds after the last try: until then the order may still be on its way.
        """
        return await self._run(operations.under_key(self._patience, key))

    async def payments(self, most: int | None = None, *, state: str | None = None, bank_reference: str | None = None) -> list[Document]:
        """Newest first."""
        return await self._run(operations.listed(self._patience, "/v1/payments", most, state=state, bank_reference=bank_reference))

    async def reverse(
        self, payment_id: str, reason: str, key: str, bank_reference: str | None = None, amount: Document | None = None
    ) -> Document:
        """Take a completed payment back, or the `amount` of it, where its service allows that.

        A reversal that is not `final` is not certain yet. Raises Refused, NotCertain.
        """
        return await self._run(operations.reverse(self._patience, payment_id, reason, key, bank_reference, amount))

    async def reversals(self, payment_id: str) -> list[Document]:
        """All that were asked for."""
        return await self._run(operations.reversals(self._patience, payment_id))

    async def hand_in_batch(self, batch_reference: str, orders: Mapping[str, PaymentOrder]) -> Document:
        """Many payments together, each under its own key; they are paid in the background. At most 10,000."""
        return await self._run(operations.hand_in_batch(self._patience, batch_reference, orders))

    async def batch(self, batch_id: str) -> Document:
        """How far it is: `done`, and `counts` of its lines by state."""
        return await self._run(operations.one(self._patience, f"{operations.BATCHES}/{batch_id}"))

    async def batch_lines(self, batch_id: str, most: int | None = None) -> list[Document]:
        """The answer of each line, in their order."""
        return await self._run(operations.listed(self._patience, f"{operations.BATCHES}/{batch_id}/lines", most))

    async def batches(self, most: int | None = None) -> list[Document]:
        """Newest first."""
        return await self._run(operations.listed(self._patience, operations.BATCHES, most))

    async def position(self) -> list[Document]:
        """One for each currency."""
        found: list[Document] = (await self._run(operations.one(self._patience, "/v1/position")))["positions"]
        return found

    # --- banks and billers -----------------------------------------------------------------------------------------

    async def debts(self) -> Document:
        """What is still owed from defaults: ours, and to us."""
        return await self._run(operations.one(self._patience, "/v1/debts"))

    async def windows(self, most: int | None = None) -> list[Document]:
        return await self._run(operations.listed(self._patience, "/v1/windows", most))

    async def window(self, window_id: str) -> Document:
        """With our own net in it."""
        return await self._run(operations.one(self._patience, f"/v1/windows/{window_id}"))

    async def approve_window(self, window_id: str, amount: str, currency: str = "SYP") -> Document:
        """Our debit of a closed window, exactly as it shows it."""
        return await self._run(operations.approve_window(self._patience, window_id, amount, currency))

    async def object_to_window(self, window_id: str, reason: str) -> Document:
        return await self._run(operations.object_to_window(self._patience, window_id, reason))

    async def files(self, most: int | None = None) -> list[Document]:
        return await self._run(operations.listed(self._patience, "/v1/files", most))

    async def file_content(self, file_id: str) -> bytes:
        return await self._run(operations.content(self._patience, f"/v1/files/{file_id}/content"))

    async def take_file(self, file_id: str, content: bytes) -> Document:
        """Say that we have checked and loaded it, as these bytes. It stands."""
        return await self._run(operations.take_file(self._patience, file_id, content))

    async def refuse_file(self, file_id: str, content: bytes, reasons: Sequence[Document]) -> Document:
        """Each reason such as `{"reason": "line_unknown", "line": 12, "note": "…"}`; all of them are in docs/file-formats.md."""
        return await self._run(operations.refuse_file(self._patience, file_id, content, reasons))

    async def hand_in_statement(self, statement: bytes, media_type: str = "text/csv", **query: str) -> Document:
        """What we booked on a business date, in a layout of docs/file-formats.md; `layout="mt940"`, `business_date="2026-11-24"`."""
        return await self._run(operations.hand_in_statement(self._patience, statement, media_type, query))

    async def breaks(self, most: int | None = None, **query: str) -> list[Document]:
        """In our own statements, or handed to us; `state="open"`, `business_date="2026-11-24"`."""
        return await self._run(operations.listed(self._patience, operations.BREAKS, most, **query))

    async def break_history(self, break_id: str) -> Document:
        """Both sides, who has it, by when, and what was done; with the attachments."""
        return await self._run(operations.one(self._patience, f"{operations.BREAKS}/{break_id}"))

    async def work_on_break(self, break_id: str, move: str, **said: str) -> Document:
        """`move`: take, comments (with a `text`) or hand-back (with a `note`)."""
        return await self._run(operations.post(self._patience, f"{operations.BREAKS}/{break_id}/{move}", said or None))

    async def attach_to_break(self, break_id: str, attached: bytes, media_type: str, name: str) -> Document:
        """A PDF, PNG, JPEG or text."""
        return await self._run(operations.attach(self._patience, f"{operations.BREAKS}/{break_id}", attached, media_type, name))

    async def break_attachment(self, break_id: str, sha256: str) -> bytes:
        return await self._run(operations.content(self._patience, f"{operations.BREAKS}/{break_id}/attachments/{sha256}"))

    # --- disputes, of banks and billers ------------------------------------------------------------------------------

    async def open_dispute(
        self, payment_id: str, reason: str, text: str, key: str, *, contact: str = "", amount: Document | None = None
    ) -> Document:
        """About our own payment; nothing moves by it. The same key is the same dispute. Raises Refused, NotCertain."""
        return await self._run(operations.open_dispute(self._patience, payment_id, reason, text, key, contact, amount))

    async def disputes(self, most: int | None = None, **query: str) -> list[Document]:
        """Newest first; `holder="biller"` finds what waits for a biller."""
        return await self._run(operations.listed(self._patience, operations.DISPUTES, most, **query))

    async def dispute(self, dispute_id: str) -> Document:
        """With its history and attachments."""
        return await self._run(operations.one(self._patience, f"{operations.DISPUTES}/{dispute_id}"))

    async def dispute_reasons(self) -> list[Document]:
        """Who opens, who answers first, in how many hours, and what silence means."""
        found: list[Document] = (await self._run(operations.one(self._patience, f"{operations.DISPUTES}/reasons")))["items"]
        return found

    async def answer_dispute(
        self, dispute_id: str, note: str, *, accepted: bool, remedy: str | None = None, amount: Document | None = None
    ) -> Document:
        return await self._run(operations.answer_dispute(self._patience, dispute_id, note, accepted, remedy, amount))

    async def move_dispute(self, dispute_id: str, move: str, note: str, *, to: str | None = None) -> Document:
        """`move`: hand-over (`to` whom), comments, escalation, confirmation or withdrawal."""
        return await self._run(operations.move_dispute(self._patience, dispute_id, move, note, to))

    async def attach_to_dispute(self, dispute_id: str, attached: bytes, media_type: str, name: str) -> Document:
        """A PDF, PNG, JPEG or text."""
        return await self._run(operations.attach(self._patience, f"{operations.DISPUTES}/{dispute_id}", attached, media_type, name))

    async def dispute_attachment(self, dispute_id: str, sha256: str) -> bytes:
        return await self._run(operations.content(self._patience, f"{operations.DISPUTES}/{dispute_id}/attachments/{sha256}"))

    # --- billers ---------------------------------------------------------------------------------------------------

    async def upload_bills(self, lines: Iterable[BillLine]) -> list[Document]:
        """One result a line."""
        return await self._run(operations.upload_bills(self._patience, lines))

    async def waiting_advices(self, most: int | None = None) -> list[Document]:
        return await self._run(operations.listed(self._patience, "/v1/advices", most))

    async def acknowledge(self, event_id: str) -> None:
        await self._run(operations.post(self._patience, f"/v1/advices/{event_id}/acknowledgement"))

    # --- staff and overseers ---------------------------------------------------------------------------------------

    async def operator(self, report: str, **query: str) -> Document:
        """One page of `/v1/operator/<report>`: trial-balance, journal, positions, payments, windows, breaks, files."""
        return await self._run(operations.one(self._patience, f"/v1/operator/{report}", **query))

    async def operator_list(self, report: str, most: int | None = None, **query: str) -> list[Document]:
        return await self._run(operations.listed(self._patience, f"/v1/operator/{report}", most, **query))

    async def _run(self, operation: Operation[T]) -> T:
        step = next(operation)
        while True:
            try:
                match step:
                    case Pause(seconds=seconds):
                        await asyncio.sleep(seconds)
                        step = operation.send(None)
                    case Call():
                        step = operation.send(await self._ask(step))
            except StopIteration as end:
                result: T = end.value
                return result

    async def _ask(self, call: Call) -> Answer | Silence:
        try:
            return answer_or_silence(await self._line.send(request_of(self._line, call)))
        except (httpx2.HTTPError, SignatureError) as fault:
            return silence(fault)
