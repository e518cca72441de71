"""Issue: the settlement file of each biller and the statement of each bank for a settled window; again gives the same bytes."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from switch.domain import accounts
from switch.domain.account_notes import account_notes
from switch.domain.accounts import AccountKind
from switch.domain.default_notes import MOVED_BEGINS, default_notes
from switch.domain.errors import WindowUnknown
from switch.domain.file_errors import FileDiffers
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.nets import Balances
from switch.domain.settlement import Window, WindowState
from switch.domain.settlement_errors import FilesBeingIssued, FileTotalsDisagree, WindowNotSettled
from switch.domain.statements import DEFAULT_LAYOUT, FileHeader, FileKind, IssuedFile
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock, FileDrop, FileLayout, Signer
from switch.store import claims, file_layouts, files, nets, splits, window_queries, windows
from switch.store.database import Connection, Database
from switch.store.files import LastIssued, Owner
from switch.usecases.file_writing import FileWriting, Planned

Progress = Callable[[int, int], None]
"""Told how many lines are written, and how many there are."""

Issued = Mapping[tuple[FileKind, ParticipantCode], IssuedFile]


def _unseen(done: int, total: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, slots=True)
class IssueFiles:
    clock: Clock
    database: Database
    layouts: Mapping[str, FileLayout]
    drop: FileDrop
    signer: Signer

    async def __call__(self, window_id: str, progress: Progress = _unseen) -> list[IssuedFile]:
        """All files of the window. Windows that were settled before it and have none yet come first: sequences are in that order.

        A file that is gone is made again, byte for byte. Raises WindowUnknown, WindowNotSettled, FilesBeingIssued, FileTotalsDisagree,
        and FileDiffers where another content lies under a file's name.
        """
        async with self.database.reading() as connection:
            window = await windows.find(connection, window_id)
            waiting = await window_queries.due_to_issue(connection)
        if window is None:
            raise WindowUnknown(window=window_id[:40])
        if window.state is not WindowState.SETTLED:
            raise WindowNotSettled(window=window.window_id)
        for earlier in _before(window.window_id, window.currency, waiting):
            await self._issue(earlier, _unseen)
        return await self._issue(window.window_id, progress)

    async def _issue(self, window_id: WindowId, progress: Progress) -> list[IssuedFile]:
        """One transaction: the rows of all its files, once each of them is on the disk and signed."""
        async with self.database.transaction() as connection:
            window = await windows.lock(connection, window_id)
            assert window is not None
            if not await files.try_lock(connection, window.currency):
                raise FilesBeingIssued()
            known = await files.issued(connection, window_id)
            owners = await files.owners(connection, window_id)
            if await files.all_issued(connection, window_id):  # who has become live since gets none for the past
                owners = [owner for owner in owners if (owner.kind, owner.participant) in known]
            require_ledger(window_id, owners, await nets.balances_of_payments(connection, window_id))
            last = await files.last_issued(connection, window.currency)
            chosen = await file_layouts.chosen(connection)
            notes = await _notes(connection, window, owners)
            planned = [self._plan(window, owner, known, last, chosen, notes) for owner in owners]
            missing = [plan for plan in planned if not await self._lies_there(plan, known)]
            made = await self._make(connection, window_id, missing, progress)
            for file in made:
                _require_same(file, known)
            now = self.clock.now()
            fail_point(FailPoint.ISSUING)
            await files.insert(connection, [file for file in made if (file.header.kind, file.header.participant) not in known], now)
            await windows.keep_files_issued(connection, window_id, now)
            fail_point(FailPoint.ISSUED)
            return list((await files.issued(connection, window_id)).values())

    def _plan(
        self,
        window: Window,
        owner: Owner,
        known: Issued,
        last: Mapping[tuple[FileKind, ParticipantCode], LastIssued],
        chosen: Mapping[ParticipantCode, str],
        notes: Mapping[ParticipantCode, tuple[str, ...]],
    ) -> Planned:
        """What was issued keeps its layout; a choice counts for what comes after it."""
        place = (owner.kind, owner.participant)
        if (before := known.get(place)) is not None:
            return Planned(before.header, before.totals, before.layout)
        former = last.get(place, LastIssued(0, None))
        assert window.settled_at is not None
        header = FileHeader(
            kind=owner.kind,
            participant=owner.participant,
            window_id=window.window_id,
            business_date=window.business_date,
            currency=window.currency,
            sequence=former.sequence + 1,
            revision=0,
            previous_sha256=former.sha256,
            rtgs_reference=window.rtgs_reference,
            settled_at=window.settled_at,
            changes=notes.get(owner.participant, ()),
        )
        return Planned(header, owner.totals, chosen.get(owner.participant, DEFAULT_LAYOUT))

    async def _lies_there(self, plan: Planned, known: Issued) -> bool:
        """Whether it was issued and is whole, with its signature. Raises FileDiffers."""
        owner = plan.header.participant
        if (file := known.get((plan.header.kind, owner))) is None:
            return False
        content = await asyncio.to_thread(self.drop.read, owner, file.name)
        if content is None:
            return False
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise FileDiffers(file=f"{owner}/{file.name}")
        await asyncio.to_thread(self._writing().sign, file)
        return True

    async def _make(self, connection: Connection, window_id: WindowId, planned: Sequence[Planned], progress: Progress) -> list[IssuedFile]:
        """Each kind in one pass over the window's payments."""
        total = sum(plan.totals.lines for plan in planned)
        done = 0

        def seen(lines: int) -> None:
            nonlocal done
            done += lines
            progress(min(done, total), total)

        made: list[IssuedFile] = []
        for kind, plans in groupby(planned, key=lambda plan: plan.header.kind):
            async with files.lines(connection, window_id, kind) as parts:
                made += await self._writing().write(list(plans), parts, seen)
        return made

    def _writing(self) -> FileWriting:
        return FileWriting(self.layouts, self.drop, self.signer)


