"""Serving a simulator: uvicorn on loopback, a graceful stop on SIGTERM, events and nothing else in the log."""

import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from switch.domain.identifiers import ParticipantCode
from switch.signatures import SigningKey, VerifyingKey, load_signing_key, load_verifying_key
from switch.simulators.biller_books import BillerBooks
from switch.simulators.billers import Billers
from switch.simulators.charging import shipped_billers, shipped_calendar
from switch.simulators.mischief import Script
from switch.simulators.rtgs import Rtgs
from switch.simulators.rtgs_books import RtgsBooks
from switch.simulators.rtgs_exchange import RtgsExchange
from switch.simulators.wire import SwitchFacing

SWITCH_KEYID = "switch:main"
STOP_WITHIN_SECONDS = 5


def billers_app(*, keys_folder: Path, switch_key: VerifyingKey, books: Path, script: Path | None) -> ASGIApp:
    """Plays every biller whose key is there. Raises FileNotFoundError where none is."""
    shipped = shipped_billers()
    keys: Mapping[ParticipantCode, SigningKey] = {
        code: key for code in shipped if (key := load_participant_key(keys_folder, code)) is not None
    }
    if not keys:
        raise FileNotFoundError(f"{keys_folder} has no key of a biller, such as {next(iter(shipped))}.pem")
    billers = Billers({code: shipped[code] for code in keys}, keys, BillerBooks(books, shipped_calendar()), Script(script))
    return SwitchFacing(switch_key, billers.answer, billers.show)


def rtgs_app(*, key: SigningKey, switch_key: VerifyingKey, books: Path, script: Path | None, exchange: Path | None = None) -> ASGIApp:
    """With `exchange` it takes ISO 20022 files out of that folder, too, for as long as the process lives."""
    rtgs = Rtgs(key, RtgsBooks(books), Script(script))
    if exchange is not None:
        files = RtgsExchange(exchange, rtgs, switch_key)
        threading.Thread(target=files.run, args=(threading.Event(),), name="rtgs-exchange", daemon=True).start()
    return SwitchFacing(switch_key, rtgs.answer, rtgs.show)


def load_participant_key(keys_folder: Path, code: str) -> SigningKey | None:
    path = keys_folder / f"{code}.pem"
    return load_signing_key(f"{code}:main", path.read_bytes()) if path.exists() else None


def load_switch_key(path: Path) -> VerifyingKey:
    return load_verifying_key(SWITCH_KEYID, path.read_text(encoding="ascii"))


def serve(app: ASGIApp, *, port: int) -> None:
    """On loopback until SIGTERM or SIGINT; then what is under way is finished. Raises OSError where the port is taken."""
    # uvicorn stops on it, and then hands it on to whoever was asked before: without this the process would end as killed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with socket.create_server(("127.0.0.1", port), backlog=512) as listening:
        make_server(app).run(sockets=[listening])


def make_server(app: ASGIApp) -> uvicorn.Server:
    """Its own log is silent but for what is critical: cutting connections is what simulators do on purpose."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
        )
    )
