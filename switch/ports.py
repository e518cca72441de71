"""Ports: what the switch needs of the outside, only where two real implementations exist."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from switch.domain.advices import Advice
from switch.domain.bills import Presentment
from switch.domain.booked_statements import BookedStatement, PlainStatement, StatementAsked
from switch.domain.directory import Endpoint
from switch.domain.file_pushes import Pushed, PushPlace
from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import EnquiryOutcome, Outcome, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.provider_sign_in import ProviderRule, ProviderSignIn
from switch.domain.received_files import ReceivedOutcome, Waiting
from switch.domain.reports import Report
from switch.domain.reversals import Reversal
from switch.domain.settlement import SettlementAnswer, SettlementInstruction
from switch.domain.statements import FileHeader, FileLine, FileTotals
from switch.domain.webhooks import WebhookAnswer, WebhookMessage


class Clock(Protocol):
    """All time comes from here."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds for durations; never goes back."""


class Signer(Protocol):
    """Signs for the switch; the private key may live in a file or in a token."""

    @property
    def keyid(self) -> str: ...

    @property
    def algorithm(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...

    def public_der(self) -> bytes:
        """The public half (SubjectPublicKeyInfo): a log's signatures name their key by a hash of it."""


class MasterKeys(Protocol):
    """What the keys of personal data are made from; they may live in a file or in a token, which need not show them."""

    @property
    def newest(self) -> int:
        """The number of the one that is used from now on; numbers begin at 1."""

    def derive(self, number: int, purpose: str) -> bytes:
        """32 bytes, always the same: HMAC-SHA256 of the purpose. Number 0 never changes. Raises KeyError where it is gone."""

    def refresh(self) -> None:
        """Look again which there are: another process may have made a new one."""


class BillerAdapter(Protocol):
    """One biller protocol. Never raises for what a biller does: anything odd is Unknown. Each call ends within `answer_seconds`."""

    async def inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, *, answer_seconds: int
    ) -> Presentment | Refused | Unknown:
        """What is due; for a prepaid service whether the customer reference is good (a presentment without bills)."""

    async def pay(self, endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        """Order the payment under its own id; the same id again is the same payment."""

    async def enquire(self, endpoint: Endpoint, payment_id: PaymentId, *, answer_seconds: int, ordered: Money) -> EnquiryOutcome:
        """What became of a payment of this amount; a biller that says another amount has not answered for it (Unknown)."""

    async def reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, *, answer_seconds: int) -> Outcome:
        """Take its booking of the payment, or the reversal's part of it, back; Accepted where it has, now or before.

        The same reversal again is taken back once.
        """

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool | Refused:
        """Hand over a fact; True only where the biller has acknowledged exactly this one.

        Refused is heard only of a payment that the switch has accepted in the biller's place.
        """


class IdentityProvider(Protocol):
    """Where staff prove who they are, if not to us. Raises IdentityUnheard where it is silent or talks nonsense."""

    @property
    def rule(self) -> ProviderRule: ...

    async def address(self, asked: Mapping[str, str]) -> str:
        """Where a browser goes with these parameters."""

    async def redeem(self, code: str, sign_in: ProviderSignIn, *, issuer_said: bool) -> Mapping[str, Any]:
        """The claims of the ID token that the code is good for, once its signature holds; what they say is not looked at.

        `issuer_said`: whether the answer has named its issuer (RFC 9207). Raises IdentityRefused.
        """


class WebhookSender(Protocol):
    """One way to sign events for banks. Never raises for what the other side does."""

    async def send(self, url: str, message: WebhookMessage, *, answer_seconds: int) -> WebhookAnswer:
        """One attempt, to an address on an allowed network; redirects are not followed."""


class SettlementBank(Protocol):
    """The RTGS of the central bank. Never raises for what the RTGS does."""

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        """Send all legs, all or none; the same instruction id again is the same instruction."""

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        """What became of an instruction; `anew`: as the RTGS says now, whatever it has said before."""


class FileLayout(Protocol):
    """One layout of the files for billers and banks. Rendering is deterministic: the same content gives the same bytes."""

    @property
    def layout(self) -> str: ...

    @property
    def extension(self) -> str: ...

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        """In parts, as the lines come; a million of them in constant memory."""


class StatementLayout(Protocol):
    """One layout of the statements that banks and billers hand in. Never raises anything but StatementMalformed for what a file holds."""

    @property
    def layout(self) -> str: ...

    def recognises(self, start: bytes) -> bool:
        """By its first bytes, where nobody has named the layout."""

    def plain(self, file: BinaryIO) -> PlainStatement | None:
        """For a database that reads rows by itself; None where this layout or this file is not for that."""

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        """Its head now, its lines in constant memory as they are asked for. Raises StatementMalformed, at the latest with the last line."""


class ReportLayout(Protocol):
    """One way to draw reports. Deterministic: the same report gives the same bytes."""

    @property
    def layout(self) -> str: ...

    @property
    def extension(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    def render(self, report: Report) -> Iterator[bytes]:
        """In parts; rows are read as they are needed."""


class FileSender(Protocol):
    """One way to push issued files to a server of a participant's. Never raises for what the other side does."""

    async def push(self, place: PushPlace, name: str, *, seconds: int) -> Pushed:
        """An issued file, whole, then its signature; what is there of it already is not sent again, and what is whole there is taken."""


class FileDrop(Protocol):
    """Where issued files lie, each participant's apart."""

    def write(self, owner: str, name: str, content: Iterable[bytes]) -> Path:
        """Whole or not at all, never over another content."""

    def read(self, owner: str, name: str) -> bytes | None: ...

    def open(self, owner: str, name: str) -> BinaryIO | None:
        """For what is too large to be read at once."""


class Quarantine(FileDrop, Protocol):
    """Where statements lie that were wrong, until their time is over."""

    def remove(self, owner: str, name: str) -> None:
        """Once or many times."""


class OldFiles(Protocol):
    """Files that somebody has to take away in the end."""

    def remove(self, before: datetime, most: int) -> int:
        """The oldest first, of those from before the moment: how many."""


class FileInbox(Protocol):
    """What participants have put into their folders, and our answers beside it."""

    def waiting(self, now: datetime) -> list[Waiting]:
        """Files with a signature beside them, of all participants, in order."""

    def signature(self, participant: ParticipantCode, name: str) -> bytes:
        """Raises FileNotFoundError."""

    def copied(self, participant: ParticipantCode, name: str, most_bytes: int) -> AbstractContextManager[BinaryIO]:
        """A copy that its sender cannot write to any more. Raises FileNotFoundError, ReceivedFileTooLarge."""

    def answer(self, participant: ParticipantCode, name: str, outcome: ReceivedOutcome, document: bytes) -> None:
        """Whole beside the file, then the file goes with its signature."""

    def tidy(self, now: datetime) -> int:
        """Takes away what has lain there for too long; how many files that were."""
