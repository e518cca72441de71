"""`switch debt`: what defaulters owe to those who have covered them, and how it is paid, noted or written off."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.proposals import Proposal, ProposalKind
from switch.reports.debts import DebtBook
from switch.usecases.pay_debt import AMOUNT, CURRENCY, DAY, REFERENCE

app = typer.Typer(help="Debts from defaults: who owes whom; paid in parts, or written off (docs/settlement.md).", no_args_is_help=True)

Defaulter = Annotated[str, typer.Argument(metavar="CODE", help="The bank that owes.")]
Part = Annotated[str | None, typer.Option(metavar="DIGITS", help="A part of what is owed, such as 1250.00; left out, all of it.")]
Currency = Annotated[str, typer.Option(help="ISO 4217.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept for good.")]


@app.command("list")
def list_debts(limit: Limit = 100, as_json: AsJson = False) -> None:
    """What is still owed from defaults, to whom, and the payments of it."""
    book = run(lambda switch: switch.debts.book(limit))
    if as_json:
        print_json(book)
        return
    _show_owed(book)
    _show_payments(book)


@app.command()
def pay(
    defaulter: Defaulter, reason: Reason, amount: Part = None, currency: Currency = "SYP", by: By = None, as_json: AsJson = False
) -> None:
    """Propose that it is paid through the RTGS, by an instruction of its own; another person must approve it.

    Each claim on it ends in proportion. Until the RTGS has answered nothing has ended, and no other payment of the debt is ordered.
    """
    _propose(ProposalKind.PAY_DEBT, defaulter, {CURRENCY: currency} | _given(amount), reason, by, as_json)


@app.command()
def note(
    defaulter: Defaulter,
    rtgs_reference: Annotated[str, typer.Option(help="Under which the RTGS has moved it; its statement is compared with this.")],
    reason: Reason,
    day: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="On which day; left out, today.")] = None,
    amount: Part = None,
    currency: Currency = "SYP",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose to note that it was paid over the RTGS without the switch; another person must approve it."""
    content = {CURRENCY: currency, REFERENCE: rtgs_reference} | ({DAY: day} if day else {}) | _given(amount)
    _propose(ProposalKind.NOTE_DEBT_PAYMENT, defaulter, content, reason, by, as_json)


@app.command("write-off")
def write_off(
    defaulter: Defaulter, reason: Reason, amount: Part = None, currency: Currency = "SYP", by: By = None, as_json: AsJson = False
) -> None:
    """Propose that it is never paid: those who have covered it bear it for good; another person must approve it."""
    _propose(ProposalKind.WRITE_OFF_DEBT, defaulter, {CURRENCY: currency} | _given(amount), reason, by, as_json)


def _given(amount: str | None) -> dict[str, str]:
    return {AMOUNT: amount} if amount else {}


def _propose(kind: ProposalKind, defaulter: str, content: dict[str, str], reason: str, by: str | None, as_json: bool) -> None:
    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, kind, defaulter, content, reason=reason, by=by)

    show(run(work), as_json)


def _show_owed(book: DebtBook) -> None:
    if not book.owed:
        say("لا ديون من تخلّف عن الدفع · Nothing is owed from defaults.")
        return
    rows = [
        (debt.defaulter, claim.creditor, claim.source, money(claim.minor, debt.currency), debt.currency)
        for debt in book.owed
        for claim in debt.claims
    ]
    print_table("ديون التخلّف عن الدفع · Debts from defaults", ("defaulter", "owes to", "out of", "owed", "currency"), rows, right=("owed",))


def _show_payments(book: DebtBook) -> None:
    if book.payments:
        print_table(
            "دفعات الديون · Payments of debts",
            ("payment", "way", "state", "amount", "RTGS reference", "final", "window", "refused because", "by"),
            (
                (
                    *(made.debt_payment_id, made.way, made.state, f"{money(made.minor, made.currency)} {made.currency}"),
                    *(
                        made.rtgs_reference,
                        made.settled_at and f"{made.settled_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}",
                        made.window_id,
                    ),
                    *(made.refused_because, made.by),
                )
                for made in book.payments
            ),
            right=("amount",),
        )
