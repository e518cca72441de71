"""Authentication: every message says by its signature which participant sent it, or by its token who of the staff; nobody else is heard."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.types import Scope

from switch.api.certificates import Certificates
from switch.api.dependencies import switch_of
from switch.api.nonces import Nonces
from switch.api.refusals import HostUnknown, NonceReplayed
from switch.application import Switch
from switch.domain.errors import NotAllowed
from switch.domain.own_names import OwnNames
from switch.domain.participants import Participant, ParticipantKind
from switch.domain.staff import READS_BOOKS, READS_PAYMENTS, READS_POSITIONS, VIEWS, Role, StaffCaller
from switch.domain.staff_errors import PersonNeeded, SessionOver
from switch.signatures import SignatureKeyUnknown, SignatureMissing, VerifyingKey, load_verifying_key, target_of_scope, verify_request

CALLER = "switch.caller"
REQUEST_ID = "switch.request_id"
TARGET = "switch.target"
"""What was signed for, as the answer will cover it, too."""
HEALTH_PATHS = frozenset({"/live", "/ready"})
"""Asked by whoever watches over us, as often as they like."""
SIGN_IN_PATH = "/v1/staff/sessions"
PROVIDER_BEGIN_PATH, PROVIDER_FINISH_PATH = "/v1/staff/provider-sign-ins", "/v1/staff/provider-sessions"
SIGN_IN_PATHS = frozenset({SIGN_IN_PATH, PROVIDER_BEGIN_PATH, PROVIDER_FINISH_PATH})
UNSIGNED_PATHS = HEALTH_PATHS | {"/docs", "/openapi.json"} | SIGN_IN_PATHS
_KEYID = "switch.keyid"
_BEARER = b"bearer "
UNSIGNED_FOLDER = "/docs/"
"""The reference page and its files: nothing in them is anybody's."""

LOOKING = ("GET", "HEAD")
BANKS = (ParticipantKind.BANK, ParticipantKind.WALLET)
PARTICIPANTS = (*BANKS, ParticipantKind.BILLER)
OVERSEERS = (ParticipantKind.OPERATOR, ParticipantKind.OVERSEER)


class Authentication:
    """Keys are the directory's, read anew for each message, so that a revoked key is dead at once."""

    def __init__(self, switch: Switch, nonces: Nonces, certificates: Certificates | None = None, names: OwnNames | None = None) -> None:
        self._names = names or OwnNames()
        self._certificates = certificates
        self._know_staff = switch.know_staff
        self._directory = switch.directory
        self._clock = switch.clock
        self._nonces = nonces

    def meet(self, scope: Scope) -> None:
        """Before the body is read: whether it is for us, and over mutual TLS, whose line it is. Raises HostUnknown, what is wrong with its
        certificate.

        Certificates are participants'; staff have their tokens. Whoever watches over us asks by address.
        """
        scope[TARGET] = target = target_of_scope(scope)
        if scope["path"] not in HEALTH_PATHS and not self._names.include(target.authority):
            raise HostUnknown()
        if self._certificates is not None and not _unsigned(scope["path"]) and bearer_of(scope) is None:
            self._certificates.meet(scope)

    def caller(self, scope: Scope, body: bytes) -> Participant | None:
        """Who sent this; None for what needs no signature. Raises what is wrong with it."""
        if _unsigned(scope["path"]):
            return None
        directory = self._directory.current()

        def find_key(keyid: str) -> VerifyingKey | None:
            known = directory.keys.get(keyid)
            return None if known is None else load_verifying_key(keyid, known.public_pem, known.algorithm)

        verified = verify_request(scope[TARGET], scope["headers"], body, find_key=find_key, now=self._clock.now())
        sender = directory.participant(directory.keys[verified.keyid].participant)
        if self._certificates is not None:
            self._certificates.require_same(scope, sender)
        if not self._nonces.first_seen(verified.keyid, verified.nonce, self._clock.monotonic()):
            raise NonceReplayed()
        if scope["method"] in LOOKING:
            sender.require_looking()
        else:
            sender.require_concluding()
        scope[_KEYID] = verified.keyid
        return sender

    def require_still_active(self, scope: Scope) -> None:
        """A key that was revoked while its request was under way gets no answer any more. Raises SignatureKeyUnknown."""
        if scope[_KEYID] not in self._directory.current().keys:
            raise SignatureKeyUnknown()

    async def staff(self, secret: str) -> StaffCaller:
        """Whose session or token it is. Raises SessionOver."""
        return await self._know_staff(secret)


