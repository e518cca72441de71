"""A split service for the filled books: its split, and what the settled window gave each account."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import PaymentId, WindowId
from switch.domain.settlement import SettlementAccount, SettlementLeg
from switch.domain.split_sums import SplitSums
from switch.domain.splits import Split, SplitPart, legs_by_account
from switch.store import splits
from switch.store.directory_rows import DirectoryRows
from tests.seeded import BANK, OTHER_BANK, SERVICE, START, WINDOW

FUND, MAIN = SettlementAccount(OTHER_BANK, "SYFUND01"), SettlementAccount(BANK, "SYMAIN02")
SPLIT = Split("S-1", SERVICE, "SYP", date(2026, 1, 1), (SplitPart(FUND, 150, 3_333), SplitPart(MAIN, 0, 6_667)))


async def add_split(directory: DirectoryRows) -> None:
    await splits.add(directory, SPLIT)


async def accounts_by_hand(connection: AsyncConnection, paid: Iterable[Any], legs: Iterable[SettlementLeg]) -> list[dict[str, Any]]:
    """What fixing the nets of the window writes; and the legs of its instruction."""
    sums, owed = SplitSums({SERVICE: [SPLIT]}), dict[Any, int]()
    for row in paid:
        pair, minor = (row.bank_code, row.biller_code), row.amount_minor - row.biller_fee
        sums.add(PaymentId(row.payment_id), pair, SERVICE, START.date(), minor, counts=True)
        owed[pair] = owed.get(pair, 0) + minor
    accounts = sums.result(owed)
    await splits.keep(connection, WindowId(WINDOW), accounts)
    return [
        {"participant": leg.participant, "minor": leg.minor}
        | ({} if leg.account is None else {"account": {"bank": leg.account.bank, "number": leg.account.number}})
        for leg in legs_by_account(legs, accounts)
    ]
