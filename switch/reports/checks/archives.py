"""Archives: as many payments as were recorded are down for each, their files lie there, and what they carry forward is what was sealed."""

import asyncio

from sqlalchemy import text

from switch.domain.archives import OWNER
from switch.ports import FileDrop
from switch.reports.checks.examination import Examination
from switch.store.archive_files import digest_of

NAME, INVARIANT = "archives", "I14"

_COUNT = text("SELECT count(*) FROM archived_payment")
_FILES = text("SELECT business_date, name, size, sha256 FROM archive ORDER BY business_date")
_PAYMENTS = text("""
    WITH down AS (
        SELECT its.business_date, count(*) AS payments, count(payment.payment_id) AS hot
        FROM archived_payment AS its LEFT JOIN payment USING (bucket, payment_id) GROUP BY its.business_date
    )
    SELECT 'archive of ' || archive.business_date, CASE
        WHEN down.payments IS DISTINCT FROM archive.payments
            THEN 'it has ' || archive.payments || ' payments, ' || coalesce(down.payments, 0) || ' are down for it'
        ELSE removed || ' of its payments are said to be out, ' || down.payments - down.hot || ' are' END
    FROM archive LEFT JOIN archive_removal USING (business_date) LEFT JOIN down ON down.business_date = archive.business_date
    WHERE down.payments IS DISTINCT FROM archive.payments OR removed IS DISTINCT FROM down.payments - down.hot
       OR (finished_at IS NOT NULL AND down.hot > 0)
    UNION ALL
    SELECT 'payment ' || its.payment_id, 'it is down for an archive that is not on record, and gone'
    FROM archived_payment AS its LEFT JOIN payment USING (bucket, payment_id) LEFT JOIN archive ON archive.business_date = its.business_date
    WHERE payment.payment_id IS NULL AND archive.business_date IS NULL
""")
# Of dates that are done: to the last unit what was sealed with the file. Of the one that is under way: what has gone sums to zero.
_CARRIED = """
    WITH sealed AS (
        SELECT archive.business_date, its.* FROM archive JOIN archive_removal USING (business_date)
        CROSS JOIN jsonb_to_recordset(totals -> '{part}') AS its ({columns}) WHERE finished_at IS NOT NULL
    ), stands AS (
        SELECT {table}.* FROM {table} JOIN archive_removal USING (business_date) WHERE finished_at IS NOT NULL
    )
    SELECT 'archive of ' || business_date || {name}, 'what it carries forward is not what was sealed'
    FROM sealed FULL JOIN stands USING (business_date, {keys})
    WHERE ({sealed}) IS DISTINCT FROM ({stands})
"""
_BALANCE = ("minor", "debit_minor")
_MOVEMENT = (
    "lines", "amount_minor", "payer_fee", "biller_fee", "switch_fee", "bank_fee", "central_bank_fee", "tax", "written_off_minor",
    "billed_minor",
)  # fmt: skip


def _carried(table: str, part: str, keys: tuple[str, ...], figures: tuple[str, ...], name: str) -> str:
    columns = ", ".join([*(f"{key} text" for key in keys), *(f"{figure} bigint" for figure in figures)])
    sides = {side: ", ".join(f"{side}.{figure}" for figure in figures) for side in ("sealed", "stands")}
    return _CARRIED.format(table=table, part=part, keys=", ".join(keys), columns=columns, name=name, **sides)


_BALANCES = text(
    _carried("archived_balance", "balances", ("window_id", "account_code", "currency"), _BALANCE, "' account ' || account_code")
)
_MOVEMENTS = text(
    _carried(
        "archived_movement", "movements", ("window_id", "bank_code", "biller_code", "currency"), _MOVEMENT,
        "' payments of ' || bank_code || ' to ' || biller_code",
    )
)  # fmt: skip
_UNEVEN = text("""
    SELECT 'archive of ' || business_date, 'what it carries forward sums to ' || sum(minor) || ', not to zero'
    FROM archived_balance GROUP BY business_date, currency HAVING sum(minor) <> 0
""")
_BILLS = text("""
    SELECT 'bills in ' || currency, 'archived payments have paid ' || coalesce(bills.minor, 0) || ' by the bills, '
        || coalesce(archives.minor, 0) || ' by their archives'
    FROM (SELECT currency, sum(archived_minor) AS minor FROM bill GROUP BY currency) AS bills
    FULL JOIN (SELECT currency, sum(billed_minor) AS minor FROM archived_movement GROUP BY currency) AS archives USING (currency)
    WHERE coalesce(bills.minor, 0) <> coalesce(archives.minor, 0)
""")


async def examine(look: Examination, *, drop: FileDrop) -> None:
    await look.counts(_COUNT)
    for row in (await look.connection.execute(_FILES)).all():
        if await asyncio.to_thread(_digest, drop, row.name) != (row.sha256, row.size):
            look.finds(f"archive of {row.business_date}", f"its file is not there, or not the one that was recorded ({OWNER}/{row.name})")
    await look.where_wrong(_PAYMENTS)
    for wrong in (_BALANCES, _MOVEMENTS, _UNEVEN, _BILLS):
        await look.where_wrong(wrong, invariant="I5")


def _digest(drop: FileDrop, name: str) -> tuple[str, int] | None:
    file = drop.open(OWNER, name)
    if file is None:
        return None
    with file:
        return digest_of(file)
