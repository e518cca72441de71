"""Elements of ISO 20022 messages, made in one line; and the pieces in which a message leaves."""

from lxml import etree

from switch.domain.money import Money

Branch = tuple[object, ...]
"""A name, then a text or further branches."""


class Pieces:
    """What was written since the last time it was asked."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._written.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def leaf(name: str, text: str, **attributes: str) -> etree._Element:
    element = etree.Element(name, attributes)
    element.text = text
    return element


def tree(branch: Branch) -> etree._Element:
    name, *inside = branch
    element = etree.Element(str(name))
    for part in inside:
        if isinstance(part, tuple):
            element.append(tree(part))
        else:
            element.text = str(part)
    return element


def amount_of(minor: int, currency: str) -> tuple[etree._Element, etree._Element]:
    """Amounts are never negative here: the indicator says which way."""
    return (
        leaf("Amt", Money(abs(minor), currency).text(), Ccy=currency),
        leaf("CdtDbtInd", "CRDT" if minor >= 0 else "DBIT"),
    )
