"""The money of several windows, recomputed from the single payments by arithmetic of its own, and compared with what the RTGS was told
and with every file, to the last unit: tariff, tax, split, reversal, refund in parts, re-rating, a window that was moved on.

Below the line nothing of the arithmetic of the switch is used: only what was paid, when, and where it counted.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

from switch.domain.proposals import ProposalKind
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Propose
from switch.usecases.split_service import SplitService
from tests.rerated import DAY, Rerating, rerating_of
from tests.seeded import BANK, BILLER, OTHER_BANK, SERVICE, rows
from tests.settling import OPERATOR, OVERSEER, REJECT, SettlingWorld, settling_world

SPLIT_FROM = "2026-11-25"
AMOUNTS = (1, 2, 149, 150, 151, 333, 9_999, 10_001, 49_999, 77_777, 123_456)


async def test_nets_accounts_and_files_are_what_the_single_payments_give(database_url: str, tmp_path: Path) -> None:
    async with settling_world(database_url, tmp_path) as world:
        rerating = await rerating_of(world)
        await _split(rerating)
        await _pay(rerating)
        (parted,) = [payment for payment, amount in await rerating.payments() if amount.minor == 49_999]
        for part in (10_000, 17_003):
            await rerating.give_back(parted, part)
        world.clock.move(24 * 3600)
        await world.settle((await world.closed()).window_id)  # of the first day, not split
        await _pay(rerating)
        whole = [payment for payment, amount in await rerating.payments() if amount.minor == 9_999]
        await rerating.give_back(whole[0])  # of the first day
        await rerating.give_back(parted)  # the rest of it
        world.rtgs.script.append(REJECT)
        refused = await world.settle((await world.closed()).window_id)
        await world.two_people(ProposalKind.MOVE_WINDOW, refused.window_id)
        await rerating.rerate()  # the first day; it counts in the window that is open now
        await _pay(rerating)
        await rerating.give_back([payment for payment, amount in await rerating.payments() if amount.minor == 9_999][-1])
        await rerating.next_day()
        settled = [row.window_id for row in await rows(world.database, "SELECT window_id FROM settlement_window WHERE state = 'settled'")]
        assert len(settled) == 2
        files = [file for window in settled for file in await world.issue(window)]
        assert await world.findings() == []
        moves = await _moves(world, refused.window_id)
        for window in settled:
            legs = world.rtgs.booked[f"{window}-1"].legs
            told = {(leg.participant, leg.account.number if leg.account else ""): leg.minor for leg in legs}
            assert told == _legs([move for move in moves if move.window == window])
        for file in files:
            owner = file.header.participant
            if owner in (BANK, OTHER_BANK, BILLER):
                own = [move for move in moves if move.window == file.header.window_id and owner in (move.bank, BILLER)]
                assert _lines(world.folder / owner / file.name) == _of_file(own, at_bank=owner != BILLER)


async def _split(rerating: Rerating) -> None:
    world = rerating.world
    undertakings = {ProposalKind.SPLIT_SERVICE: SplitService(world.clock, rerating.directory.current, world.database)}
    parts = (world.clock, world.database, undertakings)
    content = {"name": "S", "effective_from": SPLIT_FROM, "parts": f"{OTHER_BANK} SYFUND01 1.50 3333\n{BANK} SYMAIN02 0 6667"}
    proposed = await Propose(*parts)(ProposalKind.SPLIT_SERVICE, SERVICE, content, reason="the fund", by="staff:nour")
    await DecideProposal(*parts, KeepAudit(world.clock, world.database)).approve(proposed.proposal_id, by="staff:sami")


async def _pay(rerating: Rerating) -> None:
    for number, minor in enumerate(AMOUNTS):
        await rerating.pay(minor, OTHER_BANK if number % 3 == 1 else BANK)


# --- from here on: only what was paid, and arithmetic of our own ------------------------------------------------------

WRONG = {"fixed": 0, "rate": 5_000, "most": 2_500, "biller_pays": True, "switch": 500_000, "bank": 300_000, "tax": 50_000}
RIGHT = {"fixed": 33, "rate": 7_777, "most": 400, "biller_pays": False, "switch": 333_333, "bank": 250_001, "tax": 111_111}


class Move(NamedTuple):
    window: str
    payment: str
    bank: str
    amount: int
    fees: tuple[int, ...]
    """Payer's, biller's, switch's, bank's, central bank's, tax."""
    shares: dict[str, int]


