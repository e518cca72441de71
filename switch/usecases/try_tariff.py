"""Try: a proposed tariff over past traffic. Nothing is changed; who would have paid more and who less is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_tariff
from switch.domain.fees import Tariff
from switch.domain.tariff_trials import Compared, Trial, in_force_on
from switch.store import traffic
from switch.store.database import Database

Progress = Callable[[int, int], None]
"""Told how many windows were looked at, and how many there are."""


def _unseen(done: int, total: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, slots=True)
class TryTariff:
    directory: Callable[[], Directory]
    database: Database

    async def __call__(self, proposed: Sequence[Tariff], since: date, until: date, progress: Progress = _unseen) -> tuple[Compared, ...]:
        """What completed payments of these business dates have cost, and would cost on the day on which the proposal is in force.

        Raises TariffEmpty, and what is wrong with a line.
        """
        in_force_on(proposed)
        for line in proposed:
            require_tariff(line)
        trial = Trial(self.directory().tariffs, proposed)
        async with self.database.snapshot() as connection:
            found = await traffic.windows(connection, since, until)
            for number, window in enumerate(found, 1):
                async for alike in traffic.of_window(connection, window):
                    trial.add(alike)
                progress(number, len(found))
        return trial.result()
