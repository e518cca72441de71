"""Upload: a biller hands in its bills beforehand, replaces and withdraws them; each line gets its own answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from switch.domain.bill_uploads import BillLine, LineResult, LineStatus, Wanted, wanted
from switch.domain.bills import Bill, BillKey
from switch.domain.directory import Directory
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.upload_errors import BillLineRepeated, UploadTooLong
from switch.store import bills
from switch.store.database import Database

MOST_LINES = 100_000
LINES_A_TRANSACTION = 1_000


@dataclass(frozen=True, slots=True)
class UploadBills:
    directory: Callable[[], Directory]
    database: Database

    async def __call__(self, biller: ParticipantCode, lines: Sequence[BillLine]) -> list[LineResult]:
        """One answer a line, in their order. Handing in the same again changes nothing, so an upload without an answer is repeated."""
        if len(lines) > MOST_LINES:
            raise UploadTooLong(most=MOST_LINES)
        results: dict[int, LineResult] = {}
        seen: dict[BillKey, int] = {}
        for chunk in _chunks(enumerate(lines, start=1)):
            todo = self._well_formed(biller, chunk, seen, results)
            while todo:
                todo = await self._write(todo, results)
        return [results[number] for number in range(1, len(lines) + 1)]

    def _well_formed(
        self, biller: ParticipantCode, chunk: Iterable[tuple[int, BillLine]], seen: dict[BillKey, int], results: dict[int, LineResult]
    ) -> dict[int, Wanted]:
        services = self.directory().services
        found: dict[int, Wanted] = {}
        for number, line in chunk:
            try:
                want = wanted(line, biller, services.get(line.service))
                first = seen.setdefault(want.bill.key, number)
                if first != number:
                    raise BillLineRepeated(line=first)
                found[number] = want
            except Refusal as refusal:
                results[number] = LineResult(number, LineStatus.REFUSED, refusal)
        return found

    async def _write(self, todo: dict[int, Wanted], results: dict[int, LineResult]) -> dict[int, Wanted]:
        """One transaction: what is known is locked first, in one order, then what is new is added, in the same order.

        Gives back the lines whose new bill another upload has added at the same moment; they are looked at again.
        """
        new: dict[BillKey, Bill] = {}
        changed: list[Bill] = []
        decided: dict[int, LineResult] = {}
        async with self.database.transaction() as connection:
            known = await bills.lock(connection, [want.bill.key for want in todo.values()])
            for number, want in todo.items():
                try:
                    status, bill = want.upon(known.get(want.bill.key))
                except Refusal as refusal:
                    decided[number] = LineResult(number, LineStatus.REFUSED, refusal)
                    continue
                decided[number] = LineResult(number, status)
                if bill is not None and status is LineStatus.ADDED:
                    new[bill.key] = bill
                elif bill is not None:
                    changed.append(bill)
            await bills.update(connection, changed)
            added = await bills.add(connection, new.values())
        added_elsewhere = new.keys() - added
        lost = {number: want for number, want in todo.items() if want.bill.key in added_elsewhere}
        results.update((number, result) for number, result in decided.items() if number not in lost)
        return lost


def _chunks(items: Iterable[tuple[int, BillLine]]) -> Iterator[list[tuple[int, BillLine]]]:
    rest = iter(items)
    while chunk := list(islice(rest, LINES_A_TRANSACTION)):
        yield chunk
