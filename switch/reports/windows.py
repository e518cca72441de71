"""Windows: the list, one with its nets and its bilateral matrix, and what one participant has in it."""

from dataclasses import dataclass

from switch.domain.errors import WindowUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.settlement import Bilateral, SettlementLeg, Window, nets_of
from switch.store import window_queries, windows
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class WindowDetail:
    """Legs and cells are there once it is closed; `closed_by` says by whose hand."""

    window: Window
    legs: tuple[SettlementLeg, ...]
    cells: tuple[Bilateral, ...]
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipantNet:
    """Minor units; the net is positive where the participant pays, negative where it receives. An open window's grow."""

    window: Window
    payments: int
    amount_minor: int
    fees_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Windows:
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
            return WindowDetail(window, nets_of(cells), cells, await window_queries.closed_by(connection, window_id))

    async def of_participant(self, participant: ParticipantCode, window_id: str) -> ParticipantNet:
        """Raises WindowUnknown."""
        async with self.database.snapshot() as connection:
            window = await _found(connection, window_id)
            sums = await window_queries.sums_of(connection, participant, window_id)
        return ParticipantNet(window, sums.payments, sums.amount, sums.fees, sums.net)


async def _found(connection: Connection, window_id: str) -> Window:
    if (window := await windows.find(connection, window_id)) is None:
        raise WindowUnknown(window=window_id[:40])
    return window
