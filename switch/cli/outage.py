"""`switch participant outage`: hours in which a biller will not answer, entered by staff for it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.identifiers import participant_code
from switch.domain.outages import Outage, OutageId
from switch.domain.participants import Name

app = typer.Typer(help="Declared outages of billers; all times are of Damascus.", no_args_is_help=True)

FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
Code = Annotated[str, typer.Argument(help="The biller's national code, six digits.")]


@app.command()
def declare(
    code: Code,
    begins: Annotated[datetime, typer.Option("--from", formats=FORMATS, help="Such as '2026-11-24 13:00', Damascus time.")],
    ends: Annotated[datetime, typer.Option("--until", formats=FORMATS, help="Up to this time, without it.")],
    reason_ar: Annotated[str, typer.Option(help="Why, in Arabic: payers read it.")],
    reason_en: Annotated[str, typer.Option(help="Why, in English.")],
    as_json: AsJson = False,
) -> None:
    """Ask nothing of a biller in these hours: its advices wait, and payers are told until when."""

    async def work(switch: Switch) -> Outage:
        begins_at, ends_at = begins.replace(tzinfo=BUSINESS_ZONE), ends.replace(tzinfo=BUSINESS_ZONE)
        return await switch.declare_outage(participant_code(code), begins_at, ends_at, Name(reason_ar, reason_en), by=by_whom())

    declared = run(work)
    if as_json:
        print_json(declared)
    else:
        say(f"{declared.outage_id}: {declared.biller}, {_local(declared.begins_at)} – {_local(declared.ends_at)}")


@app.command("list")
def list_outages(code: Annotated[str | None, typer.Argument(help="Only those of this biller.")] = None, as_json: AsJson = False) -> None:
    """Those that last and those that are to come."""

    async def work(switch: Switch) -> list[Outage]:
        wanted, now = None if code is None else participant_code(code), switch.clock.now()
        known = switch.directory.current().outages
        return [outage for biller, own in known.items() for outage in own if wanted in (None, biller) and not outage.is_over(now)]

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"توقفات معلنة · Declared outages ({len(found)})",
        ("outage", "biller", "from", "until", "reason", "السبب"),
        ((one.outage_id, one.biller, _local(one.begins_at), _local(one.ends_at), one.reason.en, one.reason.ar) for one in found),
    )


@app.command()
def withdraw(code: Code, outage: Annotated[UUID, typer.Argument(help="Its id, as `list` shows it.")]) -> None:
    """Take an outage back: the biller is asked again at once."""
    run(lambda switch: switch.withdraw_outage(participant_code(code), OutageId(outage), by=by_whom()))
    say(f"{outage} is withdrawn.")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
