"""What an HTTP problem is: its status, its titles in both languages, and whether to retry."""

from enum import StrEnum
from typing import NamedTuple


class Retry(StrEnum):
    """What a client may do next."""

    NEVER = "never"
    """The same request will be refused again: change it."""
    SAME_KEY = "same_key"
    """Repeat the same request; a payment under the same idempotency key."""
    NEW_KEY = "new_key"
    """This key is spent with this refusal; when the cause is gone, ask under a new key."""
    AFTER_SECONDS = "after_seconds"
    """Repeat the same request, a payment under the same idempotency key, after `Retry-After`."""


class Kind(NamedTuple):
    status: int
    title: str
    title_ar: str
    retry: Retry = Retry.NEVER
