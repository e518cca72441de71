"""Choose: the layout of a participant's settlement files or statements, from the next one on."""

from collections.abc import Collection
from dataclasses import dataclass

from switch.domain.directory_rules import require_files
from switch.domain.file_errors import LayoutUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import DEFAULT_LAYOUT
from switch.ports import Clock
from switch.store import file_layouts
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class ChooseLayout:
    clock: Clock
    database: Database
    layouts: Collection[str]
    """Those that there are."""

    async def __call__(self, participant: ParticipantCode, layout: str, *, by: str) -> None:
        """Raises LayoutUnknown, ParticipantUnknown, NotAllowed for whoever gets no files. The choice that stands changes nothing."""
        if layout not in self.layouts:
            raise LayoutUnknown(layout=layout[:20], known=", ".join(sorted(self.layouts)))
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_files(await rows.participant(participant))
            if (await file_layouts.chosen(connection)).get(participant, DEFAULT_LAYOUT) != layout:
                await file_layouts.choose(connection, participant, layout, rows.at, by)
