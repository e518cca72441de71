"""`switch breaks`: where the books of a bank or biller and of the switch differ, and what is done about it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli import break_rules
from switch.cli.arguments import BreakId, BusinessDate, Limit
from switch.cli.break_choice import KINDS, Chosen, Day, Ids, Kind, Of, chosen
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.proposal import show as show_proposal
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.cli.staff_session import proposed
from switch.domain.break_repairs import Repair
from switch.domain.breaks import Attachment, BreakHistory
from switch.domain.identifiers import participant_code
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.reconciliation import Break, BreakKind, BreakState
from switch.usecases.repair_breaks import AMOUNT, BREAKS, REPAIR

LISTED = 100

app = typer.Typer(help="Breaks: what reconciliation found, who has it, and its repair.", no_args_is_help=True)
app.add_typer(break_rules.rules, name="rules")
app.add_typer(break_rules.terms, name="terms")

Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")]


@app.command("list")
def list_breaks(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller, or handed to it.")] = None,
    business_date: BusinessDate = None,
    state: Annotated[BreakState | None, typer.Option(help="Only those in this state.")] = None,
    kind: Annotated[BreakKind | None, typer.Option(help="Only those of this kind.", metavar=KINDS)] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only open ones past their deadline.")] = False,
    after: Annotated[str | None, typer.Option(help="Go on after this break: its whole id, as --json shows it.")] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """Newest business date first."""

    async def work(switch: Switch) -> tuple[list[Break], datetime]:
        owner, now = None if participant is None else participant_code(participant), switch.clock.now()
        past = now if overdue else None
        return await switch.breaks.page(owner, business_date, state, after, limit, kind, past), now

    found, now = run(work)
    if as_json:
        print_json(found)
    else:
        _table(found, now)


@app.command()
def show(break_id: BreakId, as_json: AsJson = False) -> None:
    """One break, by its id or the beginning of it: both sides field by field, who has it, its whole history, its attachments."""

    async def work(switch: Switch) -> BreakHistory:
        return await switch.breaks.history(break_id)

    found = run(work)
    if as_json:
        print_json(found)
    else:
        _print_history(found)


@app.command()
def take(ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False) -> None:
    """These breaks, or all open ones of a filter, are worked on by whoever gives this command."""

    async def work(switch: Switch, found: list[str]) -> list[Break]:
        return await switch.work_breaks.take(found, by_whom(by), by=by_whom(by))

    _changed(Chosen(ids, of, kind, business_date), work, as_json)


@app.command()
def comment(
    text: Annotated[str, typer.Option(help="What is to be known.")],
    ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """A line in the history of each; the participant reads it, too."""

    async def work(switch: Switch, found: list[str]) -> list[Break]:
        return await switch.work_breaks.comment(found, text, by=by_whom(by))

    _changed(Chosen(ids, of, kind, business_date), work, as_json)


@app.command("hand-over")
def hand_over(
    to: Annotated[str, typer.Option(help="`switch`, or the code of the payment's bank or biller.", metavar="OWNER")],
    note: Annotated[str, typer.Option(help="What they are to do.")],
    ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Another party acts next, and sees it in its own list."""

    async def work(switch: Switch, found: list[str]) -> list[Break]:
        return await switch.work_breaks.hand_over(found, to, note, by=by_whom(by))

    _changed(Chosen(ids, of, kind, business_date), work, as_json)


@app.command()
def reject(
    reason: Why, ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False
) -> None:
    """They are no breaks. Found again, they stay rejected."""

    async def work(switch: Switch, found: list[str]) -> list[Break]:
        return await switch.work_breaks.reject(found, reason, by=by_whom(by))

    _changed(Chosen(ids, of, kind, business_date), work, as_json)


