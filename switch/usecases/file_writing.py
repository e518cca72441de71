"""Writing files: rows that come from the database in parts become one file an owner, in constant memory, each proven as it is written."""

import asyncio
import concurrent.futures
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from switch.domain.file_errors import FileDiffers
from switch.domain.file_signatures import SUFFIX, FileSignature, read_signature, signed_line
from switch.domain.identifiers import payment_reference
from switch.domain.settlement_errors import FileTotalsDisagree
from switch.domain.statements import FileHeader, FileLine, FileTotals, IssuedFile, file_id
from switch.ports import FileDrop, FileLayout, Signer

Row = TypeVar("Row")
Line = Sequence[Any]
"""A row: the file's owner, then what `_file_line` names."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to write, with the totals that its lines must give."""

    header: FileHeader
    totals: FileTotals
    layout: str

    @property
    def file_id(self) -> str:
        return file_id(self.header.participant, self.header.kind, self.header.window_id, self.header.revision)


@dataclass(frozen=True, slots=True)
class FileWriting:
    layouts: Mapping[str, FileLayout]
    drop: FileDrop
    signer: Signer

    async def write(
        self, planned: Sequence[Planned], parts: AsyncIterator[Sequence[Line]], seen: Callable[[int], None]
    ) -> list[IssuedFile]:
        """All of one kind, sorted by owner as their lines are. The bytes are made in a thread; the parts come from this loop."""
        loop = asyncio.get_running_loop()

        def write_each() -> list[IssuedFile]:
            with closing(pulled(parts, seen, loop)) as rows:
                return self._write_each(planned, rows)

        return await asyncio.to_thread(write_each)

    def sign(self, file: IssuedFile) -> None:
        """A signature that is there already stays, for no two of the same file are alike; it must be for this file."""
        owner, name = file.header.participant, file.name + SUFFIX
        if (there := self.drop.read(owner, name)) is not None:
            signature = read_signature(there)
            if signature is None or (signature.name, signature.sha256) != (file.name, file.sha256):
                raise FileDiffers(file=f"{owner}/{name}")
            return
        signed = self.signer.sign(signed_line(file.name, file.sha256))
        signature = FileSignature(self.signer.keyid, self.signer.algorithm, file.name, file.sha256, signed)
        self.drop.write(owner, name, [signature.document()])

    def _write_each(self, planned: Sequence[Planned], rows: Iterator[Line]) -> list[IssuedFile]:
        by_owner: Mapping[str, Planned] = {plan.header.participant: plan for plan in planned}
        written: dict[str, IssuedFile] = {}
        for owner, its_rows in groupby(rows, key=lambda row: row[0]):
            if (plan := by_owner.get(owner)) is not None:
                written[owner] = self._write_one(plan, its_rows)
        for owner, plan in by_owner.items():
            if owner not in written:
                written[owner] = self._write_one(plan, ())
        return [written[plan.header.participant] for plan in planned]

    def _write_one(self, plan: Planned, rows: Iterable[Line]) -> IssuedFile:
        layout = self.layouts[plan.layout]
        name = f"{plan.file_id}.{layout.extension}"
        content = _Weighed(layout.render(plan.header, _proven(plan, rows), plan.totals))
        self.drop.write(plan.header.participant, name, content)
        file = IssuedFile(plan.file_id, name, plan.header, plan.totals, plan.layout, content.size, content.digest.hexdigest())
        self.sign(file)
        return file


class _Weighed:
    """Bytes on their way to the drop, with how many there were and their digest."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._content = content
        self.size = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for part in self._content:
            self.size += len(part)
            self.digest.update(part)
            yield part


def _proven(plan: Planned, rows: Iterable[Line]) -> Iterator[FileLine]:
    """The lines of a file; where they do not give its totals it is never finished. Raises FileTotalsDisagree."""
    lines = amount = fee = net = 0
    for row in rows:
        line = _file_line(row)
        lines, amount, fee, net = lines + 1, amount + line.amount, fee + line.fee, net + line.net
        yield line
    if FileTotals(lines, amount, fee, net) != plan.totals:
        raise FileTotalsDisagree(file=plan.file_id, lines=net, ledger=plan.totals.net)


def _file_line(row: Line) -> FileLine:
    _, payment_id, counterparty, service, customer, bill_number, at_bank, at_biller, amount, fee, net, completed_at = row
    reference = payment_reference(payment_id)
    return FileLine(payment_id, reference, counterparty, service, customer, bill_number, at_bank, at_biller, amount, fee, net, completed_at)


def pulled(parts: AsyncIterator[Sequence[Row]], seen: Callable[[int], None], loop: asyncio.AbstractEventLoop) -> Generator[Row, None, None]:
    """What comes from the loop, in another thread: the next part is on its way while one is written. To be closed: none is left behind."""
    asked = asyncio.run_coroutine_threadsafe(_next(parts), loop)
    try:
        while (part := asked.result()) is not None:
            asked = asyncio.run_coroutine_threadsafe(_next(parts), loop)
            seen(len(part))
            yield from part
    finally:
        concurrent.futures.wait([asked])


def _next(parts: AsyncIterator[Sequence[Row]]) -> Coroutine[Any, Any, Sequence[Row] | None]:
    async def one() -> Sequence[Row] | None:
        return await anext(parts, None)

    return one()
