"""The audit: what staff have done and looked at. Never a secret in it, and nobody's personal data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

UNKNOWN = "staff:?"
"""Who has named nobody that is known: what was typed may have been a password."""
SUBJECT_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class AuditEntry:
    audit_id: UUID
    at: datetime
    who: str
    via: str
    """`session`, a token, a sign-in, or the machine's console."""
    action: str
    """A route or a command, such as `GET /v1/operator/positions`."""
    subject: str
    """What it was about: the address or the words of the command."""
    outcome: str
    """`done`, or the code of the refusal."""
    reason: str | None
    origin: str
    """From where: an address, or the machine's name."""
    request_id: str | None = None
