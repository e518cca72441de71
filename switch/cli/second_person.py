"""The second person at the console: outside a sandbox, what takes two people is only proposed here; in one, it is done at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar

import typer

from switch.application import Switch
from switch.cli.output import say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.proposals import Proposal, ProposalKind
from switch.settings import load_settings

T = TypeVar("T")

Why = Annotated[
    str | None,
    typer.Option("--reason", help="Why: it is then proposed, for another to approve. In a sandbox it may be left out: done at once."),
]


def at_once(reason: str | None) -> bool:
    return reason is None and load_settings().sandbox


def do_or_propose(
    reason: str | None,
    asked: Callable[[Switch], tuple[ProposalKind, str, Mapping[str, str]]],
    act: Callable[[Switch], Awaitable[T]],
    *,
    as_json: bool = False,
) -> T | None:
    """What `act` answers; None where it was proposed, which has then been shown. Raises ReasonMissing outside a sandbox."""
    if at_once(reason):
        return run(act)

    async def propose(switch: Switch) -> Proposal:
        kind, subject, content = asked(switch)
        return await switch.propose(kind, subject, content, reason=reason or "", by=by_whom())

    show(run(propose), as_json)
    if not as_json:
        say("ينتظر موافقة شخص آخر · It waits for another person: switch proposal approve")
    return None
