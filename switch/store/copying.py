"""COPY: bytes poured into a table as the database's own programs do it, many times quicker than rows by parameters."""

from collections.abc import AsyncIterator

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection


class DataRefused(Exception):
    """A cell is not what its column takes. The transaction is of no more use."""


async def copy_in(connection: AsyncConnection, command: str, blocks: AsyncIterator[bytes]) -> None:
    """In the transaction of `connection`. Raises DataRefused."""
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, psycopg.AsyncConnection)
    try:
        async with raw.cursor() as cursor, cursor.copy(command.encode()) as copy:
            async for block in blocks:
                await copy.write(block)
    except (psycopg.errors.DataError, psycopg.errors.IntegrityError) as error:
        raise DataRefused from error