async def _notes(connection: Connection, window: Window, owners: Sequence[Owner]) -> Mapping[ParticipantCode, tuple[str, ...]]:
    """What a file says besides its payments: defaults, and the accounts over which a biller is paid."""
    notes = dict(account_notes(await splits.kept(connection, window.window_id), window.currency))
    for code, lines in default_notes(await claims.of_windows(connection, [window.window_id]), window.currency).items():
        notes[code] = (*notes.get(code, ()), *lines)
    members = await windows.members(connection, window.window_id)
    moved = tuple(f"{MOVED_BEGINS} {member}, which was not settled, are in it" for member in members)
    return {owner.participant: (*moved, *notes.get(owner.participant, ())) for owner in owners}


def _before(window_id: WindowId, currency: str, waiting: Sequence[WindowId]) -> list[WindowId]:
    same = [other for other in waiting if other.startswith(f"{currency}-")]
    return same[: same.index(window_id)] if window_id in same else []


def require_ledger(window_id: WindowId, owners: Sequence[Owner], balances: Balances) -> None:
    """A file's net is what the ledger had on its owner's accounts for the window."""
    ledger: dict[tuple[FileKind, str], int] = {}
    for code, minor in balances.items():
        account = accounts.account(code)
        match account.kind:
            case AccountKind.POSITION | AccountKind.FEE_BANK:
                place, owed = (FileKind.STATEMENT, account.participant or ""), minor
            case AccountKind.PAYABLE:
                place, owed = (FileKind.SETTLEMENT, account.counterparty or ""), -minor
            case _:
                continue
        ledger[place] = ledger.get(place, 0) + owed
    for owner in owners:
        if owner.totals.net != (expected := ledger.get((owner.kind, owner.participant), 0)):
            name = f"{owner.participant}-{owner.kind}-{window_id}"
            raise FileTotalsDisagree(file=name, lines=owner.totals.net, ledger=expected)


def _require_same(file: IssuedFile, known: Issued) -> None:
    before = known.get((file.header.kind, file.header.participant))
    if before is not None and before.sha256 != file.sha256:
        raise FileDiffers(file=f"{file.header.participant}/{file.name}")
