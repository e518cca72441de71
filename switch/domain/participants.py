"""Participants: the banks (wallets too) and billers of the switch."""

from dataclasses import dataclass
from enum import StrEnum

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
    def pays(self) -> bool:
        return self.kind in (ParticipantKind.BANK, ParticipantKind.WALLET)

    def require_live(self) -> None:
        if self.status not in (ParticipantStatus.LIVE, ParticipantStatus.PILOT):
            raise ParticipantNotLive(participant=self.code)
