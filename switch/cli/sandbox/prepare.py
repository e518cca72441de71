"""Prepares a sandbox: catalogue, keys, caps, end points and calendar go in by the same use cases that staff use.

What is there already stays as staff have left it.
"""

from collections.abc import Callable, Iterable

from switch.application import Switch
from switch.cli.key_files import ensure_sandbox_key
from switch.cli.sandbox.place import CannotStart
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.directory_errors import KeyIdTaken, KeyRevoked
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.participants import Participant, ParticipantKind
from switch.settings import Settings
from switch.usecases.shipped_catalogue import read_catalogue

BY = "sandbox"
PROTOCOL = "json-1"
MOST_CHANGES = 1_000
CAP_MINOR = 5_000_000_00
"""Of each pretend bank: some fifty thousand bills of the usual size in one window."""


async def prepare(switch: Switch, settings: Settings, tell: Callable[[str], None]) -> None:
    catalogue = read_catalogue()
    loaded = await switch.load_catalogue(catalogue, by=BY)
    tell(f"catalogue: {loaded.participants} participants, {loaded.services} services, {loaded.tariffs} tariff lines")
    everyone = switch.directory.current().participants.values()
    registered = await _register_keys(switch, settings, everyone)
    tell(f"keys: {len(everyone)} pretend participants, {registered} new")
    await _give_caps(switch, everyone, catalogue.currency)
    connected = await connect_billers(switch, settings, everyone)
    tell(f"billers: reached at {settings.billers_url}, {connected} newly connected")
    if not await switch.windows.page(catalogue.currency, None, 1):
        await switch.set_calendar(catalogue.currency, catalogue.cut_offs, catalogue.holidays, by=BY)
    window = await switch.open_window(catalogue.currency)
    tell(f"settlement window {window.window_id} is open")


async def _register_keys(switch: Switch, settings: Settings, everyone: Iterable[Participant]) -> int:
    known, registered = switch.directory.current().keys, 0
    for participant in everyone:
        key = ensure_sandbox_key(settings, participant.code).verifying_key()
        ours = ParticipantKey(key.keyid, participant.code, key.algorithm, key.pem())
        if known.get(ours.keyid) == ours:
            continue
        try:
            await switch.register_key(ours, by=BY)
        except KeyRevoked:
            continue
        except KeyIdTaken:
            raise CannotStart(
                f"the database knows another key as {ours.keyid}: the keys in {settings.sandbox_keys}"
                " do not belong to this database; use the data folder that it was made with, or an empty database"
            ) from None
        registered += 1
    return registered


async def _give_caps(switch: Switch, everyone: Iterable[Participant], currency: str) -> None:
    for bank in everyone:
        if bank.pays and not await switch.positions.of_bank(bank.code):
            await switch.change_cap(bank.code, Money(CAP_MINOR, currency), by=BY)


async def connect_billers(switch: Switch, settings: Settings, everyone: Iterable[Participant]) -> int:
    """Those that are not connected, or by us at another port; one that staff have connected stays where they have, here or elsewhere."""
    known, connected = switch.directory.current().endpoints, 0
    for biller in everyone:
        endpoint = Endpoint(biller.code, PROTOCOL, f"{settings.billers_url}/{biller.code}")
        if biller.kind is not ParticipantKind.BILLER or known.get(biller.code) == endpoint:
            continue
        if biller.code not in known or await _connected_by_us(switch, biller.code):
            await switch.connect_biller(endpoint, by=BY)
            connected += 1
    return connected


async def _connected_by_us(switch: Switch, biller: ParticipantCode) -> bool:
    changes = await switch.participants.history(biller, MOST_CHANGES)
    return next((change.by == BY for change in changes if change.kind == "endpoint"), False)


def central_bank(everyone: Iterable[Participant]) -> str:
    return next(participant.code for participant in everyone if participant.kind is ParticipantKind.OVERSEER)
