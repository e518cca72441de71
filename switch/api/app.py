"""The application: all routes, and the exchange around them."""

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from switch.api import (
    advices,
    bills,
    breaks,
    catalogue,
    debts,
    disputes,
    evidence,
    files,
    health,
    inquiries,
    operator,
    outages,
    participants,
    payment_batches,
    payments,
    positions,
    proofs,
    proposals,
    provider_sign_in,
    receipts,
    reference,
    reports,
    reratings,
    reversals,
    splits,
    staff,
    staff_breaks,
    staff_disputes,
    statements,
    webhooks,
    windows,
)
from switch.api.authentication import Authentication
from switch.api.certificates import Certificates
from switch.api.exchange import Exchange
from switch.api.limits import ParticipantLimits
from switch.api.nonces import Nonces
from switch.api.openapi import api_routes, describe, operation_id
from switch.api.proxies import BehindProxies
from switch.api.refused import answer_refusals
from switch.api.sealing import Sealing
from switch.application import Switch
from switch.certificates import ClientCertificates
from switch.domain.limits import GENERAL, Limits
from switch.domain.networks import AllowedNetworks
from switch.domain.own_names import OwnNames

ROUTERS = (
    catalogue.router,
    inquiries.router,
    payments.router,
    reversals.router,
    proofs.of_payments,
    receipts.router,
    payment_batches.router,
    positions.router,
    windows.router,
    debts.own,
    files.router,
    statements.router,
    breaks.router,
    disputes.router,
    bills.router,
    advices.router,
    outages.router,
    webhooks.router,
    proofs.router,
    reports.own,
    operator.router,
    participants.router,
    reports.all_of_them,
    splits.router,
    reratings.router,
    staff_breaks.reading,
    debts.all_of_them,
    staff_disputes.reading,
    evidence.router,
    proposals.router,
    staff.router,
    provider_sign_in.router,
    staff_breaks.router,
    staff_disputes.router,
    health.router,
    reference.router,
)


@dataclass(frozen=True, slots=True)
class Tls:
    """Mutual TLS, ended by our own server or by these proxies."""

    trusted: ClientCertificates
    proxies: AllowedNetworks | None = None


def create_app(
    switch: Switch, limits: Limits = GENERAL, run: Path | None = None, tls: Tls | None = None, names: OwnNames | None = None
) -> ASGIApp:
    """What the server runs: the routes inside the exchange. The processes of one switch share in the folder `run` what they have seen."""
    certificates = None if tls is None else Certificates(tls.trusted, switch.clock.now)
    authentication = Authentication(switch, Nonces(run), certificates, names)
    counted = ParticipantLimits(switch.directory.current, switch.clock, switch.lane.busy, limits, run)
    exchange = Exchange(routes(), switch, authentication, counted, Sealing(switch.signer, switch.clock, over_tls=tls is not None))
    return exchange if tls is None or tls.proxies is None else BehindProxies(exchange, tls.proxies)


async def warm(app: ASGIApp) -> None:
    """The first request makes FastAPI work out all routes, a tenth of a second of processor: it is ours, and no payer waits for it."""
    answered: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answered.append(message)

    asked = {"method": "GET", "scheme": "http", "path": "/live", "raw_path": b"/live", "query_string": b"", "root_path": "", "headers": []}
    here = {"http_version": "1.1", "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0)}
    await app({"type": "http", "asgi": {"version": "3.0"}, **asked, **here}, receive, send)
    if answered[0]["status"] != HTTPStatus.OK:
        raise RuntimeError(f"GET /live is answered with {answered[0]['status']}")


@cache
def routes() -> FastAPI:
    """The routes alone, the same for every switch, which comes with each request: without one they can be described, not called."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, generate_unique_id_function=operation_id)
    for router in ROUTERS:
        app.include_router(router)
    app.webhooks.include_router(webhooks.events)
    answer_refusals(app, tuple(api_routes(ROUTERS)))
    describe(app, ROUTERS)
    return app


def contract() -> str:
    """The OpenAPI document as text, as it is checked in: the same each time."""
    return json.dumps(routes().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
