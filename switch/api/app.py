"""The application: all routes, and the exchange around them."""

import json

from fastapi import FastAPI
from starlette.types import ASGIApp

from switch.api import (
    advices,
    bills,
    breaks,
    catalogue,
    evidence,
    files,
    health,
    inquiries,
    operator,
    payment_batches,
    payments,
    positions,
    proofs,
    receipts,
    reference,
    statements,
    windows,
)
from switch.api.authentication import Authentication
from switch.api.exchange import Exchange
from switch.api.nonces import Nonces
from switch.api.openapi import describe, operation_id
from switch.api.refused import answer_refusals
from switch.api.sealing import Sealing
from switch.application import Switch

ROUTERS = (
    catalogue.router,
    inquiries.router,
    payments.router,
    proofs.of_payments,
    receipts.router,
    payment_batches.router,
    positions.router,
    windows.router,
    files.router,
    statements.router,
    breaks.router,
    bills.router,
    advices.router,
    proofs.router,
    operator.router,
    evidence.router,
    health.router,
    reference.router,
)


def create_app(switch: Switch, nonces: Nonces | None = None) -> ASGIApp:
    """What the server runs: the routes inside the exchange. Several processes of one switch share their nonces."""
    routes = create_routes()
    routes.state.switch = switch
    return Exchange(routes, switch, Authentication(switch, nonces or Nonces()), Sealing(switch.signer, switch.clock))


def create_routes() -> FastAPI:
    """The routes alone: without a switch they can be described, not called."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, generate_unique_id_function=operation_id)
    for router in ROUTERS:
        app.include_router(router)
    answer_refusals(app)
    describe(app, ROUTERS)
    return app


def contract() -> str:
    """The OpenAPI document as text, as it is checked in: the same each time."""
    return json.dumps(create_routes().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
