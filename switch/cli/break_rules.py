"""`switch breaks rules` and `switch breaks terms`: which classes are closed as they are found; who acts first, and by when."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table
from switch.cli.proposal import show
from switch.cli.second_person import Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.cli.staff_session import proposed
from switch.domain.breaks import ClosingRule
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.reconciliation import Break, BreakKind
from switch.usecases.agree_on_term import term_content
from switch.usecases.set_closing_rule import write

Work = Callable[[Switch, list[str]], Awaitable[list[Break]]]

rules = typer.Typer(help="Classes of breaks that are closed as they are found; chosen by two people.", no_args_is_help=True)
terms = typer.Typer(help="Who acts first on a kind of break, and within how many hours.", no_args_is_help=True)

Kind = Annotated[BreakKind, typer.Option(help="Of which kind.", metavar="KIND")]


@rules.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """Those that count now; a participant's own comes before the one for everybody."""
    found = run(lambda switch: switch.breaks.rules())
    if as_json:
        print_json(found)
        return
    print_table(
        "قواعد الإنهاء · Closing rules",
        ("kind", "participant", "closes"),
        ((each.kind, each.participant or "everybody", each.words()) for each in found),
    )


@rules.command("set")
def set_rule(
    kind: Kind,
    reason: Annotated[str, typer.Option(help="Why, for whoever decides.")],
    participant: Annotated[str | None, typer.Option(help="Only this bank's or biller's; left out, everybody's.")] = None,
    most_minor: Annotated[int, typer.Option(min=0, help="Up to this much at stake, in minor units.")] = 0,
    most_days: Annotated[int, typer.Option(min=0, max=31, help="For date_differs: up to this many days apart.")] = 0,
    off: Annotated[bool, typer.Option("--off", help="No rule for it any more.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose a rule; another person approves it with `switch proposal approve`. What it has closed, `switch breaks reopen` opens again."""

    async def work(switch: Switch) -> Proposal:
        owner = None if participant is None else participant_code(participant)
        rule = ClosingRule(kind, owner, most_minor, most_days, active=not off)
        subject = f"{kind} of {owner or 'everybody'}"
        return await proposed(switch, ProposalKind.SET_CLOSING_RULE, subject, write(rule), reason=reason, by=by)

    show(run(work), as_json)


@terms.command("list")
def list_terms(as_json: AsJson = False) -> None:
    """As they count for breaks that are opened now."""
    found = run(lambda switch: switch.breaks.terms())
    if as_json:
        print_json([{"kind": kind, "hours": hours, "participant_acts": acts} for kind, hours, acts in found])
        return
    print_table(
        "المهل · Terms",
        ("kind", "hours", "acts first"),
        ((kind, hours, "participant" if acts else "switch") for kind, hours, acts in found),
        right=("hours",),
    )


@terms.command("set")
def set_term(
    kind: Kind,
    hours: Annotated[int, typer.Option(min=1, max=8760, help="From when it is found until its deadline.")],
    participant_acts: Annotated[bool, typer.Option("--participant/--switch", help="Who acts first.")] = True,
    reason: Why = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """For breaks that are opened from then on, by two people; the terms before are kept."""

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.SET_TERM, kind, term_content(hours, participant_acts=participant_acts)

    async def work(switch: Switch) -> bool:
        await switch.work_breaks.set_term(kind, hours, participant_acts=participant_acts, by=by_whom(by))
        return True

    if do_or_propose(reason, asked, work, as_json=as_json, by=by) and as_json:
        print_json({"kind": kind, "hours": hours, "participant_acts": participant_acts})
