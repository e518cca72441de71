"""The registry: the only list of implementations, each by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.billers.json_http import JsonBiller
from adapters.drops.local_folder import LocalFolder
from adapters.files.csv import CsvFormat
from adapters.settlement.json_rtgs import JsonRtgs
from adapters.transports.connections import Connections
from adapters.transports.signed_calls import FindKey, SignedCalls
from adapters.webhooks.standard import StandardWebhooks
from switch.domain.identifiers import ParticipantCode
from switch.domain.networks import PUBLIC, AllowedNetworks
from switch.ports import BillerAdapter, FileDrop, FileFormat, SettlementBank, Signer, WebhookSender

Kept = Connections | StandardWebhooks


@dataclass(frozen=True, slots=True)
class Adapters:
    billers: Mapping[str, BillerAdapter]
    """By protocol."""
    formats: Mapping[str, FileFormat]
    """By layout."""
    settlement: SettlementBank
    drop: FileDrop
    webhooks: WebhookSender
    kept: Sequence[Kept]
    """What is closed in the end."""

    async def close(self) -> None:
        for one in self.kept:
            one.close()


def open_adapters(
    *,
    signer: Signer,
    find_key: FindKey,
    central_bank: Callable[[], ParticipantCode | None],
    rtgs_url: str,
    files_directory: Path,
    networks: AllowedNetworks = PUBLIC,
) -> Adapters:
    """`find_key` finds the active key with that keyid; `central_bank` says whose RTGS it is. Both are asked for each answer.

    `networks` are those on which participants name addresses themselves.
    """
    calls = SignedCalls(signer, find_key)
    webhooks = StandardWebhooks.on(networks)
    formats: tuple[FileFormat, ...] = (CsvFormat(),)
    return Adapters(
        billers={"json-1": JsonBiller(calls)},
        formats={layout.layout: layout for layout in formats},
        settlement=JsonRtgs(calls, rtgs_url, central_bank),
        drop=LocalFolder(files_directory),
        webhooks=webhooks,
        kept=(calls.connections, webhooks),
    )
