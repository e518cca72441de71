"""Locked columns: all that the vault has put under lock, and how a part of each is put under the newest master key.

What is new under lock goes into `LOCKED`: a test fails where a column of the filled books is under lock and not in it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.store.database import as_rows
from switch.store.dispute_queries import attachment_name, event_name
from switch.store.messages import MESSAGES, exchange_name, order_name
from switch.store.tables import metadata
from switch.store.vault import ERASED, number_of, row_name, vault
from switch.store.webhook_endpoints import SECRETS

MOST_ROWS = 500
_ERASING = text("SELECT set_config('switch.erasing', 'on', true)")
_OF_ITS_OWN = "its.bank_code"

Place = tuple[int, UUID]
"""Bucket and id of the last row that was looked at; of a table without buckets the first is 0."""


class Locked(NamedTuple):
    """Columns of one table. `owner` is SQL, `name` names table and row of a column's content; both as they were when it was locked."""

    table: str
    place: str
    """The id in its primary key, after the bucket where it has one."""
    name: Callable[[Row[Any], str], bytes]
    columns: tuple[str, ...] = ("personal",)
    owner: str = _OF_ITS_OWN
    beside: str = ""
    """Whose row the owner is read from."""
    most: int = MOST_ROWS


LOCKED = (
    Locked("payment", "payment_id", lambda row, _: row_name("payment", row.payment_id)),
    Locked("inquiry", "inquiry_id", lambda row, _: row_name("inquiry", row.inquiry_id)),
    Locked(
        "payment_batch_line",
        "batch_id",
        lambda row, _: row_name("payment_batch_line", row.batch_id, row.line),
        owner="batch.bank_code",
        beside="JOIN payment_batch AS batch USING (bucket, batch_id)",
    ),
    Locked("order_message", "order_id", lambda row, _: order_name(row.order_id), ("content",), f"'{MESSAGES}'"),
    Locked(
        "biller_message",
        "payment_id",
        lambda row, column: exchange_name(row.payment_id, row.what, column),
        ("question", "answer"),
        f"'{MESSAGES}'",
    ),
    Locked(
        "dispute_event",
        "dispute_id",
        lambda row, _: event_name(row.dispute_id, row.number),
        owner="dispute.bank_code",
        beside="JOIN dispute USING (dispute_id)",
    ),
    Locked(
        "dispute_attachment",
        "dispute_id",
        lambda row, _: attachment_name(row.dispute_id, row.sha256),
        owner="dispute.bank_code",
        beside="JOIN dispute USING (dispute_id)",
        most=4,  # of up to a megabyte
    ),
    Locked("webhook_secret", "secret_id", lambda row, _: row_name("webhook_secret", row.secret_id), ("secret",), f"'{SECRETS}'"),
)
"""And `staff_account.totp_secret`, which is changed as the directory is (`store/staff.py`)."""


async def renew(connection: AsyncConnection, its: Locked, after: Place) -> tuple[Place | None, int]:
    """One part of a table: where to go on, None at its end, and how many rows were changed."""
    parameters = {"after": after[1], "most": its.most} | ({"bucket": after[0]} if _bucketed(its) else {})
    rows = (await connection.execute(_part(its), parameters)).all()
    changed = [now for row in rows if (now := _under_newest(its, row)) is not None]
    if changed:
        await connection.execute(_ERASING)
        await connection.execute(_replace(its), as_rows(changed))
    last = (rows[-1].bucket if _bucketed(its) else 0, getattr(rows[-1], its.place)) if len(rows) >= its.most else None
    return last, len(changed)


def _under_newest(its: Locked, row: Row[Any]) -> Mapping[str, object] | None:
    kept = {column: getattr(row, column) for column in its.columns}
    former = {column: held for column, held in kept.items() if held is not None and number_of(held) not in (ERASED, vault().newest)}
    if not former:
        return None
    key = {column: getattr(row, column) for column in _key(its)}
    again = {column: vault().again(row.owner, its.name(row, column), held) for column, held in former.items()}
    return key | kept | {f"former_{column}": held for column, held in kept.items()} | again


@cache
def _part(its: Locked) -> TextClause:
    """With the rows that share the last one's id, so that none is between two parts."""
    place, after = f"its.{its.place}", "CAST(:after AS uuid)"
    if _bucketed(its):
        place, after = f"its.bucket, {place}", f"CAST(:bucket AS smallint), {after}"
    return text(f"""
        SELECT its.*, {its.owner} AS owner FROM {its.table} AS its {its.beside}
        WHERE ({place}) > ({after})
        ORDER BY {place} FETCH FIRST CAST(:most AS bigint) ROWS WITH TIES
    """)  # noqa: S608 - our own words


@cache
def _replace(its: Locked) -> TextClause:
    """What somebody else has changed meanwhile, such as erased, stays."""
    given = [f"{name} {_type(its, name)}" for name in (*_key(its), *its.columns)] + [f"former_{name} bytea" for name in its.columns]
    same = [f"its.{name} = new.{name}" for name in _key(its)]
    same += [f"its.{name} IS NOT DISTINCT FROM new.former_{name}" for name in its.columns]
    return text(f"""
        UPDATE {its.table} AS its SET {", ".join(f"{name} = new.{name}" for name in its.columns)}
        FROM json_to_recordset(CAST(:rows AS json)) AS new ({", ".join(given)}) WHERE {" AND ".join(same)}
    """)  # noqa: S608 - our own words


def _key(its: Locked) -> list[str]:
    return [str(name) for name in metadata.tables[its.table].primary_key.columns.keys()]  # noqa: SIM118 - no dict; plain words, for JSON


def _bucketed(its: Locked) -> bool:
    return "bucket" in metadata.tables[its.table].c


def _type(its: Locked, column: str) -> str:
    return metadata.tables[its.table].c[column].type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
