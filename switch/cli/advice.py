"""`switch advice`: what billers have not taken yet, and sending what was parked again."""

from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run
from switch.domain.identifiers import EventId, participant_code
from switch.reports.advices import OutstandingAdvice

app = typer.Typer(help="Advices to billers: what is not acknowledged, and what is parked.", no_args_is_help=True)

Biller = Annotated[str | None, typer.Option(help="Only those of this biller, by its code.")]


@app.command("list")
def list_advices(
    biller: Biller = None,
    parked: Annotated[bool, typer.Option("--parked", help="Only those that are not tried any more.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Advices that their billers have not acknowledged, oldest first."""

    async def work(switch: Switch) -> list[OutstandingAdvice]:
        code = None if biller is None else participant_code(biller)
        return await switch.advices.outstanding(code, None, limit, parked=parked)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"إشعارات لم تؤكد · Advices not acknowledged ({len(found)})",
        ("event", "biller", "kind", "payment", "created (UTC)", "attempts", "next attempt (UTC)", "parked (UTC)"),
        (
            (
                one.event_id,
                one.biller,
                one.kind,
                one.payment_id,
                f"{one.created_at:%Y-%m-%d %H:%M:%S}",
                one.attempts,
                None if one.parked_at else f"{one.next_attempt_at:%Y-%m-%d %H:%M:%S}",
                f"{one.parked_at:%Y-%m-%d %H:%M:%S}" if one.parked_at else None,
            )
            for one in found
        ),
        right=("attempts",),
    )


@app.command()
def replay(
    event: Annotated[UUID | None, typer.Argument(help="One advice that is parked.")] = None,
    biller: Annotated[str | None, typer.Option(help="Everything of this biller that is parked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Deliver what was parked anew, under the same event ids; the worker does it."""
    if (event is None) == (biller is None):
        raise typer.BadParameter("give an event, or --biller")

    async def work(switch: Switch) -> int:
        if event is None:
            return await switch.replay_advices.of_biller(participant_code(biller or ""))
        await switch.replay_advices.one(EventId(event))
        return 1

    replayed = run(work)
    if as_json:
        print_json({"replayed": replayed})
    else:
        say(f"تنتظر الإرسال من جديد: {replayed} · wait to be delivered anew: {replayed}")
