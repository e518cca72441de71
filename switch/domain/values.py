"""Values of the hot path: frozen for the type checker, which is who keeps them so; made in a third of the time for it.

A frozen dataclass sets each field through `object.__setattr__`; a payment makes dozens of values with hundreds of fields.
"""

import json
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["as_json", "changed", "value"]

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""What digests are made of; `json.dumps` makes an encoder each time."""

if TYPE_CHECKING:
    from dataclasses import dataclass as value
    from dataclasses import replace as changed
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """As `dataclass(frozen=True, slots=True)`, equal and hashed by content; nobody stops a setter while it runs."""
        return dataclass(frozen=False, slots=slots, unsafe_hash=frozen)

    Value = TypeVar("Value")

    @cache
    def _fields(kind: type) -> Callable[[Any], tuple[Any, ...]]:
        return attrgetter(*kind.__slots__)

    def changed(former: Value, **changes: Any) -> Value:
        """As `dataclasses.replace`, in a fifth of the time; for values of two fields and more that look at nothing when they are made."""
        kind = type(former)
        made = kind(*_fields(kind)(former))
        for name, to in changes.items():
            setattr(made, name, to)
        return made