async def _moves(world: SettlingWorld, refused: str) -> list[Move]:
    """What was moved on counts where it was moved to; what was re-rated is the difference of two tariffs, of what was not taken back."""
    into = (await rows(world.database, "SELECT moved_to FROM settlement_window WHERE moved_to IS NOT NULL"))[0].moved_to
    back: defaultdict[Any, list[tuple[int, str]]] = defaultdict(list)
    for row in await rows(world.database, "SELECT payment_id, amount_minor, window_id FROM reversal ORDER BY asked_at"):
        back[row.payment_id].append((row.amount_minor, into if row.window_id == refused else row.window_id))
    moves = []
    for row in await rows(world.database, "SELECT payment_id, bank_code, amount_minor, window_id, business_date, reserved_at FROM payment"):
        pays, split = _charge(WRONG, row.amount_minor), f"{row.reserved_at:%Y-%m-%d}" >= SPLIT_FROM
        shares = _shares(row.amount_minor - pays[1]) if split else {"": row.amount_minor - pays[1]}
        window = into if row.window_id == refused else row.window_id
        moves.append(Move(window, str(row.payment_id), row.bank_code, row.amount_minor, pays, shares))
        for (part, window), fees in zip(back[row.payment_id], _given_back(pays, row.amount_minor, back[row.payment_id]), strict=True):
            given = {account: -minor for account, minor in shares.items()} if part == row.amount_minor else {"": -(part - fees[1])}
            moves.append(Move(window, str(row.payment_id), row.bank_code, -part, tuple(-fee for fee in fees), given))
        if not back[row.payment_id] and row.business_date == DAY:
            more = tuple(right - wrong for right, wrong in zip(_charge(RIGHT, row.amount_minor), pays, strict=True))
            if any(more):
                moves.append(Move(into, str(row.payment_id), row.bank_code, 0, more, {"": -more[1]}))
    return moves


def _charge(tariff: dict[str, Any], minor: int) -> tuple[int, ...]:
    def part(of: int, ppm: int) -> int:
        return floor(Fraction(of * ppm, 1_000_000) + Fraction(1, 2))

    fee = min(tariff["fixed"] + part(minor, tariff["rate"]), tariff["most"])
    tax = part(fee, tariff["tax"])
    if tariff["biller_pays"] and fee + tax > minor:
        fee, tax = minor, 0
    switch = part(fee, tariff["switch"])
    bank = min(part(fee, tariff["bank"]), fee - switch)
    borne = (0, fee + tax) if tariff["biller_pays"] else (fee + tax, 0)
    return (*borne, switch, bank, fee - switch - bank, tax)


def _given_back(pays: tuple[int, ...], amount: int, parts: list[tuple[int, str]]) -> list[tuple[int, ...]]:
    """Of the fee, after each part, as much as of the amount, rounded down; from each as of what is left, the largest remainders first."""
    given, left, back = [], pays, 0
    for part, _ in parts:
        back += part
        due = sum(left[:2]) - (sum(pays[:2]) - sum(pays[:2]) * back // amount)
        given.append((*_out_of(left[:2], due), *_out_of(left[2:], due)))
        left = tuple(has - gone for has, gone in zip(left, given[-1], strict=True))
    return given


def _out_of(left: tuple[int, ...], due: int) -> list[int]:
    exact = [Fraction(has * due, sum(left) or 1) for has in left]
    whole = [floor(each) for each in exact]
    for place in sorted(range(len(left)), key=lambda place: whole[place] - exact[place])[: due - sum(whole)]:
        whole[place] += 1
    return whole


def _shares(minor: int) -> dict[str, int]:
    """1.50 to the fund, and of the rest a third of 9999; a half goes to whom more is lacking, the fund first."""
    fixed = min(150, minor)
    exact = Fraction((minor - fixed) * 3_333, 10_000)
    fund = floor(exact) + (1 if exact - floor(exact) >= Fraction(1, 2) else 0)
    return {"SYFUND01": fixed + fund, "SYMAIN02": minor - fixed - fund}


def _legs(moves: list[Move]) -> dict[tuple[str, str], int]:
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for move in moves:
        payer, _, switch, bank, central_bank, tax = move.fees
        sums[move.bank, ""] += move.amount + payer - bank
        sums[OPERATOR, ""] -= switch
        sums[OVERSEER, ""] -= central_bank + tax
        for account, minor in move.shares.items():
            sums[BILLER, account] -= minor
    assert sum(sums.values()) == 0
    return {place: minor for place, minor in sums.items() if minor}


def _of_file(moves: list[Move], *, at_bank: bool) -> list[tuple[str, ...]]:
    """Each line, and the trailer."""
    lines: list[tuple[str, tuple[int, ...]]] = []
    for move in moves:
        payer, biller, _, bank, *_ = move.fees
        figures = (payer, bank, move.amount + payer - bank) if at_bank else (biller, move.amount - biller)
        lines.append((move.payment, (move.amount, *figures)))
    sums = [sum(figures[place] for _, figures in lines) for place in range(4 if at_bank else 3)]
    return [*sorted((payment, *map(_text, figures)) for payment, figures in lines), (str(len(lines)), *map(_text, sums))]


def _lines(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    wide = 14 if found[1][2] == "statement" else 13
    lines = sorted((row[2], *row[10:wide]) for row in found if row[0] == "D")
    (trailer,) = (tuple(row[1 : wide - 8]) for row in found if row[0] == "T")
    return [*lines, trailer]


def _text(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
