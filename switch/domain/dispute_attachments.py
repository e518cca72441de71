"""Evidence that is attached to a dispute: few kinds of file, small, and known by what they begin with, not by what they are called."""

import hashlib

from switch.domain.dispute_errors import DisputeAttachmentRefused
from switch.domain.dispute_standing import Clock
from switch.domain.disputes import Actor, Dispute, DisputeAttachment
from switch.domain.texts import require_plain

ATTACHMENT_BYTES = 1_000_000
MOST_ATTACHMENTS = 10
NAME_CHARACTERS = 100
TEXT = "text/plain"
MEDIA_TYPES = ("application/pdf", "image/png", "image/jpeg", TEXT)
_BEGINNINGS = ((b"%PDF-", MEDIA_TYPES[0]), (b"\x89PNG\r\n\x1a\n", MEDIA_TYPES[1]), (b"\xff\xd8\xff", MEDIA_TYPES[2]))


def attachment(dispute: Dispute, name: str, content: bytes, kept: int, actor: Actor, clock: Clock) -> DisputeAttachment:
    """Raises DisputeAttachmentRefused, TextForbidden."""
    require_plain(name, "name", NAME_CHARACTERS)
    media_type = media_type_of(content)
    if not 0 < len(content) <= ATTACHMENT_BYTES or kept >= MOST_ATTACHMENTS or not name.strip() or media_type is None:
        raise DisputeAttachmentRefused(most_bytes=ATTACHMENT_BYTES, most=MOST_ATTACHMENTS)
    sha256 = hashlib.sha256(content).hexdigest()
    return DisputeAttachment(dispute.dispute_id, sha256, name.strip(), media_type, len(content), clock.at, actor.by)


def media_type_of(content: bytes) -> str | None:
    if known := next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None):
        return known
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if any(ord(character) < 32 and character not in "\t\r\n" for character in text) else TEXT
