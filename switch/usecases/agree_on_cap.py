"""Agree: on a bank's net debit cap, by two people who have seen what room it leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from switch.domain.directory import Directory
from switch.domain.directory_rules import require_bank, require_cap, require_deposited
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.money import Money, parse_amount
from switch.domain.positions import Position
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.store import position_queries
from switch.store.database import Database
from switch.usecases.change_cap import ChangeCap

CAP, CURRENCY, DEPOSITED = "cap", "currency", "deposited"


@dataclass(frozen=True, slots=True)
class AgreeOnCap:
    database: Database
    directory: Callable[[], Directory]
    change_cap: ChangeCap

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Cap, headroom and use, before and after. Raises ParticipantUnknown, NotABank, CapOutOfRange, DepositAboveCap."""
        bank, cap, deposited = _read(subject, content)
        require_cap(cap)
        require_deposited(cap, deposited)
        require_bank(self.directory().participant(bank))
        async with self.database.reading() as connection:
            standing = [one for one in await position_queries.of(connection, bank) if one.currency == cap.currency]
        before = standing[0] if standing else Position(bank, cap.currency, 0)
        after = Position(bank, cap.currency, cap.minor, before.held, before.posted)
        changes = [
            Change(f"net debit cap {cap.currency}", _text(before.cap, cap) if standing else "–", cap.text()),
            Change(f"headroom {cap.currency}", _text(before.headroom, cap), _text(after.headroom, cap)),
            Change("used", _used(before), _used(after)),
        ]
        if deposited is not None:
            changes.append(Change(f"deposited {cap.currency}", _text(before.deposited, cap), deposited.text()))
        if after.headroom < 0:
            changes.append(Change("new payments", "accepted", "refused until it owes less"))
        return Foreseen(changes=tuple(changes))

    async def carry_out(self, proposal: Proposal) -> None:
        bank, cap, deposited = _read(proposal.subject, proposal.content)
        await self.change_cap(bank, cap, by=proposal.people, deposited=deposited)


def cap_content(cap: Money, deposited: Money | None) -> dict[str, str]:
    """Of a proposal."""
    backed = {} if deposited is None else {DEPOSITED: deposited.text()}
    return {CAP: cap.text(), CURRENCY: cap.currency, **backed}


def _read(subject: str, content: Mapping[str, str]) -> tuple[ParticipantCode, Money, Money | None]:
    currency = given(content, CURRENCY)
    deposited = _amount(content[DEPOSITED], currency) if DEPOSITED in content else None
    return participant_code(subject), _amount(given(content, CAP), currency), deposited


def _amount(text: str, currency: str) -> Money:
    """Nought, too: that stops a bank's payments."""
    return Money(0, currency) if text in ("0", "0.00") else parse_amount(text, currency)


def _text(minor: int, cap: Money) -> str:
    return Money(minor, cap.currency).text()


def _used(position: Position) -> str:
    return f"{(position.held + position.posted) * 100 // position.cap} %" if position.cap else "–"
