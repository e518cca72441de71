"""Which breaks a command is about: ids, or everything open that a filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, as_day
from switch.domain.breaks import MOST_BULK
from switch.domain.identifiers import participant_code
from switch.domain.reconciliation import BreakKind, BreakState

KINDS = "KIND"

Ids = Annotated[list[str] | None, typer.Argument(metavar="[BREAK]...", help="Ids, or the beginnings of them.")]
Of = Annotated[str | None, typer.Option("--participant", help="Instead of ids: all open ones of this participant.")]
Kind = Annotated[BreakKind | None, typer.Option("--kind", help="Instead of ids: all open ones of this kind.", metavar=KINDS)]
Day = Annotated[
    date | None,
    typer.Option("--business-date", parser=as_day, metavar=DAY, help="Instead of ids: all open ones of this business date."),
]


@dataclass(frozen=True, slots=True)
class Chosen:
    ids: Sequence[str] | None
    participant: str | None
    kind: BreakKind | None
    business_date: date | None
    state: BreakState = BreakState.OPEN


async def chosen(switch: Switch, which: Chosen) -> list[str]:
    """Their whole ids. Raises BreakUnknown."""
    if which.ids:
        return [(await switch.breaks.history(each)).found.break_id for each in which.ids]
    if which.participant is None and which.kind is None and which.business_date is None:
        raise typer.BadParameter("name breaks, or a participant, a kind or a business date")
    owner = None if which.participant is None else participant_code(which.participant)
    found = await switch.breaks.page(owner, which.business_date, which.state, None, MOST_BULK + 1, which.kind)
    if not found:
        raise typer.BadParameter("no break is found by this filter")
    if len(found) > MOST_BULK:
        raise typer.BadParameter(f"more than {MOST_BULK} breaks are found by this filter; narrow it")
    return [each.break_id for each in found]
