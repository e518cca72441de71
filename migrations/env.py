"""Runs migrations on one connection, with time-outs for locks and statements; the URL comes from the caller or the environment."""

import os

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from switch.store.tables import metadata

ONE_AT_A_TIME = 0x5357_4954_4348
"""The key of the advisory lock: processes that start together migrate once, and the others find it done."""
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["SWITCH_DATABASE_URL"]
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
