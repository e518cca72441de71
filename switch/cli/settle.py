"""`switch settle`: send the nets of closed windows to the RTGS, and learn what became of those already sent."""

import sys
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table, tell_refusal
from switch.cli.session import REFUSED_EXIT_CODE, run
from switch.domain.errors import Refusal
from switch.domain.settlement import Window, WindowState

WRONG_USAGE_EXIT_CODE = 2
LOOKED_AT_MOST = 500
_TO_SETTLE = (WindowState.CLOSED, WindowState.SETTLING)


def settle(
    window: Annotated[str | None, typer.Argument(help="Such as SYP-20261124-01. It must be closed.", metavar="[WINDOW]")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every window that is closed or has no answer yet.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what the RTGS has refused: as a new instruction.")] = False,
    as_json: AsJson = False,
) -> None:
    """Settle a closed window, or all of them. Safe to repeat: an instruction is booked once, and without an answer it is asked after.

    Exit code 1 where one was refused or its answer is not known yet.
    """
    if (window is None) != everything:
        print("Name one window, or give --all.", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE)

    async def work(switch: Switch) -> tuple[list[Window], list[Refusal]]:
        wanted = [window] if window is not None else await _waiting(switch, again)
        done, refused = [], []
        for each in wanted:
            try:
                done.append(await switch.settle_window(each, again=again))
            except Refusal as refusal:
                refused.append(refusal)
        return done, refused

    done, refused = run(work)
    _print(done, as_json)
    for refusal in refused:
        tell_refusal(refusal)
    if refused or any(settled.state is not WindowState.SETTLED for settled in done):
        raise typer.Exit(REFUSED_EXIT_CODE)


async def _waiting(switch: Switch, again: bool) -> list[str]:
    """Oldest first."""
    states = (*_TO_SETTLE, WindowState.ABORTED) if again else _TO_SETTLE
    newest = await switch.windows.page(limit=LOOKED_AT_MOST)
    return [found.window_id for found in reversed(newest) if found.state in states]


def _print(windows: list[Window], as_json: bool) -> None:
    if as_json:
        print_json(windows)
        return
    rows = ((done.window_id, done.state, done.rtgs_reference, done.attempt, done.reason) for done in windows)
    print_table("Settlement", ("window", "state", "RTGS reference", "attempt", "reason"), rows)
