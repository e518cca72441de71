"""Authentication: every message says by its signature who sent it; nobody else is heard."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.types import Scope

from switch.api.certificates import Certificates
from switch.api.nonces import Nonces
from switch.api.refusals import NonceReplayed
from switch.application import Switch
from switch.domain.errors import NotAllowed
from switch.domain.participants import Participant, ParticipantKind
from switch.signatures import SignatureMissing, VerifyingKey, load_verifying_key, target_of_scope, verify_request

CALLER = "switch.caller"
REQUEST_ID = "switch.request_id"
UNSIGNED_PATHS = frozenset({"/live", "/ready", "/docs", "/openapi.json"})
UNSIGNED_FOLDER = "/docs/"
"""The reference page and its files: nothing in them is anybody's."""

BANKS = (ParticipantKind.BANK, ParticipantKind.WALLET)
PARTICIPANTS = (*BANKS, ParticipantKind.BILLER)
OVERSEERS = (ParticipantKind.OPERATOR, ParticipantKind.OVERSEER)


class Authentication:
    """Keys are the directory's, read anew for each message, so that a revoked key is dead at once."""

    def __init__(self, switch: Switch, nonces: Nonces, certificates: Certificates | None = None) -> None:
        self._certificates = certificates
        self._directory = switch.directory
        self._clock = switch.clock
        self._nonces = nonces

    def meet(self, scope: Scope) -> None:
        """Before the body is read: over mutual TLS, whose line it is. Raises what is wrong with its certificate."""
        if self._certificates is not None and not _unsigned(scope["path"]):
            self._certificates.meet(scope)

    def caller(self, scope: Scope, body: bytes) -> Participant | None:
        """Who sent this; None for what needs no signature. Raises what is wrong with it."""
        if _unsigned(scope["path"]):
            return None
        directory = self._directory.current()

        def find_key(keyid: str) -> VerifyingKey | None:
            known = directory.keys.get(keyid)
            return None if known is None else load_verifying_key(keyid, known.public_pem, known.algorithm)

        verified = verify_request(target_of_scope(scope), scope["headers"], body, find_key=find_key, now=self._clock.now())
        sender = directory.participant(directory.keys[verified.keyid].participant)
        if self._certificates is not None:
            self._certificates.require_same(scope, sender)
        if not self._nonces.first_seen(verified.keyid, verified.nonce, self._clock.monotonic()):
            raise NonceReplayed()
        sender.require_live()
        return sender


def _unsigned(path: str) -> bool:
    return path in UNSIGNED_PATHS or path.startswith(UNSIGNED_FOLDER)


# --- what a route says about who may call it -------------------------------------------------------------------------


def only(*kinds: ParticipantKind) -> Callable[[Request], Coroutine[Any, Any, Participant]]:
    """The caller, where it is of one of these kinds."""

    async def caller(request: Request) -> Participant:
        sender: Participant | None = request.scope[CALLER]
        if sender is None:
            raise SignatureMissing()
        if sender.kind not in kinds:
            raise NotAllowed()
        return sender

    caller.kinds = kinds  # type: ignore[attr-defined]
    return caller


Caller = Annotated[Participant, Depends(only(*ParticipantKind))]
BankCaller = Annotated[Participant, Depends(only(*BANKS))]
ParticipantCaller = Annotated[Participant, Depends(only(*PARTICIPANTS))]
BillerCaller = Annotated[Participant, Depends(only(ParticipantKind.BILLER))]
OverseerCaller = Annotated[Participant, Depends(only(*OVERSEERS))]