def bearer_of(scope: Scope) -> str | None:
    """The token that a message of staff brings along; none where it is signed, or needs nobody. Raises SessionOver for two of them."""
    given = [value for name, value in scope["headers"] if name == b"authorization" and value[:7].lower() == _BEARER]
    if not given or scope["path"] in UNSIGNED_PATHS or any(name == b"signature" for name, _ in scope["headers"]):
        return None
    if len(given) > 1:
        raise SessionOver()
    return str(given[0][7:].strip().decode("latin-1"))


def _unsigned(path: str) -> bool:
    return path in UNSIGNED_PATHS or path.startswith(UNSIGNED_FOLDER)


# --- what a route says about who may call it -------------------------------------------------------------------------


def only(*kinds: ParticipantKind, begins: bool = False) -> Callable[[Request], Coroutine[Any, Any, Participant]]:
    """The caller, where it is a participant of one of these kinds; with `begins`, one that may begin something."""

    async def caller(request: Request) -> Participant:
        sender: Participant | StaffCaller | None = request.scope[CALLER]
        if sender is None:
            raise SignatureMissing()
        if isinstance(sender, StaffCaller):
            sender = _viewed(request, sender)
        if sender.kind not in kinds:
            raise NotAllowed()
        if begins:
            sender.require_live()
        return sender

    caller.kinds = kinds  # type: ignore[attr-defined]
    return caller


def _viewed(request: Request, viewer: StaffCaller) -> Participant:
    """Whose own a viewer may see; for it to order anything is refused. Raises NotAllowed, ParticipantNotLive."""
    if viewer.participant is None or viewer.roles != VIEWS or request.method not in LOOKING:
        raise NotAllowed()
    participant = switch_of(request.scope).directory.current().participant(viewer.participant)
    participant.require_looking()
    return participant


def staff(roles: Iterable[Role], *, person: bool = False) -> Callable[[Request], Coroutine[Any, Any, StaffCaller]]:
    """The caller, where it is one of the staff with one of these roles; with `person`, one who has signed in."""
    wanted = frozenset(roles)

    async def caller(request: Request) -> StaffCaller:
        sender: Participant | StaffCaller | None = request.scope[CALLER]
        if sender is None:
            raise SessionOver()
        if not isinstance(sender, StaffCaller):
            raise NotAllowed()
        _require(sender, wanted, request.method)
        if person and sender.session is None:
            raise PersonNeeded()
        return sender

    caller.roles = wanted  # type: ignore[attr-defined]
    return caller


def overseers(roles: Iterable[Role]) -> Callable[[Request], Coroutine[Any, Any, Participant | StaffCaller]]:
    """The caller, where it is the operator's or the overseer's own system, or one of the staff with one of these roles."""
    wanted = frozenset(roles)

    async def caller(request: Request) -> Participant | StaffCaller:
        sender: Participant | StaffCaller | None = request.scope[CALLER]
        if sender is None:
            raise SignatureMissing()
        if isinstance(sender, StaffCaller):
            _require(sender, wanted, request.method)
        elif sender.kind not in OVERSEERS:
            raise NotAllowed()
        return sender

    caller.kinds, caller.roles = OVERSEERS, wanted  # type: ignore[attr-defined]
    return caller


def _require(caller: StaffCaller, roles: frozenset[Role], method: str) -> None:
    if not caller.roles & roles or (caller.reads_only and method not in LOOKING):
        raise NotAllowed()


Caller = Annotated[Participant, Depends(only(*ParticipantKind))]
BankCaller = Annotated[Participant, Depends(only(*BANKS))]
BeginningBank = Annotated[Participant, Depends(only(*BANKS, begins=True))]
"""A payment begins with `BankCaller`: under a key that is known, also who is suspended learns what became of it."""
BeginningBiller = Annotated[Participant, Depends(only(ParticipantKind.BILLER, begins=True))]
ParticipantCaller = Annotated[Participant, Depends(only(*PARTICIPANTS))]
BillerCaller = Annotated[Participant, Depends(only(ParticipantKind.BILLER))]
BooksCaller = Annotated[Participant | StaffCaller, Depends(overseers(READS_BOOKS))]
PaymentsCaller = Annotated[Participant | StaffCaller, Depends(overseers(READS_PAYMENTS))]
PositionsCaller = Annotated[Participant | StaffCaller, Depends(overseers(READS_POSITIONS))]
