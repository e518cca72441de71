"""Masks: what staff see of a customer reference without a reason."""

SHOWN = 3
SHORTEST_SHOWN = 6


def masked(reference: str) -> str:
    """Enough to tell it from another that a customer reads out, not to know whose it is."""
    return "•••" + (reference[-SHOWN:] if len(reference) >= SHORTEST_SHOWN else "")
