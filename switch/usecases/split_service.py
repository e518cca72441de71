"""Split: what a service brings its biller goes to several settlement accounts from a day on, by two people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from switch.domain.calendar import local_date, read_day
from switch.domain.directory import Directory
from switch.domain.directory_rules import require_bank
from switch.domain.identifiers import participant_code, service_code
from switch.domain.money import Money, parse_amount
from switch.domain.proposals import Change, Foreseen, Proposal, given
from switch.domain.settlement import SettlementAccount
from switch.domain.splits import Split, SplitPart, SplitTaken, SplitWrong, in_force, require_in_time, require_split
from switch.ports import Clock
from switch.store import splits
from switch.store.database import Database
from switch.store.directory_rows import locked

NAME, SINCE, PARTS = "name", "effective_from", "parts"
"""In a proposal's content; its subject is the service. Parts, one a line: `BANK NUMBER FIXED BASIS_POINTS`."""
EXAMPLE = 1_000_00


@dataclass(frozen=True, slots=True)
class SplitService:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Each account's share before and after.

        Raises ServiceUnknown, ParticipantUnknown, NotABank, SplitWrong, SplitTooEarly, SplitTaken.
        """
        split = self._read(subject, content)
        require_in_time(split, local_date(self.clock.now()))
        async with self.database.reading() as connection:
            await _require_free(await splits.standing(connection, split), split)
            former = in_force(await splits.every(connection, split.service), split.effective_from)
        return Foreseen(changes=_told(former, split))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times. Approved after its day had come it is refused, for payments may have been accepted by then."""
        split = self._read(proposal.subject, proposal.content)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, proposal.people)
            standing = await splits.standing(connection, split)
            if split in standing:
                return
            await _require_free(standing, split)
            require_in_time(split, local_date(self.clock.now()))
            await splits.add(rows, split)

    def _read(self, subject: str, content: Mapping[str, str]) -> Split:
        service = self.directory().service(service_code(subject))
        parts = tuple(_part(line, service.currency) for line in given(content, PARTS).splitlines() if line.strip())
        split = Split(given(content, NAME), service.code, service.currency, _day(given(content, SINCE)), parts)
        require_split(split)
        for part in split.parts:
            require_bank(self.directory().participant(part.account.bank))
        return split


async def _require_free(standing: list[Split], split: Split) -> None:
    if any(one != split for one in standing):
        raise SplitTaken(split=split.split_id)


def _part(line: str, currency: str) -> SplitPart:
    match line.split():
        case [bank, number, fixed, points] if points.isascii() and points.isdigit() and len(points) <= 5:
            minor = 0 if fixed in ("0", "0.00") else parse_amount(fixed, currency).minor
            return SplitPart(SettlementAccount(participant_code(bank), number), minor, int(points))
        case _:
            raise SplitWrong(why="a part is BANK NUMBER FIXED BASIS_POINTS", why_ar="الجزء: المصرف ورقم الحساب والمبلغ الثابت ونقاط الأساس")


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise SplitWrong(why="its day is written 2026-12-01", why_ar="يُكتب يومه بصيغة 2026-12-01") from None


def _told(former: Split | None, split: Split) -> tuple[Change, ...]:
    """The parts, and what becomes of a round sum."""
    before, after = _of_example(former), _of_example(split)
    accounts = [*dict.fromkeys((*(part.account for part in split.parts), *before))]
    ways = {
        part.account: f"{Money(part.fixed_minor, split.currency).text()} and {part.basis_points} bp of the rest" for part in split.parts
    }
    earlier = "the biller's own account" if former is None else former.split_id
    return (
        Change(f"split of {split.service} from {split.effective_from}", earlier, split.split_id),
        *(Change(f"account {account.number} at {account.bank}", "–", ways.get(account, "–")) for account in accounts),
        *(
            Change(
                f"of {Money(EXAMPLE, split.currency).text()} to {account.number} at {account.bank}",
                Money(before.get(account, 0), split.currency).text(),
                Money(after.get(account, 0), split.currency).text(),
            )
            for account in accounts
        ),
    )


def _of_example(split: Split | None) -> dict[SettlementAccount, int]:
    if split is None:
        return {}
    return {part.account: share for part, share in zip(split.parts, split.shares(EXAMPLE), strict=True)}
