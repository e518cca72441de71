"""Staff on the line: signing in, the session, and entries of the audit."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.shapes import Moment, Shape
from switch.domain.staff import SESSION_IDLE_SECONDS, Role, StaffCaller
from switch.domain.staff_audit import AuditEntry
from switch.usecases.sign_in_staff import SignedIn

_EXAMPLE: dict[str, Any] = {"name": "nour", "password": "a long sentence of one's own", "code": "492039"}


class SignInIn(Shape):
    """Who somebody is, and both things that prove it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=128)]
    code: Annotated[str, Field(min_length=6, max_length=6)]
    """Of the authenticator app, six digits; good once."""


class SessionView(Shape):
    """Who has signed in, and what they may."""

    name: str
    roles: list[Role]
    person: bool
    """Whether it is a person's session; a program's token decides nothing."""
    participant_code: str | None
    """Whose viewer it is; none of the switch's own staff."""


class NewSessionView(Shape):
    """`token` is told once: `Authorization: Bearer …`."""

    token: str
    name: str
    roles: list[Role]
    ends_at: Moment
    idle_seconds: int
    """After which it is over if nothing is asked."""


class AuditView(Shape):
    """What one of the staff has done or looked at."""

    audit_id: UUID
    at: Moment
    who: str
    via: str
    action: str
    subject: str
    outcome: str
    """`done`, or the code of the refusal."""
    reason: str | None
    origin: str
    request_id: str | None


class AuditPage(Shape):
    items: list[AuditView]
    next_cursor: str | None


def session_view(caller: StaffCaller) -> SessionView:
    return SessionView.model_construct(
        name=caller.name, roles=sorted(caller.roles), person=caller.session is not None, participant_code=caller.participant
    )


def new_session_view(signed_in: SignedIn) -> NewSessionView:
    return NewSessionView.model_construct(
        token=signed_in.token,
        name=signed_in.caller.name,
        roles=sorted(signed_in.caller.roles),
        ends_at=signed_in.session.ends_at,
        idle_seconds=SESSION_IDLE_SECONDS,
    )


def audit_view(entry: AuditEntry) -> AuditView:
    return AuditView.model_construct(
        audit_id=entry.audit_id,
        at=entry.at,
        who=entry.who,
        via=entry.via,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        reason=entry.reason,
        origin=entry.origin,
        request_id=entry.request_id,
    )
