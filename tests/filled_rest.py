"""What other books have left empty, for the tests that edit any row: a batch, a calendar, a look, a row in every small table."""

import hashlib
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.admission import RecordRefusal
from switch.domain.directory import Endpoint
from switch.domain.errors import BillUnknown
from switch.domain.identifiers import IdempotencyKey
from switch.domain.incidents import IncidentKind, Turn, down_between
from switch.domain.participants import Name
from switch.domain.webhooks import new_secret
from switch.store import incidents, webhook_endpoints
from switch.store.database import Database
from switch.store.directory_rows import locked
from switch.store.row_records import recorded_tables
from switch.usecases.look_at_payer import LookAtPayer
from switch.usecases.set_calendar import SetCalendar
from tests.filled_books import World
from tests.seeded import BANK, BILLER, START, FixedClock, rows


async def fill_the_rest(world: World) -> None:
    database, clock = world.database, FixedClock()
    await SetCalendar(clock, database)("SYP", (time(11), time(15, 30)), {date(2027, 1, 1): Name("رأس السنة", "New Year")}, by="staff:nour")
    (paid,) = await rows(database, "SELECT payment_id FROM payment ORDER BY payment_id LIMIT 1")
    hook, *_ = await rows(database, "SELECT endpoint_id FROM webhook_endpoint")
    await LookAtPayer(clock, database)(str(paid.payment_id), "a complaint", "staff:nour")
    await world.write(RecordRefusal(BANK, IdempotencyKey("refused-1"), b"content", BillUnknown()))
    async with database.transaction() as connection:
        directory = await locked(connection, clock, "test")
        await directory.put_endpoint(Endpoint(BILLER, "json-1", "https://biller.example/"))
        await incidents.see(connection, START)
        began = Turn(IncidentKind.BREAKER, True, START, BILLER, "questions")
        await incidents.turn(connection, [began, *down_between(START, START + timedelta(minutes=1))])
        await webhook_endpoints.add_secret(connection, hook.endpoint_id, new_secret(), START)
    await fill_the_empty(database)


async def fill_the_empty(database: Database) -> None:
    """A row in each recorded table that is still empty, of made-up values, but written as the switch writes."""
    async with database.transaction() as connection:
        for table in recorded_tables():
            if (await connection.execute(select(table).limit(1))).first() is None:
                row = {column.name: await for_column(connection, column) for column in table.c if column.name != "xact"}
                await connection.execute(insert(table).values(row))
        for kind, name, key in (
            ("key", "participant_key", "keyid"),
            ("limit", "participant_limit", "limit_id"),
            ("outage", "outage", "outage_id"),
        ):
            await connection.execute(
                text(f"""
                    INSERT INTO directory_change (change_id, kind, subject, content, changed_at, by)
                    SELECT gen_random_uuid(), '{kind}', {key}, to_jsonb({name}) - 'changed_at', changed_at, 'seed' FROM {name}
                """)
            )


async def for_column(connection: AsyncConnection, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return (await connection.execute(select(key.column).limit(1))).scalar_one()
    return made_up(column)


def made_up(column: Column[Any]) -> Any:
    if column.name == "sha256":
        return hashlib.sha256(b"\x01").hexdigest()
    if isinstance(column.type, JSONB):
        return {"more": 1}
    made: dict[type, Any] = {
        str: "200019", int: 1, bool: True, bytes: b"\x01", datetime: START, date: START.date(), uuid.UUID: uuid.UUID(int=7), list: [1],
    }  # fmt: skip
    return made[column.type.python_type]
