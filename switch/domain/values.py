"""Values of the hot path: frozen for the type checker, which is who keeps them so; made in a third of the time for it.

A frozen dataclass sets each field through `object.__setattr__`; a payment makes dozens of values with hundreds of fields.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

__all__ = ["value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """As `dataclass(frozen=True, slots=True)`, equal and hashed by content; nobody stops a setter while it runs."""
        return dataclass(frozen=False, slots=slots, unsafe_hash=frozen)
