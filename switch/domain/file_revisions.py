"""Revisions: why a file is made anew, and what is different in it."""

from switch.domain.file_errors import RevisionReasonMissing
from switch.domain.money import Money
from switch.domain.statements import FileTotals, IssuedFile
from switch.domain.texts import require_plain

REASON_CHARACTERS = 120


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise RevisionReasonMissing()
    require_plain(reason, "reason", REASON_CHARACTERS)


def changes_between(file: IssuedFile, totals: FileTotals, layout: str) -> tuple[str, ...]:
    """Such as `layout: csv-1 -> xlsx-1` and `net: 76.94 -> 77.35`."""
    currency = file.header.currency
    pairs = [("layout", file.layout, layout), ("lines", str(file.totals.lines), str(totals.lines))]
    pairs += [
        (name, Money(getattr(file.totals, name), currency).text(), Money(getattr(totals, name), currency).text())
        for name in ("amount", "fee", "net")
    ]
    return tuple(f"{name}: {before} -> {after}" for name, before, after in pairs if before != after)
