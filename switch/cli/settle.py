"""`switch settle`: the nets of closed windows to the RTGS, what became of them, and what if somebody does not pay."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from switch.application import Switch
from switch.cli.output import REFUSED_EXIT_CODE, AsJson, money, print_json, print_table, say, tell_refusal
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.approvals import Silence
from switch.domain.defaults import Sharing
from switch.domain.errors import Refusal
from switch.domain.identifiers import participant_code
from switch.domain.money import require_currency
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.settlement import Window, WindowState
from switch.reports.default_simulations import DefaultSimulation

WRONG_USAGE_EXIT_CODE = 2
FOUND_EXIT_CODE = 3
LOOKED_AT_MOST = 500
_TO_SETTLE = (WindowState.CLOSED, WindowState.SETTLING)


class Settle(TyperGroup):
    """`switch settle WINDOW` and `switch settle --all` are `switch settle send …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.commands and first != "--help":
            args = ["send", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Settle,
    help="Send closed windows to the RTGS (`switch settle WINDOW`), and say what becomes of them where somebody does not pay.",
)


@app.command()
def send(
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
    if not (done or refused or as_json):
        say("لا نافذة تنتظر التسوية · No window waits to be settled.")
    for refusal in refused:
        tell_refusal(refusal)
    if refused or any(settled.state is not WindowState.SETTLED for settled in done):
        raise typer.Exit(REFUSED_EXIT_CODE)


@app.command()
def simulate(
    without: Annotated[list[str], typer.Option(metavar="CODE", help="Who would not pay; again for each.")],
    window: Annotated[str | None, typer.Option(help="Only this window, open or closed.", metavar="WINDOW")] = None,
    live: Annotated[bool, typer.Option("--live", help="Everything that is owed now, in all windows; so it is without --window.")] = False,
    currency: Annotated[str, typer.Option(help="ISO 4217; of --live.")] = "SYP",
    as_json: AsJson = False,
) -> None:
    """What if some did not pay: whose guarantee is used, who pays more, whose cap would not bear it. Changes nothing.

    Exit code 3 where something would be covered by nobody.
    """
    if live and window is not None:
        raise typer.BadParameter("give --window or --live")

    async def work(switch: Switch) -> DefaultSimulation:
        codes = [participant_code(code) for code in without]
        require_currency(currency)
        if window is not None:
            return await switch.default_simulations.of_window(window, codes)
        return await switch.default_simulations.live(currency, codes)

    found = run(work)
    if as_json:
        print_json(found)
    else:
        _print_simulation(found)
    if found.plan.uncovered:
        raise typer.Exit(FOUND_EXIT_CODE)


@app.command()
def rule(
    reason: Annotated[str, typer.Option(help="Why; it is kept for good.")],
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "SYP",
    approval_seconds: Annotated[
        int | None, typer.Option(min=0, help="How long debtors have to approve a closed window; 0: they are not asked.")
    ] = None,
    silence: Annotated[Silence | None, typer.Option(help="What it counts for that a debtor says nothing in time.")] = None,
    sharing: Annotated[Sharing | None, typer.Option(help="By what the other banks share what no guarantee covers.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose how a currency is settled; what is left out stays. Another person must approve it (`switch proposal approve`)."""
    wanted = {"approval_seconds": approval_seconds, "silence": silence, "sharing": sharing}
    content = {name: str(value) for name, value in wanted.items() if value is not None}

    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, ProposalKind.SET_SETTLEMENT_RULE, currency, content, reason=reason, by=by)

    show(run(work), as_json)


def _print_simulation(found: DefaultSimulation) -> None:
    def text(minor: int) -> str:
        return money(minor, found.currency)

    say(f"Without {', '.join(found.without)}, in {', '.join(found.windows) or 'no window'}; losses are shared {found.rule.sharing}.")
    print_table(
        "المتخلّفون · Who would not pay",
        ("participant", "net", "waits from before", "its guarantee", "shared by others", "covered by nobody"),
        ((one.participant, *map(text, (one.net, one.waiting, one.guarantee, one.shared, one.uncovered))) for one in found.plan.defaulters),
        right=("net", "waits from before", "its guarantee", "shared by others", "covered by nobody"),
    )
    print_table(
        "من يتأثر · Whose net would be another one",
        ("participant", "net now", "net then", "bears", "cap", "owes under it", "over its cap"),
        (
            (
                one.participant,
                *map(text, (one.net_before, one.net_after, one.net_after - one.net_before, one.cap, one.owed)),
                "yes" if one.breaches else None,
            )
            for one in found.plan.burdens
        ),
        right=("net now", "net then", "bears", "cap", "owes under it"),
    )


async def _waiting(switch: Switch, again: bool) -> list[str]:
    """Oldest first."""
    states = (*_TO_SETTLE, WindowState.ABORTED) if again else _TO_SETTLE
    newest = await switch.windows.page(limit=LOOKED_AT_MOST)
    return [found.window_id for found in reversed(newest) if found.state in states and found.moved_to is None]


def _print(windows: list[Window], as_json: bool) -> None:
    if as_json:
        print_json(windows)
        return
    if not windows:
        return
    rows = ((done.window_id, done.state, done.rtgs_reference, done.attempt, done.reason) for done in windows)
    print_table("التسوية · Settlement", ("window", "state", "RTGS reference", "attempt", "reason"), rows)
