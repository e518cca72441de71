"""The ten lines of docs/webhooks.md do what they say: they take what we sign and nothing else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.webhooks.standard import signatures
from switch.domain.identifiers import EventId
from switch.domain.webhooks import WebhookMessage, new_secret

Verified = Callable[[dict[str, str], bytes, str], bool]


@pytest.fixture
def verified(project_root: Path) -> Verified:
    (code,) = re.findall("```python\n(.*?)```", (project_root / "docs" / "webhooks.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Verified = names["verified"]
    return found


def test_the_documented_lines_verify(verified: Verified) -> None:
    old, new, stranger, now = new_secret(), new_secret(), new_secret(), datetime.now(UTC)
    for sent_at, fresh in ((now, True), (now - timedelta(minutes=6), False)):
        message = WebhookMessage(EventId(uuid4()), sent_at, b'{"type":"webhook.test"}', (new, old))
        headers = {
            "webhook-id": str(message.event_id),
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": signatures(message),
        }
        assert [verified(headers, message.body, secret) for secret in (old, new, stranger)] == [fresh, fresh, False]
        assert not verified(headers, message.body + b" ", new)
        assert not verified(headers | {"webhook-id": str(uuid4())}, message.body, new)
