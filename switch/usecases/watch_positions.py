"""Watch: a bank whose position passes a level of its cap is warned, once in a window until it has come down again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from switch.domain.directory import Directory
from switch.domain.liquidity import CapWarning, told, warnings
from switch.domain.webhooks import WebhookEvent, position_warned
from switch.ports import Clock
from switch.store import liquidity, position_queries, webhooks
from switch.store.database import Database

_log = structlog.get_logger("switch.positions")


@dataclass(frozen=True, slots=True)
class WatchPositions:
    """Apart from the payments: it reads what they have left behind, and holds up none of them."""

    clock: Clock
    directory: Callable[[], Directory]
    database: Database

    async def __call__(self) -> None:
        """Safe to repeat, anywhere: each warning is written down once, and its event with it."""
        new = await self._found()
        if not new:
            return
        async with self.database.transaction() as connection:
            written = await liquidity.warn(connection, new)
            await webhooks.append(connection, self._events(written))
        for warning in written:
            _log.warning(
                "position.warning",
                bank=warning.bank,
                currency=warning.currency,
                window=warning.window_id,
                level=warning.level,
                passed=warning.passed,
                used=warning.held + warning.posted,
                cap=warning.cap,
            )

    async def _found(self) -> list[CapWarning]:
        now = self.clock.now()
        async with self.database.snapshot() as connection:
            windows = await liquidity.open_windows(connection)
            said = await liquidity.said(connection)
            positions = await position_queries.of(connection, None)
        return [
            warning
            for position in positions
            if (window := windows.get(position.currency)) is not None
            for warning in warnings(position, window, said.get((position.bank, position.currency), {}), now)
        ]

    def _events(self, written: Sequence[CapWarning]) -> list[WebhookEvent]:
        listening = self.directory().listening
        owners = sorted({(warning.bank, warning.currency) for warning in written})
        highest = (told([one for one in written if (one.bank, one.currency) == owner]) for owner in owners)
        return [event for warning in highest if warning is not None for event in position_warned(warning, listening)]
