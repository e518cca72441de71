"""Settlement: a window and its states, the nets of a closed one, the instruction to the RTGS and its answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from switch.domain.calendar import Calendar, local_moment
from switch.domain.identifiers import ParticipantCode, WindowId


class WindowState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Nothing is added any more; the nets are fixed."""
    SETTLING = "settling"
    """The instruction may have left for the RTGS."""
    SETTLED = "settled"
    ABORTED = "aborted"
    """The RTGS has refused it, or two people have decided that it is not sent."""


WINDOW_TRANSITIONS: Mapping[WindowState, frozenset[WindowState]] = MappingProxyType(
    {
        WindowState.OPEN: frozenset({WindowState.CLOSED}),
        WindowState.CLOSED: frozenset({WindowState.SETTLING, WindowState.SETTLED, WindowState.ABORTED}),
        WindowState.SETTLING: frozenset({WindowState.SETTLED, WindowState.ABORTED}),
        WindowState.ABORTED: frozenset({WindowState.SETTLING, WindowState.CLOSED}),
        WindowState.SETTLED: frozenset(),
    }
)
"""A window without payments has nothing to send and goes from closed to settled; an aborted one may be sent again, as a new attempt.

Where two people decide about an aborted one, it is closed again and goes on from there.
"""


@dataclass(frozen=True, slots=True)
class Window:
    """One settlement window of a currency; its payments count for `business_date`."""

    window_id: WindowId
    currency: str
    business_date: date
    number: int
    state: WindowState
    opened_at: datetime
    closes_at: datetime
    """The cut-off by the calendar."""
    closed_at: datetime | None = None
    settled_at: datetime | None = None
    """Finality, as the RTGS says."""
    rtgs_reference: str | None = None
    attempt: int = 0
    """How often an instruction was made for it."""
    reason: str | None = None
    """Why the RTGS has refused the last instruction, or why the window waits for staff: its nets or its files do not agree."""
    moved_to: WindowId | None = None
    """Where it was aborted for good: the window with which its payments are settled, or which was moved on itself."""

    def moved(self, state: WindowState, **changes: object) -> "Window":
        if state not in WINDOW_TRANSITIONS[self.state]:
            raise ValueError(f"no transition from {self.state} to {state}")
        return replace(self, state=state, **changes)  # type: ignore[arg-type]


def window_id(currency: str, business_date: date, number: int) -> WindowId:
    """Such as `SYP-20261124-01`."""
    return WindowId(f"{currency}-{business_date:%Y%m%d}-{number:02d}")


def next_window(calendar: Calendar, currency: str, at: datetime, last: Window | None) -> Window:
    """The window to open after the `last` one: numbers count from 1 on each business date, and business dates never go back."""
    not_before = at if last is None else max(at, local_moment(last.business_date))
    sitting = calendar.sitting(not_before)
    number = last.number + 1 if last is not None and last.business_date == sitting.business_date else 1
    return Window(
        window_id=window_id(currency, sitting.business_date, number),
        currency=currency,
        business_date=sitting.business_date,
        number=number,
        state=WindowState.OPEN,
        opened_at=at,
        closes_at=sitting.closes_at,
    )


@dataclass(frozen=True, slots=True)
class SettlementAccount:
    """One of several over which a biller's money is spread."""

    bank: ParticipantCode
    """Where it is kept."""
    number: str


@dataclass(frozen=True, slots=True)
class SettlementLeg:
    """What one participant pays (positive) or receives (negative), in minor units."""

    participant: ParticipantCode
    minor: int
    account: SettlementAccount | None = None
    """None: the participant's only one at the RTGS."""


@dataclass(frozen=True, slots=True)
class Bilateral:
    """One cell of the bilateral matrix: what `debtor` owes `creditor` for a window, in minor units, never negative."""

    debtor: ParticipantCode
    creditor: ParticipantCode
    minor: int


def require_zero_sum(legs: Iterable[SettlementLeg]) -> None:
    """Nets sum to zero or nothing is sent."""
    total = sum(leg.minor for leg in legs)
    if total:
        raise ValueError(f"the nets do not sum to zero: {total}")


def nets_of(cells: Iterable[Bilateral]) -> tuple[SettlementLeg, ...]:
    """The multilateral net of each participant, by its code; who neither pays nor receives is left out."""
    sums: defaultdict[ParticipantCode, int] = defaultdict(int)
    for cell in cells:
        sums[cell.debtor] += cell.minor
        sums[cell.creditor] -= cell.minor
    return tuple(SettlementLeg(participant, minor) for participant, minor in sorted(sums.items()) if minor)


@dataclass(frozen=True, slots=True)
class SettlementInstruction:
    """All legs or none. The same `instruction_id` again is the same instruction."""

    instruction_id: str
    window_id: WindowId
    currency: str
    legs: tuple[SettlementLeg, ...]


def instruction_id(window: WindowId, attempt: int) -> str:
    """Such as `SYP-20261124-01-1`; a refused settlement that is sent again is another instruction."""
    return f"{window}-{attempt}"


class SettlementStatus(StrEnum):
    SETTLED = "settled"
    REJECTED = "rejected"
    UNKNOWN_INSTRUCTION = "unknown_instruction"
    """The RTGS has never seen it: it may be sent again under the same id."""


@dataclass(frozen=True, slots=True)
class SettlementAnswer:
    instruction_id: str
    status: SettlementStatus
    rtgs_reference: str | None = None
    settled_at: datetime | None = None
    reason: str | None = None
