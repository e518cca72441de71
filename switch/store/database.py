"""The database: the only place that begins or commits a transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Dialect, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this constructor untyped
LOCK_TIMEOUT_MILLISECONDS = 5_000
STATEMENT_TIMEOUT_MILLISECONDS = 60_000

Connection = AsyncConnection
"""For use cases, which hand one on within a transaction and know nothing else of it."""


class CommitUnknown(Exception):
    """The line broke at COMMIT: whether it was done is not known. Read back by key before answering."""


class Database:
    """One engine. A unit of work is `transaction()`; questions are asked in `snapshot()`, which sees one moment."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            transaction = await connection.begin()
            try:
                yield connection
            except BaseException:
                await transaction.rollback()
                raise
            try:
                await transaction.commit()
            except DBAPIError as error:
                raise CommitUnknown from error

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One quick read: no transaction around it."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def connect(url: str, *, pool_size: int = 10, name: str = "switch") -> Database:
    options = f"-c lock_timeout={LOCK_TIMEOUT_MILLISECONDS} -c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS}"
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"application_name": name, "options": options, "prepare_threshold": 3},
    )
    return Database(engine)


@lru_cache(maxsize=64)
def insert_rows(table: Table, columns: tuple[str, ...], suffix: str = "") -> TextClause:
    """`INSERT ... SELECT * FROM unnest(...)`: one constant statement for any number of rows, so it is prepared once."""
    arrays = ", ".join(f"CAST(:{column} AS {_array(table, column)})" for column in columns)
    listed = ", ".join(f'"{column}"' for column in columns)
    return text(f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM unnest({arrays}) {suffix}')  # noqa: S608 - names of our own tables


def by_column(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, list[Any]]:
    """Rows turned into one list a column, as `insert_rows` wants them."""
    return {column: [row[column] for row in rows] for column in columns}


def _array(table: Table, column: str) -> str:
    return f"{table.c[column].type.compile(dialect=_DIALECT)}[]"
