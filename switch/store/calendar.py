"""The calendar's rows: cut-offs of each currency, holidays, and an append-only history of who changed them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.calendar import DEFAULT_CUT_OFFS, Calendar
from switch.domain.identifiers import bucketed_id
from switch.domain.participants import Name

_CUT_OFFS = text("SELECT minute_of_day FROM cut_off WHERE currency = :currency ORDER BY number")
_HOLIDAYS = text("SELECT day FROM holiday")
_FORGET_CUT_OFFS = text("DELETE FROM cut_off WHERE currency = :currency")
_PUT_CUT_OFFS = text("""
    INSERT INTO cut_off (currency, number, minute_of_day)
    SELECT :currency, number, minute FROM unnest(CAST(:minutes AS integer[])) WITH ORDINALITY AS new (minute, number)
""")
_FORGET_HOLIDAYS = text("DELETE FROM holiday")
_PUT_HOLIDAYS = text("""
    INSERT INTO holiday (day, name_ar, name_en)
    SELECT * FROM unnest(CAST(:days AS date[]), CAST(:ar AS text[]), CAST(:en AS text[]))
""")
_CHANGE = text("""
    INSERT INTO calendar_change (change_id, currency, content, changed_at, "by") VALUES (:id, :currency, CAST(:content AS jsonb), :at, :by)
""")


async def read(connection: AsyncConnection, currency: str) -> Calendar:
    minutes = (await connection.execute(_CUT_OFFS, {"currency": currency})).scalars().all()
    holidays = (await connection.execute(_HOLIDAYS)).scalars().all()
    return Calendar(tuple(time(*divmod(minute, 60)) for minute in minutes) or DEFAULT_CUT_OFFS, frozenset(holidays))


async def put(connection: AsyncConnection, currency: str, cut_offs: Sequence[time], holidays: Mapping[date, Name]) -> None:
    """In place of what was there."""
    await connection.execute(_FORGET_CUT_OFFS, {"currency": currency})
    minutes = [cut_off.hour * 60 + cut_off.minute for cut_off in cut_offs]
    await connection.execute(_PUT_CUT_OFFS, {"currency": currency, "minutes": minutes})
    await connection.execute(_FORGET_HOLIDAYS)
    names = list(holidays.values())
    parameters = {"days": list(holidays), "ar": [name.ar for name in names], "en": [name.en for name in names]}
    await connection.execute(_PUT_HOLIDAYS, parameters)


async def keep_change(
    connection: AsyncConnection, currency: str, cut_offs: Sequence[time], holidays: Mapping[date, Name], at: datetime, by: str
) -> None:
    content = {
        "cut_offs": [cut_off.isoformat("minutes") for cut_off in cut_offs],
        "holidays": {day.isoformat(): {"ar": name.ar, "en": name.en} for day, name in sorted(holidays.items())},
    }
    parameters = {"id": bucketed_id(0, at), "currency": currency, "content": orjson.dumps(content).decode(), "at": at, "by": by}
    await connection.execute(_CHANGE, parameters)
