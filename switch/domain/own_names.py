"""Own names: under which the switch is reached. What is addressed to another, is signed for another, too (RFC 9110, 7.4)."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class OwnNames:
    """As `Host` fields have them, in lower case. One without a port is ours at every port; without any, everybody's are."""

    names: frozenset[str] = frozenset()

    def include(self, authority: str) -> bool:
        return not self.names or authority in self.names or _without_port(authority) in self.names


def read_names(text: str) -> OwnNames:
    """Such as `switch.example.sy,10.20.0.7:8443`. Raises ValueError."""
    names = [name.strip().lower() for name in text.split(",")] if text.strip() else []
    if wrong := [name for name in names if _NAME.fullmatch(name) is None]:
        raise ValueError(f"“{wrong[0]}” is not a name as in a Host field, such as switch.example.sy or 10.20.0.7:8443")
    return OwnNames(frozenset(names))


def _without_port(authority: str) -> str:
    name, colon, port = authority.rpartition(":")
    return name if colon and port.isdigit() else authority
