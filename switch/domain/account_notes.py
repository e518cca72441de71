"""Account notes: over which accounts the net of a biller's file was paid, said in its header."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.settlement import SettlementAccount
from switch.domain.splits import AccountNet

ACCOUNT_BEGINS = "account"
ROOM_CHARACTERS = 400
"""A header of ISO 20022 has no more for all of them, and some is needed for other notes."""


def account_notes(accounts: Iterable[AccountNet], currency: str) -> Mapping[ParticipantCode, tuple[str, ...]]:
    """Such as `account SY0412 at 100010: 120.50`, and `account own: 7.00` for what was not split; together they are the file's net."""
    sums: defaultdict[ParticipantCode, defaultdict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for net in accounts:
        sums[net.biller][_name(net.account)] += net.minor
    return {biller: _fitting([_note(*place, minor, currency) for place, minor in sorted(its.items())]) for biller, its in sums.items()}


def _name(account: SettlementAccount | None) -> tuple[str, str]:
    return ("own", "") if account is None else (account.number, account.bank)


def _note(number: str, bank: str, minor: int, currency: str) -> str:
    return f"{ACCOUNT_BEGINS} {number}{f' at {bank}' if bank else ''}: {Money(minor, currency).text()}"


def _fitting(notes: list[str]) -> tuple[str, ...]:
    """All, or as many as there is room for and how many more there are."""
    room, said = ROOM_CHARACTERS, list[str]()
    for note in notes:
        if (room := room - len(note) - 3) < 0:
            return (*said, f"{ACCOUNT_BEGINS}s that find no room here: {len(notes) - len(said)}")
        said.append(note)
    return tuple(said)
