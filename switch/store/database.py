"""The database: the only place that begins or commits a transaction."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Dialect, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this constructor untyped
LOCK_TIMEOUT_MILLISECONDS = 5_000
STATEMENT_TIMEOUT_MILLISECONDS = 60_000
IDLE_TIMEOUT_MILLISECONDS = 30_000
"""In a transaction whose other end says nothing: then the server takes its locks away."""
DEAD_PEER: Mapping[str, int] = MappingProxyType(
    {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
)
"""A server that is gone without a word is noticed in some ten seconds, instead of hours (libpq, TCP only)."""
HOT_LINES = 8
"""Of one process, at the most: one for the lane, one for each kind of gathered question, the others for payment batches."""
BY_KEY: Mapping[str, str] = MappingProxyType({"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"})
"""A prepared statement keeps its plan until its tables are analysed: one that was made while they were small would read them whole."""
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")

Connection = AsyncConnection
"""For use cases, which hand one on within a transaction and know nothing else of it."""


class Together:
    """Writes that go to the database in one statement and one round trip. Each sees what was there before all of them.

    Store functions that only write take it in the place of a connection.
    """

    def __init__(self) -> None:
        self._writes: list[tuple[str, Mapping[str, Any]]] = []

    async def execute(self, statement: TextClause, parameters: Mapping[str, Any]) -> None:
        self._writes.append((statement.text, parameters))

    async def run(self, connection: AsyncConnection) -> None:
        if self._writes:
            parameters = {f"{name}_{place}": value for place, (_, own) in enumerate(self._writes) for name, value in own.items()}
            await connection.execute(_in_one_statement(tuple(written for written, _ in self._writes)), parameters)


Writing = AsyncConnection | Together


class CommitUnknown(Exception):
    """The line broke at COMMIT: whether it was done is not known. Read back by key before answering."""


LINE_TROUBLE = (CommitUnknown, OperationalError, InterfaceError, PoolTimeout)
"""The database cannot be reached, or went away in the middle."""


@asynccontextmanager
async def set_apart(connection: AsyncConnection) -> AsyncIterator[None]:
    """What fails within is undone by itself, and the transaction around it goes on (PostgreSQL, SAVEPOINT)."""
    async with connection.begin_nested():
        yield


class Database:
    """One engine. A unit of work is `transaction()`; questions are asked in `snapshot()`, which sees one moment."""

    def __init__(self, engine: AsyncEngine, hot: "Database | None" = None) -> None:
        self.engine = engine
        self.hot = hot or self
        """The same database over lines of its own, for the path of payments, whose statements find each row by its key."""

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
        if self.hot is not self:
            await self.hot.close()
        await self.engine.dispose()


def connect(url: str, *, pool_size: int = 10, name: str = "switch") -> Database:
    timeouts = {
        "lock_timeout": LOCK_TIMEOUT_MILLISECONDS,
        "statement_timeout": STATEMENT_TIMEOUT_MILLISECONDS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MILLISECONDS,
    }
    return Database(_engine(url, pool_size, name, timeouts), Database(_engine(url, HOT_LINES, name, {**timeouts, **BY_KEY})))


def _engine(url: str, pool_size: int, name: str, session: Mapping[str, int | str]) -> AsyncEngine:
    """Its lines are opened when they are wanted."""
    options = " ".join(f"-c {setting}={value}" for setting, value in session.items())
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"application_name": name, "options": options, "prepare_threshold": 3, **DEAD_PEER},
    )


@lru_cache(maxsize=256)
def _in_one_statement(writes: tuple[str, ...]) -> TextClause:
    """A constant for each set of writes, so that it is prepared once (PostgreSQL, 7.8.4: data-modifying statements in WITH)."""
    parts = [_PARAMETER.sub(rf":\1_{place}", write) for place, write in enumerate(writes)]
    *first, last = parts
    named = ", ".join(f"write_{place} AS ({part})" for place, part in enumerate(first))
    return text(f"WITH {named} {last}" if first else last)


@lru_cache(maxsize=64)
def insert_rows(table: Table, columns: tuple[str, ...], suffix: str = "") -> TextClause:
    """One constant statement for any number of rows, so it is prepared once; takes what `as_rows` gives."""
    listed = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f'CAST(new."{column}" AS jsonb)' if _is_json(table, column) else f'new."{column}"' for column in columns)
    return text(f'INSERT INTO "{table.name}" ({listed}) SELECT {values} FROM {rows_of(table, columns)} {suffix}')  # noqa: S608 - our own names


def rows_of(table: Table, columns: Sequence[str], name: str = "new") -> str:
    """The rows of `as_rows` as a table in a statement. JSON is many times cheaper to write in Python than arrays are."""
    typed = ", ".join(f'"{column}" {"text" if _is_json(table, column) else _type(table, column)}' for column in columns)
    return f"json_to_recordset(CAST(:rows AS json)) AS {name} ({typed})"


def as_rows(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The one parameter of a statement with `rows_of`. Values as psycopg would take them."""
    return {"rows": orjson.dumps(rows, default=_plain).decode()}


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"{type(value).__name__} has no place in a row")


def _is_json(table: Table, column: str) -> bool:
    return isinstance(table.c[column].type, postgresql.JSONB)


def _type(table: Table, column: str) -> str:
    return table.c[column].type.compile(dialect=_DIALECT)
