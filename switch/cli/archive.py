"""`switch archive`: settled business dates past their term, as signed files; what waits, what is there, and what a file says."""

from datetime import date
from typing import Annotated, Any

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, as_day
from switch.cli.output import AsJson, print_json, print_table, progress, say
from switch.cli.session import run
from switch.cli.verify import WRONG_EXIT_CODE
from switch.domain.archives import ArchivedAt, Step
from switch.usecases.archive_dates import Archived

app = typer.Typer(
    help="Business dates past their term (`switch privacy retain payments DAYS`), in signed files (docs/archiving.md).",
    no_args_is_help=True,
)


@app.command("run")
def run_now(
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many business dates at most.")] = 1, as_json: AsJson = False
) -> None:
    """Archive now what is due; the worker does it by night. Payments go on meanwhile; stopped at any point it goes on where it was."""
    with progress("Archive", hidden=as_json) as steps:

        async def work(switch: Switch) -> list[Archived]:
            runs: list[Archived] = []
            finished = 0
            while finished < most:
                done: dict[Step, int] = {}

                def tell(step: Step, payments: int, done: dict[Step, int] = done) -> None:
                    done[step] = done.get(step, 0) + payments
                    steps(done[step], done.get(Step.RECORDED, 0), step)

                runs.append(its := await switch.archive_dates(tell))
                finished += its.finished
                if not its.finished and not its.removed:
                    break
            return runs

        runs = run(work)
    if as_json:
        print_json([_run_of(its) for its in runs])
        return
    for its in runs:
        _tell(its)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Which business date is next, and what keeps it and all after it from being archived."""
    its = run(lambda switch: switch.archive_dates.obstacles())
    if as_json:
        print_json(_run_of(its))
        return
    _tell(its)


@app.command("list")
def listed(as_json: AsJson = False) -> None:
    """All archives, the newest first."""
    found = run(lambda switch: switch.archives.listed())
    if as_json:
        print_json(found)
        return
    print_table(
        "الأرشيف · Archives",
        ("business date", "file", "payments", "bytes", "recorded (UTC)", "out of the tables", "SHA-256"),
        (
            (
                its.business_date, its.name, f"{its.payments:,}", f"{its.size:,}", f"{its.recorded_at:%Y-%m-%d %H:%M:%S}",
                "all" if its.finished_at else f"{its.removed:,}", its.sha256,
            )
            for its in found
        ),
        right=("payments", "bytes", "out of the tables"),
    )  # fmt: skip


@app.command()
def verify(
    day: Annotated[date | None, typer.Argument(parser=as_day, metavar=DAY, help="Only the archive of this business date.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the files again: each is the one on record, and its note is signed. Exits with 3 where not.

    What is in a file is checked without the switch: python verify_proof.py archive FILE --key switch.pub
    """

    async def work(switch: Switch) -> dict[date, str | None]:
        days = [its.business_date for its in await switch.archives.listed()] if day is None else [day]
        with progress("Verify", hidden=as_json) as steps:
            found = {}
            for number, each in enumerate(days, 1):
                found[each] = await switch.archives.wrong_with(each)
                steps(number, len(days))
        return found

    found = run(work)
    wrong = {each: what for each, what in found.items() if what is not None}
    if as_json:
        print_json({"good": not wrong, "archives": len(found), "findings": [{"business_date": d, "what": w} for d, w in wrong.items()]})
    else:
        for each, what in wrong.items():
            say(f"{each}: {what}")
        say(f"سليم · good: {len(found) - len(wrong)}, مخالف · wrong: {len(wrong)}")
    if wrong:
        raise typer.Exit(WRONG_EXIT_CODE)


@app.command()
def show(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="Its id, or its payment reference as a customer reads it out.")],
    as_json: AsJson = False,
) -> None:
    """A payment out of its file: state, history and postings, or with --json all of its rows."""

    async def work(switch: Switch) -> tuple[ArchivedAt, dict[str, Any]]:
        return await switch.archives.show(payment)

    its, rows = run(work)
    if as_json:
        print_json({"payment_id": its.payment_id, "business_date": its.business_date, "file": its.file, "rows": rows})
        return
    kept = rows["payment"]
    say(f"{its.payment_id}: {kept['state']}, {kept['amount_minor']} {kept['currency']} (minor units); {its.file}")
    print_table(
        "التاريخ · History",
        ("number", "at", "from", "to", "by", "note"),
        ((line["number"], line["at"], line["from_state"], line["to_state"], line["by"], line["note"]) for line in rows["history"] or ()),
    )
    print_table(
        "القيود · Postings",
        ("entry", "kind", "window", "account", "minor", "currency"),
        (
            (entry["entry_id"], entry["kind"], entry["window_id"], leg["account_code"], leg["minor"], leg["currency"])
            for entry in rows["entries"] or ()
            for leg in entry["postings"]
        ),
        right=("minor",),
    )


def _run_of(its: Archived) -> dict[str, Any]:
    return {**its._asdict(), "obstacles": {found.obstacle: found.rows for found in its.obstacles}}


def _tell(its: Archived) -> None:
    if its.business_date is None:
        say("لا يوم عمل مستحقاً للأرشفة · no business date is due")
        return
    if not its.obstacles:
        state = "أُرشف · archived" if its.finished else "لم يكتمل · goes on" if its.removed else "مستحق · due"
        say(f"{its.business_date}: {state}, {its.removed:,} payments out of the tables in this run")
        return
    print_table(
        f"يمنع أرشفة {its.business_date} · What keeps {its.business_date}",
        ("obstacle", "rows"),
        ((found.obstacle, found.rows) for found in its.obstacles),
        right=("rows",),
    )