@app.command()
def reopen(
    reason: Why,
    ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None,
    state: Annotated[BreakState, typer.Option(help="With a filter: which ones.")] = BreakState.CLOSED_BY_RULE,
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What people or a rule have ended is open again; what was posted for it stands."""

    async def work(switch: Switch, found: list[str]) -> list[Break]:
        return await switch.work_breaks.reopen(found, reason, by=by_whom(by))

    _changed(Chosen(ids, of, kind, business_date, state), work, as_json)


@app.command()
def attach(
    break_id: BreakId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="At most 1,000,000 bytes.")],
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """A letter, a picture of a screen: kept with its digest."""

    async def work(switch: Switch) -> Attachment:
        found = await switch.breaks.history(break_id)
        return await switch.work_breaks.attach(found.found.break_id, file.name, file.read_bytes(), by=by_whom(by))

    attached = run(work)
    if as_json:
        print_json(attached)
    else:
        say(f"{attached.name}, {attached.size} bytes, sha256 {attached.sha256}")


@app.command()
def attachment(
    break_id: BreakId,
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="As `switch breaks show` tells it.")],
    into: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Read one back."""

    async def work(switch: Switch) -> bytes:
        found = await switch.breaks.history(break_id)
        return await switch.breaks.attachment(found.found.break_id, sha256)

    into.write_bytes(run(work))


@app.command()
def repair(
    how: Annotated[Repair, typer.Option("--how", help="What is to be done; docs/reconciliation.md says what fits which kind.")],
    reason: Why,
    ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Propose a repair, with its effect on every account; another person approves it with `switch proposal approve`."""
    _propose(Chosen(ids, of, kind, business_date), how, reason, None, by, as_json)


@app.command("write-off")
def write_off(
    reason: Why,
    amount: Annotated[str | None, typer.Option(help="A part of what is at stake, such as 12.50; left out, all of it.")] = None,
    ids: Ids = None, of: Of = None, kind: Kind = None, business_date: Day = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Propose that the switch company makes good what is at stake, to the participant whose break it is."""
    _propose(Chosen(ids, of, kind, business_date), Repair.WRITE_OFF, reason, amount, by, as_json)


def _propose(which: Chosen, how: Repair, reason: str, amount: str | None, by: str | None, as_json: bool) -> None:
    async def work(switch: Switch) -> Proposal:
        found = await chosen(switch, which)
        content = {REPAIR: how.value, BREAKS: "\n".join(found)} | ({AMOUNT: amount} if amount else {})
        subject = found[0] if len(found) == 1 else f"{len(found)} breaks"
        return await proposed(switch, ProposalKind.REPAIR_BREAK, subject, content, reason=reason, by=by)

    show_proposal(run(work), as_json)


def _changed(which: Chosen, work: break_rules.Work, as_json: bool) -> None:
    async def all_of_them(switch: Switch) -> tuple[list[Break], datetime]:
        return await work(switch, await chosen(switch, which)), switch.clock.now()

    found, now = run(all_of_them)
    if as_json:
        print_json(found)
    else:
        _table(found, now)


def _table(found: list[Break], now: datetime) -> None:
    print_table(
        "الفروق · Breaks",
        (
            "break",
            "business date",
            "kind",
            "participant",
            "payment",
            "at stake",
            "the switch has",
            "they have",
            "state",
            "with",
            "age",
            "due (UTC)",
        ),
        (
            (
                its.break_id[:12],
                its.business_date,
                its.kind,
                its.participant,
                its.payment_id,
                money(its.minor, its.currency),
                its.ours,
                its.theirs,
                its.state if its.state is not BreakState.OPEN else f"open, {its.stage}",
                _owner(its),
                f"{((its.ended_at or now) - its.opened_at).days} d",
                None if its.deadline is None else f"{its.deadline:%Y-%m-%d %H:%M}{' !' if _overdue(its, now) else ''}",
            )
            for its in found
        ),
        right=("at stake", "age"),
    )


def _print_history(history: BreakHistory) -> None:
    _table([history.found], history.found.ended_at or datetime.now(history.found.opened_at.tzinfo))
    print_table(
        "حقلاً حقلاً · Field by field",
        ("field", "the switch has", "they have"),
        ((each.field, each.ours, each.theirs) for each in history.found.differences),
    )
    print_table(
        "السجل · History",
        ("", "at (UTC)", "by", "what", "note", "facts"),
        (
            (
                event.number, f"{event.at:%Y-%m-%d %H:%M:%S}", event.by, event.kind, event.note or None,
                ", ".join(f"{name} {value}" for name, value in (event.facts or {}).items()) or None,
            )
            for event in history.events
        ),
    )  # fmt: skip
    if history.members:
        print_table(
            "دفعات المجموع · Payments of the sum",
            ("payment", "amount", "state"),
            ((each.payment_id, each.amount, each.state) for each in history.members),
            right=("amount",),
        )
    if history.attachments:
        print_table(
            "المرفقات · Attachments",
            ("name", "bytes", "by", "at (UTC)", "sha256"),
            ((each.name, each.size, each.by, f"{each.at:%Y-%m-%d %H:%M:%S}", each.sha256) for each in history.attachments),
            right=("bytes",),
        )


def _owner(its: Break) -> str:
    return (its.owner or "switch") + (f" ({its.person})" if its.person else "")


def _overdue(its: Break, now: datetime) -> bool:
    return its.state is BreakState.OPEN and its.deadline is not None and its.deadline < now
