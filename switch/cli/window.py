"""`switch window`: the settlement windows: which is open, what closed ones came to, and closing one before its time."""

from datetime import datetime, time
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.proposal import show as show_proposal
from switch.cli.second_person import Why, at_once
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.cli.staff_session import proposed
from switch.domain.calendar import BUSINESS_ZONE, local_moment, read_time_of_day
from switch.domain.money import require_currency
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.settlement import SettlementLeg, Window
from switch.reports.windows import WindowDetail
from switch.usecases.close_window import ClosedWindow
from switch.usecases.move_cut_off import UNTIL
from switch.usecases.recompute_window import WITHOUT

app = typer.Typer(
    help="Settlement windows. Payments count in the open one; it closes at its cut-off, then its nets go to the RTGS (`switch settle`).",
    no_args_is_help=True,
)

Currency = Annotated[str, typer.Option(help="ISO 4217.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept for good.")]
WindowName = Annotated[str, typer.Argument(help="Such as SYP-20261124-01: currency, business date, number.", metavar="WINDOW")]


@app.command("list")
def list_windows(
    currency: Annotated[str | None, typer.Option(help="Only this currency's.")] = None,
    before: Annotated[str | None, typer.Option(help="Only windows older than this one.", metavar="WINDOW")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """The newest windows, with their state: open, closed, settling, settled or aborted."""

    async def work(switch: Switch) -> list[Window]:
        if currency is not None:
            require_currency(currency)
        if before is not None:
            await switch.windows.one(before)  # a mistyped name is no end of the list
        return await switch.windows.page(currency, before, limit)

    windows = run(work)
    if as_json:
        print_json(windows)
        return
    print_table(
        "نوافذ التسوية · Settlement windows",
        ("window", "state", "business date", "closes", "closed", "settled", "RTGS reference", "reason"),
        (
            (
                *(window.window_id, window.state, window.business_date),
                *(_local(moment) for moment in (window.closes_at, window.closed_at, window.settled_at)),
                *(window.rtgs_reference, window.reason),
            )
            for window in windows
        ),
    )


@app.command()
def show(window: WindowName, as_json: AsJson = False) -> None:
    """One window: what each participant pays or receives, and who owes whom."""
    detail = run(lambda switch: switch.windows.one(window))
    if as_json:
        print_json(detail)
        return
    _print_window(detail.window, detail.closed_by)
    _print_nets(detail.legs, detail.window.currency)
    _print_claims(detail)
    _print_approval(detail)
    _print_matrix(detail)
    _print_accounts(detail)


@app.command("open")
def open_window(currency: Currency = "SYP", as_json: AsJson = False) -> None:
    """Open a window where none is open; the worker does this, too."""
    window = run(lambda switch: switch.open_window(currency))
    if as_json:
        print_json(window)
    else:
        _print_window(window, None)


@app.command("put-off")
def put_off(
    window: WindowName,
    until: Annotated[str, typer.Option(metavar="HH:MM", help="The new cut-off on its business date, Damascus time.")],
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose another cut-off for the open window, this once; another person must approve it. The calendar stays as it is."""

    async def work(switch: Switch) -> Proposal:
        day = (await switch.windows.one(window)).window.business_date
        moment = local_moment(day, _time(until))
        return await proposed(switch, ProposalKind.PUT_OFF_WINDOW, window, {UNTIL: moment.isoformat()}, reason=reason, by=by)

    show_proposal(run(work), as_json)


@app.command()
def override(window: WindowName, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Propose to send a closed window whatever its debtors have said; another person must approve it."""
    _propose(ProposalKind.OVERRIDE_WINDOW, window, {}, reason, by, as_json)


@app.command()
def abort(window: WindowName, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Propose not to send a closed window, until two people decide otherwise; another person must approve it. What is owed stays owed."""
    _propose(ProposalKind.WITHHOLD_WINDOW, window, {}, reason, by, as_json)


@app.command()
def move(window: WindowName, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Propose to settle what is owed for a closed or aborted window with the open one, for good; another person must approve it.

    Both entries and who owes how much more in the open window are shown first. Its payments then stand in the files of that one.
    """
    _propose(ProposalKind.MOVE_WINDOW, window, {}, reason, by, as_json)


@app.command()
def recompute(
    window: WindowName,
    without: Annotated[list[str], typer.Option(metavar="CODE", help="A bank that does not pay; again for each: all are named at once.")],
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose to settle a closed window without banks that do not pay. Shows who covers it and who then owes what; another person must
    approve exactly that. The rule is in docs/settlement.md."""
    _propose(ProposalKind.RECOMPUTE_WINDOW, window, {WITHOUT: ",".join(without)}, reason, by, as_json)


@app.command()
def close(
    window: Annotated[str | None, typer.Argument(help="Close only if this one is open.", metavar="[WINDOW]")] = None,
    currency: Currency = "SYP",
    reason: Why = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Close the open window: at once where its cut-off has come (the worker does that by itself); before it this is only proposed.

    Another person approves the proposal (`switch proposal approve`). The next window opens in the same moment: no payment waits, none is
    refused.
    """

    async def work(switch: Switch) -> ClosedWindow | Proposal:
        opened = (await switch.windows.one(window)).window if window is not None else await switch.open_window(currency)
        if opened.closes_at <= switch.clock.now() or at_once(reason):
            return await switch.close_window(opened.currency, by=by_whom(by), only=opened.window_id)
        return await proposed(switch, ProposalKind.CLOSE_WINDOW_NOW, opened.window_id, {}, reason=reason or "", by=by)

    done = run(work)
    if isinstance(done, Proposal):
        show_proposal(done, as_json)
    elif as_json:
        print_json(done)
    else:
        say(f"{done.closed.window_id} is closed, {done.opened.window_id} is open until {_local(done.opened.closes_at)}.")
        _print_nets(done.legs, done.closed.currency)


def _propose(kind: ProposalKind, window: str, content: dict[str, str], reason: str, by: str | None, as_json: bool) -> None:
    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, kind, window, content, reason=reason, by=by)

    show_proposal(run(work), as_json)


def _time(text: str) -> time:
    try:
        return read_time_of_day(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no time of day, such as 16:30", param_hint="--until") from None


def _print_window(window: Window, closed_by: str | None) -> None:
    say(f"{window.window_id}: {window.state}, business date {window.business_date}, closes {_local(window.closes_at)}")
    if window.closed_at is not None:
        say(f"  closed {_local(window.closed_at)}" + (f" by {closed_by}" if closed_by else ""))
    if window.settled_at is not None:
        say(f"  settled {_local(window.settled_at)}, RTGS reference {window.rtgs_reference or '– (nothing was owed)'}")
    if window.moved_to is not None:
        say(f"  moved to {window.moved_to}: {window.reason}")
    elif window.reason is not None:
        say(f"  waits for staff: {window.reason}")


def _print_nets(legs: tuple[SettlementLeg, ...], currency: str) -> None:
    if not legs:
        say("Nobody owes anything for it.")
        return
    rows: list[tuple[str, str | None, str | None]] = [
        (leg.participant, money(leg.minor, currency) if leg.minor > 0 else None, money(-leg.minor, currency) if leg.minor < 0 else None)
        for leg in legs
    ]
    pays = sum(leg.minor for leg in legs if leg.minor > 0)
    receives = -sum(leg.minor for leg in legs if leg.minor < 0)
    rows.append(("sum", money(pays, currency), money(receives, currency)))
    print_table(f"الصافي · Nets, {currency}", ("participant", "pays", "receives"), rows, right=("pays", "receives"))


def _print_claims(detail: WindowDetail) -> None:
    if detail.claims:
        rows = (
            (
                each.claim.defaulter,
                each.claim.creditor,
                each.claim.source,
                "owed" if each.carried else "ended" if each.ended else "covered",
                money(each.claim.minor, detail.window.currency),
            )
            for each in detail.claims
        )
        print_table(
            "التخلّف عن الدفع · Defaults",
            ("defaulter", "covered by", "out of", "here", detail.window.currency),
            rows,
            right=(detail.window.currency,),
        )


def _print_approval(detail: WindowDetail) -> None:
    approval = detail.approval
    if approval.asked:
        answers = {one.participant: approval.answer_of(one.participant) for one in approval.asked}
        rows = (
            (
                one.participant,
                money(one.net, detail.window.currency),
                _local(one.until),
                one.silence,
                None if (said := answers[one.participant]) is None else "approved" if said.approves else "objected",
                None if said is None else said.reason,
            )
            for one in approval.asked
        )
        columns = ("debtor", "asked to pay", "until", "silence", "has said", "reason")
        print_table(f"الموافقة · Approval, round {approval.round}: {detail.approval_state}", columns, rows, right=("asked to pay",))
    for decision in approval.decisions:
        say(f"  {decision.kind} in round {decision.round}, {_local(decision.decided_at)}, by {decision.by}: {decision.reason}")


def _print_matrix(detail: WindowDetail) -> None:
    if detail.cells:
        currency = detail.window.currency
        rows = ((cell.debtor, cell.creditor, money(cell.minor, currency)) for cell in detail.cells)
        print_table("من عليه لمن · Who owes whom", ("debtor", "creditor", currency), rows, right=(currency,))


def _print_accounts(detail: WindowDetail) -> None:
    if detail.accounts:
        currency = detail.window.currency
        rows = (
            (
                net.biller,
                *(("own", None) if net.account is None else (net.account.number, net.account.bank)),
                net.bank,
                money(net.minor, currency),
            )
            for net in detail.accounts
        )
        print_table("حسابات الجهات · Accounts of billers", ("biller", "account", "kept at", "from", "receives"), rows, right=("receives",))


def _local(moment: datetime | None) -> str | None:
    """In Damascus time, to the second."""
    return None if moment is None else f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"
