"""`switch tariff`: what a payment costs, and who bears it."""

from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, money, print_json, print_table, progress, say
from switch.cli.proposal import show
from switch.cli.rerating import rerate, reratings
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.calendar import local_date
from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.fees import Fees, Tariff
from switch.domain.identifiers import service_code
from switch.domain.money import Money
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.tariff_trials import Compared
from switch.usecases.change_tariff import DOCUMENT, TRIED_DAYS, read_tariff_document

app = typer.Typer(help="The tariff: list, try a new one over past traffic, propose it.", no_args_is_help=True)
app.command("rerate")(rerate)
app.command("reratings")(reratings)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The proposed lines, JSON.")]


@app.command("list")
def list_tariffs(
    service: Annotated[str | None, typer.Option(help="Only the lines that this service can be charged by.")] = None, as_json: AsJson = False
) -> None:
    """Every line of the tariff; the most specific one in force is charged."""

    async def work(switch: Switch) -> list[Tariff]:
        directory = switch.directory.current()
        wanted = None if service is None else directory.service(service_code(service)).code
        return [line for line in directory.tariffs if wanted is None or line.service in (None, wanted)]

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"التعرفة · Tariff ({len(found)} lines)",
        ("id", "service", "channel", "from", "fixed", "rate", "at most", "borne by", "switch", "bank", "central bank", "tax", "from day"),
        map(_row, found),
        right=("from", "fixed", "rate", "at most", "switch", "bank", "central bank", "tax"),
    )


@app.command("try")
def try_tariff(
    file: File,
    since: Annotated[
        date | None, typer.Option("--from", parser=as_day, metavar=DAY, help="First business date; left out, 30 days ago.")
    ] = None,
    until: Annotated[date | None, typer.Option("--to", parser=as_day, metavar=DAY, help="Last business date; left out, today.")] = None,
    as_json: AsJson = False,
) -> None:
    """What past payments would have cost under the lines in FILE: per service, bank and biller, by who receives it. Changes nothing.

    FILE holds {"currency": "SYP", "tariffs": […]} with lines as in the shipped catalogue; "service" makes a line one service's own.
    """
    with progress("Trying the tariff", hidden=as_json) as steps:

        async def work(switch: Switch) -> tuple[Compared, ...]:
            lines = proposed_tariffs(read_tariff_document(_read(file)), tuple(switch.directory.current().services.values()))
            last = local_date(switch.clock.now()) if until is None else until
            first = last - timedelta(days=TRIED_DAYS) if since is None else since
            return await switch.try_tariff(lines, first, last, steps)

        found = run(work)
    if as_json:
        print_json([_document(one) for one in found])
        return
    if not found:
        say("لا دفعات في هذه الفترة. · No payments in these days.")
        return
    figures = tuple(name for figure in fields(Fees) for name in (figure.name, f"± {figure.name}"))
    print_table(
        "ما كان سيُستوفى · What would have been charged, and how much more or less (±)",
        ("", "code", "currency", "payments", "changed", *(name.replace("_", " ") for name in figures)),
        map(_compared, found),
        right=("payments", "changed", *(name.replace("_", " ") for name in figures)),
    )


@app.command()
def propose(
    file: File,
    reason: Annotated[str, typer.Option(help="Why, for whoever decides.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Publish the lines in FILE once another person has approved it (`switch proposal approve`); both see what it would have meant."""

    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, ProposalKind.PUBLISH_TARIFF, file.name, {DOCUMENT: _read(file)}, reason=reason, by=by)

    show(run(work), as_json)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _document(one: Compared) -> dict[str, object]:
    def money_of(fees: Fees) -> dict[str, str]:
        return {figure.name: Money(getattr(fees, figure.name), one.currency).text() for figure in fields(Fees)}

    return {
        **{name: getattr(one, name) for name in ("subject", "code", "currency", "payments", "changed")},
        "amount": Money(one.amount, one.currency).text(),
        "before": money_of(one.before),
        "after": money_of(one.after),
    }


def _compared(one: Compared) -> tuple[str, ...]:
    pairs = [(getattr(one.after, figure.name), getattr(one.before, figure.name)) for figure in fields(Fees)]
    figures = [money(minor, one.currency) for after, before in pairs for minor in (after, after - before)]
    return (one.subject, one.code, one.currency, f"{one.payments:,}", f"{one.changed:,}", *figures)


def _row(line: Tariff) -> tuple[str, ...]:
    return (
        line.tariff_id,
        line.service or "all",
        line.channel or "all",
        money(line.from_minor, line.currency),
        money(line.fixed_minor, line.currency),
        _percent(line.rate_ppm),
        money(line.maximum_minor, line.currency),
        line.borne_by,
        *map(_percent, (line.switch_ppm, line.bank_ppm, 1_000_000 - line.switch_ppm - line.bank_ppm, line.tax_ppm)),
        line.effective_from.isoformat(),
    )


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"
