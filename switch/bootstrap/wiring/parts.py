"""The parts that several chapters of the switch are wired with."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.registry import Adapters
from switch.domain.identifiers import ParticipantCode, WebhookEndpointId
from switch.domain.networks import PUBLIC, AllowedNetworks
from switch.domain.proposals import ProposalKind
from switch.ports import Clock, Signer
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.reports.rtgs_comparison import RtgsComparison
from switch.signatures import VerifyingKey
from switch.signatures.notes import LogIdentity
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.propose import Propose, Undertaking

LOG_ORIGIN = "bill-payment-switch/journal"
"""The proof log's own name in its heads; the key says whose it is."""


def _chance() -> int:
    return secrets.randbelow(1000)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a switch is wired with; tests give other ones."""

    clock: Clock
    signer: Signer
    adapters: Adapters
    chance: Callable[[], int] = _chance
    networks: AllowedNetworks = PUBLIC
    """On which banks may name addresses; the adapters know the same ones."""
    former_keys: tuple[VerifyingKey, ...] = ()
    """Public keys with which heads of the proof log were signed before."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Made once for one switch."""

    outside: Outside
    database: Database
    directory: CurrentDirectory
    lane: PostingLane
    billers: BillerLines
    webhook_breakers: Breakers[WebhookEndpointId]
    reversal_posting: ReversalPosting
    propose: Propose
    undertakings: dict[ProposalKind, Undertaking]
    """Filled once there is a switch: they need its use cases."""
    rtgs_comparison: RtgsComparison
    log: LogIdentity

    def listening(self) -> Mapping[ParticipantCode, Sequence[WebhookEndpointId]]:
        """Who is told by webhook, and where."""
        return self.directory.current().listening
