"""Unheard: there is no answer that can be believed; the one error of everything between us and a counterparty."""


class Unheard(Exception):
    """`asked` is False only where it is certain that no byte of the question left us."""

    def __init__(self, why: str, *, asked: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.asked = asked


class Stale(Unheard):
    """A kept connection turned out to be closed at the other end before any answer; a new one may do."""
