"""Windows: the list, one with its nets and its bilateral matrix, and what one participant has in it."""

from dataclasses import dataclass

from switch.domain.approvals import Answered, Approval, ApprovalState, Asked
from switch.domain.defaults import WindowClaim, cells_of
from switch.domain.errors import WindowUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.settlement import Bilateral, SettlementLeg, Window, nets_of
from switch.domain.splits import AccountNet
from switch.ports import Clock
from switch.store import approvals, claims, splits, window_queries, windows
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class WindowDetail:
    """Legs and cells are there once it is closed; `closed_by` says by whose hand. The claims out of defaults are in the legs."""

    window: Window
    legs: tuple[SettlementLeg, ...]
    cells: tuple[Bilateral, ...]
    closed_by: str | None
    approval_state: ApprovalState
    approval: Approval
    claims: tuple[WindowClaim, ...]
    accounts: tuple[AccountNet, ...]
    """Of billers whose money goes to several accounts, once it is closed."""


@dataclass(frozen=True, slots=True)
class ParticipantNet:
    """Minor units; the net is positive where the participant pays, negative where it receives. An open window's grow."""

    window: Window
    payments: int
    amount_minor: int
    fees_minor: int
    net_minor: int
    claims_minor: int
    """What defaults have added to its net, or taken from it."""
    approval_state: ApprovalState
    asked: Asked | None
    answer: Answered | None
    """The participant's own last word."""
    accounts: tuple[AccountNet, ...]
    """The parts of its net, where it has several accounts and the window is closed."""


@dataclass(frozen=True, slots=True)
class Windows:
    clock: Clock
    database: Database

    async def page(self, currency: str | None = None, before: str | None = None, limit: int = 100) -> list[Window]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await window_queries.page(connection, currency, before, limit)

    async def one(self, window_id: str) -> WindowDetail:
        """Raises WindowUnknown."""
        async with self.database.snapshot() as connection:
            window = await _found(connection, window_id)
            cells = await windows.cells(connection, window_id)
            claimed = await claims.of_windows(connection, [window_id])
            approval = await approvals.of_window(connection, window_id)
            closed_by = await window_queries.closed_by(connection, window_id)
            accounts = await splits.kept(connection, window_id)
        legs = nets_of((*cells, *cells_of(claimed)))
        return WindowDetail(window, legs, cells, closed_by, approval.state(self.clock.now()), approval, claimed, accounts)

    async def of_participant(self, participant: ParticipantCode, window_id: str) -> ParticipantNet:
        """Raises WindowUnknown."""
        async with self.database.snapshot() as connection:
            window = await _found(connection, window_id)
            sums = await window_queries.sums_of(connection, participant, window_id)
            claimed = nets_of(cells_of(await claims.of_windows(connection, [window_id])))
            approval = await approvals.of_window(connection, window_id)
            accounts = await splits.kept(connection, window_id)
        claims_minor = sum(leg.minor for leg in claimed if leg.participant == participant)
        return ParticipantNet(
            window=window,
            payments=sums.payments,
            amount_minor=sums.amount,
            fees_minor=sums.fees,
            net_minor=sums.net + claims_minor,
            claims_minor=claims_minor,
            approval_state=approval.of(participant, self.clock.now()),
            asked=approval.asked_of(participant),
            answer=approval.answer_of(participant),
            accounts=tuple(net for net in accounts if net.biller == participant),
        )


async def _found(connection: Connection, window_id: str) -> Window:
    if (window := await windows.find(connection, window_id)) is None:
        raise WindowUnknown(window=window_id[:40])
    return window
