"""Participants: the banks (wallets too) and billers of the switch."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from switch.domain.errors import ParticipantNotLive
from switch.domain.identifiers import ParticipantCode


class ParticipantKind(StrEnum):
    BANK = "bank"
    WALLET = "wallet"
    BILLER = "biller"
    OPERATOR = "operator"
    """The switch company itself: runs windows, reads everything."""
    OVERSEER = "overseer"
    """The central bank: reads everything."""


class ParticipantStatus(StrEnum):
    DRAFT = "draft"
    TESTING = "testing"
    PILOT = "pilot"
    LIVE = "live"
    SUSPENDED = "suspended"
    CLOSED = "closed"


NEXT: Mapping[ParticipantStatus | None, tuple[ParticipantStatus, ...]] = MappingProxyType(
    {
        None: (ParticipantStatus.DRAFT, ParticipantStatus.TESTING),
        ParticipantStatus.DRAFT: (ParticipantStatus.TESTING, ParticipantStatus.CLOSED),
        ParticipantStatus.TESTING: (ParticipantStatus.PILOT, ParticipantStatus.CLOSED),
        ParticipantStatus.PILOT: (ParticipantStatus.LIVE, ParticipantStatus.TESTING, ParticipantStatus.SUSPENDED, ParticipantStatus.CLOSED),
        ParticipantStatus.LIVE: (ParticipantStatus.SUSPENDED, ParticipantStatus.CLOSED),
        ParticipantStatus.SUSPENDED: (ParticipantStatus.LIVE, ParticipantStatus.PILOT, ParticipantStatus.TESTING, ParticipantStatus.CLOSED),
        ParticipantStatus.CLOSED: (),
    }
)
"""Its life, step by step: nobody goes live who was not tested and has not had a pilot. None: of whom nobody has heard yet."""


BEGINS = frozenset({ParticipantStatus.PILOT, ParticipantStatus.LIVE})
"""Who may begin something: inquire, pay, be paid, take back, upload bills. A pilot differs from live by its cap and its limits."""
CONCLUDES = BEGINS | {ParticipantStatus.SUSPENDED}
"""Who may conclude what has begun: learn outcomes, acknowledge, approve its debit, hand in its books, get its files."""
LOOKS = CONCLUDES | {ParticipantStatus.TESTING}
"""Who may look at the catalogue and at its own, which is how a line and its keys are tested."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name in both languages; neither is a translation of the other."""

    ar: str
    en: str


@dataclass(frozen=True, slots=True)
class Participant:
    code: ParticipantCode
    kind: ParticipantKind
    name: Name
    status: ParticipantStatus
    category: str | None = None
    governorate: str | None = None

    @property
    def by(self) -> str:
        """What is kept of who asked."""
        return self.code

    @property
    def pays(self) -> bool:
        return self.kind in (ParticipantKind.BANK, ParticipantKind.WALLET)

    def require_live(self) -> None:
        """Where something begins. Raises ParticipantNotLive."""
        self._require(BEGINS)

    def require_concluding(self) -> None:
        """Raises ParticipantNotLive."""
        self._require(CONCLUDES)

    def require_looking(self) -> None:
        """Raises ParticipantNotLive."""
        self._require(LOOKS)

    def _require(self, statuses: frozenset[ParticipantStatus]) -> None:
        if self.status not in statuses:
            raise ParticipantNotLive(participant=self.code, status=self.status)
