"""The chart of accounts. A posting's account is its code; the code says kind and owner."""

from dataclasses import dataclass
from enum import StrEnum

from switch.domain.identifiers import ParticipantCode


class AccountKind(StrEnum):
    POSITION = "position"
    """What a bank owes: debited by its payments, cleared when its window is settled."""
    PAYABLE = "payable"
    """What is owed to a biller for one bank's payments in unsettled windows."""
    SETTLEMENT = "settlement"
    """What is being paid to a biller through the RTGS."""
    RTGS = "rtgs"
    """Clearing account against the central bank's RTGS; zero when no settlement is under way."""
    FEE_SWITCH = "fee_switch"
    FEE_BANK = "fee_bank"
    FEE_CENTRAL_BANK = "fee_central_bank"
    TAX = "tax"
    SUSPENSE = "suspense"
    COMPENSATION = "compensation"
    GUARANTEE = "guarantee"
    """What a defaulter has deposited at the central bank and was used for it; repaid by it in a later window."""
    DEFAULT_SHARE = "default_share"
    """A bank's part of another's default; repaid by that one in a later window."""


@dataclass(frozen=True, slots=True)
class Account:
    code: str
    kind: AccountKind
    participant: ParticipantCode | None = None
    counterparty: ParticipantCode | None = None


FEE_SWITCH = "fee_switch"
FEE_CENTRAL_BANK = "fee_central_bank"
TAX = "tax"
RTGS = "rtgs"
SUSPENSE = "suspense"


def position(bank: ParticipantCode) -> str:
    return f"position:{bank}"


def payable(bank: ParticipantCode, biller: ParticipantCode) -> str:
    return f"payable:{bank}:{biller}"


def settlement(biller: ParticipantCode) -> str:
    return f"settlement:{biller}"


def fee_bank(bank: ParticipantCode) -> str:
    return f"fee_bank:{bank}"


def guarantee(defaulter: ParticipantCode) -> str:
    return f"guarantee:{defaulter}"


def default_share(bank: ParticipantCode, defaulter: ParticipantCode) -> str:
    return f"default_share:{bank}:{defaulter}"


def account(code: str) -> Account:
    """The account that a code names."""
    kind, *owners = code.split(":")
    participant, counterparty = ([ParticipantCode(owner) for owner in owners] + [None, None])[:2]
    return Account(code, AccountKind(kind), participant, counterparty)
