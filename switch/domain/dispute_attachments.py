"""Evidence that is attached to a dispute."""

import hashlib

from switch.domain.attached_files import ATTACHMENT_BYTES, media_type_of
from switch.domain.dispute_errors import DisputeAttachmentRefused
from switch.domain.dispute_standing import Clock
from switch.domain.disputes import Actor, Dispute, DisputeAttachment
from switch.domain.texts import require_file_name

MOST_ATTACHMENTS = 10
NAME_CHARACTERS = 100


def attachment(dispute: Dispute, name: str, content: bytes, kept: int, actor: Actor, clock: Clock) -> DisputeAttachment:
    """Raises DisputeAttachmentRefused, FileNameForbidden, TextForbidden."""
    name = require_file_name(name, NAME_CHARACTERS)
    media_type = media_type_of(content)
    if not 0 < len(content) <= ATTACHMENT_BYTES or kept >= MOST_ATTACHMENTS or media_type is None:
        raise DisputeAttachmentRefused(most_bytes=ATTACHMENT_BYTES, most=MOST_ATTACHMENTS)
    sha256 = hashlib.sha256(content).hexdigest()
    return DisputeAttachment(dispute.dispute_id, sha256, name, media_type, len(content), clock.at, actor.by)
