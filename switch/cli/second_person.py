"""The second person at the console: outside a sandbox, what takes two people is only proposed here; in one, it is done at once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from switch.application import Switch
from switch.cli.output import say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff_session import proposed
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.proposals import Proposal, ProposalKind
from switch.settings import load_settings

T = TypeVar("T")

WAITS = "ينتظر موافقة شخص آخر · It waits for another person: switch proposal approve"
Why = Annotated[
    str | None,
    typer.Option("--reason", help="Why: it is then proposed, for another to approve. In a sandbox it may be left out: done at once."),
]


def _moment(text: str) -> datetime:
    """As people write it; without a zone it is Damascus time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a moment such as 2026-12-01T08:00 is needed") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=BUSINESS_ZONE).astimezone(UTC)


At = Annotated[
    datetime | None,
    typer.Option("--at", parser=_moment, metavar="MOMENT", help="When it takes effect once approved (Damascus time); else at once."),
]


def at_once(reason: str | None) -> bool:
    """Whether one person is enough: in a sandbox, where no reason was given."""
    return reason is None and load_settings().sandbox


def _never(_: Switch) -> bool:
    return False


def do_or_propose(
    reason: str | None,
    asked: Callable[[Switch], tuple[ProposalKind, str, Mapping[str, str]]],
    act: Callable[[Switch], Awaitable[T]],
    *,
    alone: Callable[[Switch], bool] = _never,
    as_json: bool = False,
    effective_at: datetime | None = None,
    by: str | None = None,
) -> T | None:
    """What `act` answers; None where it was proposed, which has then been shown. Raises ReasonMissing outside a sandbox.

    `alone` says where one person is enough outside a sandbox, too; `by` who proposes, left out the user of this machine.
    """
    sandbox = at_once(reason) and effective_at is None

    async def work(switch: Switch) -> T | Proposal:
        if sandbox or (reason is None and effective_at is None and alone(switch)):
            return await act(switch)
        kind, subject, content = asked(switch)
        return await proposed(switch, kind, subject, content, reason=reason or "", by=by, effective_at=effective_at)

    found = run(work)
    if not isinstance(found, Proposal):
        return found
    show(found, as_json)
    if not as_json:
        say(WAITS)
    return None
