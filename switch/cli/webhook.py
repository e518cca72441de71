"""`switch webhook`: the end points of banks, what became of each event, and sending it again."""

from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run
from switch.domain.identifiers import EventId, WebhookEndpointId, participant_code
from switch.reports.webhooks import DeliveryState, ListedEndpoint, WebhookDelivery

app = typer.Typer(help="Webhooks: end points of banks and their deliveries.", no_args_is_help=True)

EndpointId = Annotated[UUID, typer.Argument(metavar="END_POINT", help="Its id, as `switch webhook list` shows it.")]


@app.command("list")
def list_endpoints(
    bank: Annotated[str | None, typer.Option(help="Only those of this bank, by its code.")] = None, as_json: AsJson = False
) -> None:
    """End points, and how much waits for each or is parked."""

    async def work(switch: Switch) -> list[ListedEndpoint]:
        return await switch.webhooks.endpoints(None if bank is None else participant_code(bank))

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"نقاط الإشعار · Webhook end points ({len(found)})",
        ("end point", "bank", "URL", "status", "waiting", "parked", "last delivered (UTC)"),
        (
            (
                one.endpoint.endpoint_id,
                one.endpoint.bank,
                one.endpoint.url,
                one.endpoint.status,
                one.counts.waiting,
                one.counts.parked,
                f"{one.counts.last_delivered_at:%Y-%m-%d %H:%M:%S}" if one.counts.last_delivered_at else None,
            )
            for one in found
        ),
        right=("waiting", "parked"),
    )


@app.command()
def deliveries(
    endpoint: EndpointId,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What was told to an end point, newest first."""

    async def work(switch: Switch) -> list[WebhookDelivery]:
        return list(await switch.webhooks.deliveries(None, endpoint, state, None, limit))

    found = run(work)
    if as_json:
        print_json([one._asdict() | {"state": one.state} for one in found])
        return
    print_table(
        f"الإرسالات · Deliveries ({len(found)})",
        ("event", "kind", "payment", "created (UTC)", "state", "attempts", "last answer"),
        (
            (one.event_id, one.kind, one.payment_id, f"{one.created_at:%Y-%m-%d %H:%M:%S}", one.state, one.attempts, one.last_answer)
            for one in found
        ),
        right=("attempts",),
    )


@app.command()
def replay(
    endpoint: EndpointId,
    event: Annotated[UUID | None, typer.Argument(help="One event; delivered or not.")] = None,
    parked: Annotated[bool, typer.Option("--parked", help="Everything that is parked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send an event, or all that are parked, once more, under the same ids; the worker does it."""
    if (event is None) != parked:
        raise typer.BadParameter("give an event, or --parked")

    async def work(switch: Switch) -> int:
        if event is None:
            return await switch.replay_webhooks.parked(None, WebhookEndpointId(endpoint))
        await switch.replay_webhooks.one(None, WebhookEndpointId(endpoint), EventId(event))
        return 1

    replayed = run(work)
    if as_json:
        print_json({"replayed": replayed})
    else:
        say(f"تنتظر الإرسال من جديد: {replayed} · wait to be sent anew: {replayed}")
