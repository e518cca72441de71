"""Kept refusals: what stands under an idempotency key as a code and facts, as the refusal that it was."""

from collections.abc import Mapping

from switch.domain.errors import Refusal


def stored_refusal(code: str, facts: Mapping[str, str | int]) -> Refusal:
    """A refusal that was kept under an idempotency key, as what it was."""
    kind = refusal_kind(code)
    assert kind is not None, code
    return kind(**facts)


def refusal_kind(code: str) -> type[Refusal] | None:
    """Among those that some module has declared by now."""
    return next((kind for kind in Refusal.__subclasses__() if getattr(kind, "code", None) == code), None)
